"""Retries in the log: one line a second and model at most, so that many in flight do not flood it."""

from __future__ import annotations

import logging
from contextvars import Context
from time import monotonic

LOG = logging.getLogger("pare_runner.llm")
EVERY = 1.0
"""Seconds between two lines about the same model, at least."""


class RetryLog:
    """Writes lines as warnings; of those about retries, counts the ones that come too soon after another."""

    def __init__(self) -> None:
        self._written: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def warn(self, model: str, line: str) -> None:
        """Log `line`, which holds no key, unless there was one about `model` just now; the next one says how many."""
        now = monotonic()
        if now - self._written.get(model, -EVERY) < EVERY:
            self._left_out[model] = self._left_out.get(model, 0) + 1
            return
        self._written[model] = now
        count = self._left_out.pop(model, 0)
        self.tell(f"{line} ({count} more retries since the last line)" if count else line)

    @staticmethod
    def tell(line: str) -> None:
        """Log `line`, which holds no key, whenever the last one was."""
        # In an empty context the line belongs to no run: their files must not tell what a network did at what time.
        Context().run(LOG.warning, "%s", line)


RETRIES = RetryLog()
"""That of this process, as loggers are."""
