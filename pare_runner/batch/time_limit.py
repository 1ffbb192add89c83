"""The wall-clock limit of a run, which stands still while a service that the run asks is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pare_runner.llm.http.waiting import WAITING, Waiting


@asynccontextmanager
async def time_limit(seconds: float | None, expired: Callable[[], None] = lambda: None) -> AsyncIterator[None]:
    """TimeoutError when the block takes longer than `seconds`, parked time left out; None is no limit.

    `expired` is called when the time is over, before the block is cancelled: what is inside may not listen.
    """
    if seconds is None:
        yield
        return
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(seconds) as limit:
        waiting = _Clock(loop, limit, seconds, expired)
        token = WAITING.set(waiting)
        try:
            yield
            if waiting.over:  # one that never let the loop look around was not stopped, and took too long all the same
                raise TimeoutError
        finally:
            WAITING.reset(token)
            waiting.stop()


class _Clock(Waiting):
    """Stops the limit while it waits. Waits may begin and end on another thread, that of the connections."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, limit: asyncio.Timeout, seconds: float, expired: Callable[[], None]
    ) -> None:
        super().__init__()
        self._loop = loop
        self._limit = limit
        # the very time of the limit: a bell a moment later could be taken away by the end of what was cancelled
        self._end = limit.when() or loop.time() + seconds
        self._expired = expired
        self._bell = loop.call_at(self._end, expired)

    @property
    def over(self) -> bool:
        """Whether the time has passed, parked time left out."""
        return self._loop.time() >= self._end + self.seconds

    def begin(self) -> None:
        super().begin()
        self._loop.call_soon_threadsafe(self._set, None)

    def end(self) -> None:
        super().end()
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._set, self._end + self.total)

    def stop(self) -> None:
        """The block is over."""
        self._bell.cancel()

    def _set(self, end: float | None) -> None:
        if self._limit.expired() or (self._limit.when() is None and end is None):
            return
        self._bell.cancel()
        try:
            self._limit.reschedule(end)
        except RuntimeError:  # the block was over before the loop came to this
            return
        if end is not None:
            self._bell = self._loop.call_at(end, self._expired)
