"""Run as a script: `serve.py MODEL CONTEXT SLOTS` serves a model until its standard input ends.

It prints its base URL as the only line on standard output; all else, the log included, goes to standard error.
"""

from __future__ import annotations

import os
import sys

import xllamacpp  # type: ignore[import-untyped]


def main(model: str, context: int, slots: int) -> None:
    """Serve with `slots` requests at a time and `context` tokens for each of them."""
    # llama.cpp may print whatever it likes, so the descriptor of the one line that counts is kept apart.
    answer = os.dup(1)
    os.dup2(2, 1)
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {"scripted"}
    params.n_ctx = context * slots
    params.n_parallel = slots
    params.port = 0
    params.use_jinja = True
    params.warmup = False
    params.ui = False
    params.fit_params = False
    params.cpuparams.n_threads = 1
    server = xllamacpp.Server(params)
    os.write(answer, f"{server.listening_address}/v1\n".encode())
    sys.stdin.read()
    # Its threads wait for requests that never come; there is nothing to tidy up.
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
