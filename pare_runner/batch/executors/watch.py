"""Finds out which run keeps an event loop from going on, from a thread beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic

log = logging.getLogger(__name__)

BEAT = 0.5
"""Seconds between two signs of life of the loop."""
PATIENCE = 10.0
"""Seconds without one after which the run that is at work is named."""

OnBlocked = Callable[[str, float], None]
"""Told the name of a run and the seconds for which it has blocked its loop."""


def warn(name: str, seconds: float) -> None:
    """Say which run blocks."""
    log.warning("%s has not let anything else go on for %.0f s; it can only be stopped when it waits", name, seconds)


@asynccontextmanager
async def watched(
    loop: asyncio.AbstractEventLoop, blocked: OnBlocked = warn, *, patience: float = PATIENCE, often: bool = False
) -> AsyncIterator[None]:
    """Inside, `blocked` is called from another thread when something has blocked `loop` for `patience` s.

    Once for each time that happens, or with `often` again and again until the loop goes on.
    """
    last = monotonic()
    over = threading.Event()

    async def beat() -> None:
        nonlocal last
        while True:
            last = monotonic()
            await asyncio.sleep(BEAT)

    def watch() -> None:
        told = 0.0
        while not over.wait(min(BEAT, patience / 4)):
            since = last
            if monotonic() - since > patience and (often or told != since):
                told = since
                current = asyncio.current_task(loop)
                blocked(current.get_name() if current else "something", monotonic() - since)

    heart = asyncio.ensure_future(beat())
    thread = threading.Thread(target=watch, name="pare-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        heart.cancel()
        thread.join()
        with contextlib.suppress(asyncio.CancelledError):
            await heart
