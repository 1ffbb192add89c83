"""How many requests are in flight to one service, and how fast they start."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Protocol


class Slots(Protocol):
    """What bounds the requests to one service, in this process or in another one."""

    async def acquire(self) -> int:
        """Wait until a request may be sent; the ticket to give back. Cancelled, it leaves nothing taken."""

    def release(self, ticket: int, *, success: bool = False, busy: bool = False) -> None:
        """The request is over; `success` and `busy` say what the service made of it. Never waits, never raises."""

    def tighten(self, maximum: int, per_minute: float | None) -> None:
        """Keep the stricter of the present bounds and these: all who share a service share its bounds."""


MakeSlots = Callable[[str, int], Slots]
"""From a name for a service as one key sees it, and requests in flight at most, to what bounds them."""


class Limiter:
    """Slots for requests in flight, handed out in the order they were asked for. Used on one event loop.

    The number of slots adapts: while the service says it is busy it is halved, at most once for all requests that were
    in flight together; every success adds a part of one, so that it takes a round of successes to gain a slot. It is
    never above `maximum`, where it starts, and never below one. Starts keep a distance of 60 / `per_minute` seconds.
    """

    def __init__(self, maximum: int, per_minute: float | None = None) -> None:
        self.maximum = maximum
        self.limit = float(maximum)
        self.in_flight = 0
        self._per_minute = per_minute
        self._generation = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._pace = asyncio.Lock()
        self._next_start = 0.0

    def tighten(self, maximum: int, per_minute: float | None) -> None:
        """See `Slots`."""
        self.maximum = min(self.maximum, maximum)
        self.limit = min(self.limit, self.maximum)
        if per_minute is not None:
            self._per_minute = min(per_minute, self._per_minute or per_minute)

    async def acquire(self) -> int:
        """Wait for a slot and for the pace; the ticket to give back with `release`."""
        if self._waiting or self.in_flight >= int(self.limit):
            await self._queue()
        else:
            self.in_flight += 1
        if self._per_minute is not None:
            try:
                await self._keep_pace(60 / self._per_minute)
            except asyncio.CancelledError:
                self.release(self._generation)
                raise
        return self._generation

    def release(self, ticket: int, *, success: bool = False, busy: bool = False) -> None:
        """Give a slot back, with what the service made of the request."""
        if busy and ticket == self._generation:
            self.limit = max(1.0, min(self.limit, self.in_flight) / 2)
            self._generation += 1
        elif success and self.limit < self.maximum:
            self.limit = min(float(self.maximum), self.limit + 1 / self.limit)
        self.in_flight -= 1
        self._wake()

    async def _queue(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the slot had been given just before
                self.in_flight -= 1
                self._wake()
            else:
                with contextlib.suppress(ValueError):
                    self._waiting.remove(turn)
            raise

    def _wake(self) -> None:
        while self._waiting and self.in_flight < int(self.limit):
            turn = self._waiting.popleft()
            if not turn.done():
                self.in_flight += 1
                turn.set_result(None)

    async def _keep_pace(self, gap: float) -> None:
        async with self._pace:
            now = asyncio.get_running_loop().time
            while (wait := self._next_start - now()) > 0:
                await asyncio.sleep(wait)
            self._next_start = now() + gap
