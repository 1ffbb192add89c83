"""The display on a terminal: redrawn a few times a second by a thread of its own, above it whatever is logged."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, Group
from rich.live import Live

from pare_runner.batch.observer import Observer
from pare_runner.cli.progress.screen import screen
from pare_runner.cli.progress.tally import Tally

REFRESH = 0.25
"""Seconds between two drawings at least."""
SHARE = 0.01
"""Part of a processor that drawing may take: one that takes long is made less often."""


@contextmanager
def terminal_progress(console: Console, clock: Callable[[], float] = time.monotonic) -> Iterator[Observer]:
    """Show what the observer is told until the block ends, then leave nothing of it.

    Log lines below WARNING stay out of the terminal meanwhile; files get them all.
    """
    tally = Tally(clock)
    ascii_only = not console.encoding.startswith("utf")

    def draw() -> Group:
        width, height = console.size
        return Group(*screen(tally.figures(), width, height, ascii_only=ascii_only))

    live = Live(
        console=console,
        get_renderable=draw,
        auto_refresh=False,
        transient=True,
        vertical_overflow="crop",
    )
    with live:
        console.show_cursor(True)  # whatever ends this process, the terminal keeps its cursor
        with _logged_above(), _drawn(live.refresh):
            yield tally


@contextmanager
def _drawn(refresh: Callable[[], None]) -> Iterator[None]:
    over = threading.Event()

    def draw() -> None:
        pause = REFRESH
        while not over.wait(pause):
            before = time.thread_time()
            refresh()
            pause = max(REFRESH, (time.thread_time() - before) / SHARE)

    thread = threading.Thread(target=draw, name="pare-progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _logged_above() -> Iterator[None]:
    """What reaches the terminal through logging is printed above the display, from WARNING on."""
    handlers = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)
    ]
    former = [(handler.level, handler.stream) for handler in handlers]
    for handler in handlers:
        handler.setLevel(max(handler.level, logging.WARNING))
        handler.setStream(sys.stderr)  # which the display has replaced by one that prints above it
    try:
        yield
    finally:
        for handler, (level, stream) in zip(handlers, former, strict=True):
            handler.setLevel(level)
            handler.setStream(stream)
