"""Ctrl-C that is not lost before the first run, and SIGTERM, which ends a command as Ctrl-C does.

No part of asyncio is needed here: the command line is up at once.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED, TERMINATED = 130, 143
SAME_SECONDS = 0.5
"""Seconds in which a second SIGTERM is the first one: `timeout` sends it to its command and to the group of that."""


class Notice:
    """Ctrl-C that is not lost where Python cannot raise it: in finalizers, and in callbacks that take any exception.

    A `deaf` one stands for a SIGINT that is ignored, as it is in what a script starts in the background.
    """

    def __init__(self, *, deaf: bool = False) -> None:
        self.seen = False
        self.deaf = deaf
        self._listens = False
        self._terminated: float | None = None

    @property
    def status(self) -> int:
        """The exit status of a command that was ended."""
        return INTERRUPTED if self._terminated is None else TERMINATED

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if not self.deaf:
            self.seen = True
            signal.default_int_handler(number, frame)

    def listen(self) -> None:
        """Handle SIGTERM, again if need be: Ray puts a handler of its own in place when it is imported."""
        if self._listens:
            signal.signal(signal.SIGTERM, self.terminate)

    def terminate(self, number: int, frame: FrameType | None) -> None:
        """On SIGTERM: whoever handles Ctrl-C at present handles this. A second one ends the process at once."""
        now = time.monotonic()
        if self._terminated is not None:
            if now - self._terminated > SAME_SECONDS:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                os.kill(os.getpid(), signal.SIGTERM)
            return
        self._terminated, self.deaf = now, False
        present = signal.getsignal(signal.SIGINT)
        if callable(present):
            present(signal.SIGINT, frame)


@contextmanager
def noticing() -> Iterator[Notice]:
    """Notice every Ctrl-C and SIGTERM within the block; nothing changes where somebody else handles them, or on another
    thread."""
    former = signal.getsignal(signal.SIGINT)
    if isinstance(former, Notice):
        yield former
        return
    notice = Notice(deaf=former is signal.SIG_IGN)
    on_main = threading.current_thread() is threading.main_thread()
    if not on_main or former not in (signal.default_int_handler, signal.SIG_IGN):
        yield notice
        return
    notice._listens = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    signal.signal(signal.SIGINT, notice)
    notice.listen()
    try:
        yield notice
    finally:
        signal.signal(signal.SIGINT, former)
        if notice._listens:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
