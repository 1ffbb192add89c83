"""Ctrl-C that is not lost before the first run. No part of asyncio is needed here: the command line is up at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Notice:
    """Ctrl-C that is not lost where Python cannot raise it: in finalizers, and in callbacks that take any exception."""

    def __init__(self) -> None:
        self.seen = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.seen = True
        signal.default_int_handler(number, frame)


@contextmanager
def noticing() -> Iterator[Notice]:
    """Notice every Ctrl-C within the block; nothing changes where somebody else handles it, or on another thread."""
    notice = Notice()
    on_main = threading.current_thread() is threading.main_thread()
    if not on_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield notice
        return
    signal.signal(signal.SIGINT, notice)
    try:
        yield notice
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
