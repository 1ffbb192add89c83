"""Starts and stops a llama.cpp server in a process of its own."""

from __future__ import annotations

import selectors
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCRIPT = Path(__file__).with_name("serve.py")
PATIENCE = 30.0
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens URLs without the proxy that the environment may name."""


class ServerFailed(RuntimeError):
    """The server did not come up; the message ends with its log."""


@contextmanager
def serving(model: Path, log: Path, *, context: int, slots: int) -> Iterator[str]:
    """The base URL of a server of `model`, up to and including /v1, on a free port of the loopback interface.

    `context` is in tokens, for each of `slots` requests at a time. The server's log goes to the file `log`.
    """
    command = [sys.executable, str(SCRIPT), str(model), str(context), str(slots)]
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        try:
            yield _ready(process, log)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def _ready(process: subprocess.Popen[bytes], log: Path) -> str:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(PATIENCE) else b""
    url = line.decode().strip()
    deadline = time.monotonic() + PATIENCE
    while url and time.monotonic() < deadline:
        if _healthy(f"{url.removesuffix('/v1')}/health"):
            return url
        time.sleep(0.02)
    process.kill()
    raise ServerFailed(f"the llama.cpp server did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _healthy(url: str) -> bool:
    try:
        with NO_PROXY.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
