"""Ctrl-C between two units, never within the step that makes a unit count; and soon, whatever a run is busy with."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from pare_runner.batch.noticing import INTERRUPTED as INTERRUPTED
from pare_runner.batch.noticing import Notice


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold SIGINT back until the block is over, then deliver it.

    Does nothing in a thread that no SIGINT can reach, or when the process ignores it.
    """
    former = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(former):
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: held.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
        if held:
            former(*held[0])


def inside_a_loop() -> bool:
    """Whether an event loop is running on this thread, where no other can be run."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


AGAIN_SECONDS = 1.0
"""Seconds after Ctrl-C at which it is repeated, for a run that lets nothing else happen."""
HARD_SECONDS = 1.9
"""Seconds after Ctrl-C at which a process that has still not stopped ends, with all finished units on disk."""


def run_interruptible(main: Coroutine[Any, Any, None]) -> None:
    """Run `main` on a new event loop; Ctrl-C cancels it, a second one ends it at once. KeyboardInterrupt for both.

    Like `asyncio.run`, but it takes no more than two seconds, whatever a run is busy with. Handles Ctrl-C only where
    nobody else does, and on the main thread. SIGTERM comes here as Ctrl-C (`Notice.terminate`).
    """
    on_main, former = threading.current_thread() is threading.main_thread(), signal.getsignal(signal.SIGINT)
    if not on_main or not (former is signal.default_int_handler or isinstance(former, Notice)):
        asyncio.run(main)
        return
    notice = former if isinstance(former, Notice) else Notice()
    if notice.seen:
        main.close()
        raise KeyboardInterrupt
    notice.listen()
    timers = [
        threading.Timer(AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT)),
        threading.Timer(HARD_SECONDS, lambda: os._exit(notice.status)),
    ]
    interrupted = False

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal interrupted
        if notice.deaf:
            return
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True
        for timer in timers:
            timer.daemon = True
            timer.start()
        if task is not None and not task.done():
            task.cancel()
            loop.call_soon_threadsafe(lambda: None)  # wakes a loop that waits

    task: asyncio.Task[None] | None = None
    try:
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            task = loop.create_task(main)
            signal.signal(signal.SIGINT, interrupt)
            try:
                loop.run_until_complete(task)
            except asyncio.CancelledError:
                if interrupted:
                    raise KeyboardInterrupt from None
                raise
            finally:
                signal.signal(signal.SIGINT, former)
                for timer in timers:
                    timer.cancel()
                    if timer.is_alive():
                        timer.join()
    finally:
        if task is not None and task.done() and not task.cancelled():
            task.exception()  # a second Ctrl-C ends the task as well, which nobody asks any more
