"""Whether a service is there. While it is away its calls are parked: they wait here and nothing is sent.

A lost connection puts the service in doubt, and a single prober asks whether it is there. If so at once, all goes on as
if nothing had been; else the service is away, and is asked again and again, with pauses. Once it is back the parked
calls go on one by one: the first alone, and then two for each that was answered, so that whoever comes back is not
overrun.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import Context
from dataclasses import dataclass
from time import monotonic

from pare_runner.errors import Abandoned
from pare_runner.llm.http.backoff import probe_pause
from pare_runner.llm.http.retry_log import RETRIES
from pare_runner.llm.http.waiting import WAITING

PATIENCE = 1800.0
"""Seconds that parked calls wait for a service, unless somebody says otherwise."""

Probe = Callable[[], Awaitable[bool]]
"""Asks a service whether it is there, at no cost; never raises for what the service or a network does."""


class EndpointGone(Abandoned):
    """A service did not come back within the patience that was set: its runs are abandoned, the sweep can be resumed.

    `label` is a model of it, `address` where it was, `seconds` how long it has been away.
    """

    exit_status = 75

    def __init__(self, label: str, address: str, seconds: float, reason: str) -> None:
        self.label = label
        self.address = address
        self.seconds = seconds
        super().__init__(f"{label}: {address} has been away for {seconds:.0f} s: {reason}")


@dataclass(frozen=True, slots=True)
class Away:
    """A service that is away: a model of it, its address, for how many seconds, and how many calls are parked."""

    label: str
    address: str
    seconds: float
    parked: int


class Presence:
    """Whether the service of `label` at `address` is there; used on one event loop.

    A call is sent between `enter` and `leave`, and tells `lost` of a connection that it did not get or keep. Without a
    `probe` nothing but a call can tell whether the service is back: one after another is let through to try. After
    `patience` seconds without a sign of life every call raises EndpointGone; None is for ever.

    `proofs` counts the signs of life, `absences` how often the service went away, `in_flight` the calls that have been
    sent and not been answered.
    """

    def __init__(self, label: str, address: str, probe: Probe | None, patience: float | None = PATIENCE) -> None:
        self.label = label
        self.address = address
        self.proofs = 0
        self.absences = 0
        self.in_flight = 0
        self._probe = probe
        self._patience = patience
        self._prober: asyncio.Task[None] | None = None
        self._parked: deque[asyncio.Future[None]] = deque()
        self._passes: int | None = None
        """Parked calls that may go on now; None while all may."""
        self._doubted = 0.0
        self._away_since: float | None = None
        self._pauses = 0
        self._reason = ""
        self._gone: float | None = None

    @property
    def closed(self) -> bool:
        """Whether nothing may be sent at present."""
        return self._prober is not None or self._gone is not None

    @property
    def away(self) -> Away | None:
        """How things stand, if the service is away."""
        if self._away_since is None:
            return None
        return Away(self.label, self.address, monotonic() - self._away_since, len(self._parked))

    async def enter(self) -> None:
        """Wait until a call may be sent; EndpointGone if that takes too long. Each is followed by one `leave`."""
        if self._prober is None and self._passes is None and self._gone is None:
            return
        if self._gone is not None:
            raise self._error(self._gone)
        turn = asyncio.get_running_loop().create_future()
        self._parked.append(turn)
        self._let_through()
        waiting = WAITING.get()
        if waiting is not None:
            waiting.begin()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # it had just been let through
                self.leave(answered=False)
            elif turn in self._parked:
                self._parked.remove(turn)
                self._let_through()
            if not self._parked:
                self._stop()
            raise
        finally:
            if waiting is not None:
                waiting.end()

    def leave(self, *, answered: bool) -> None:
        """A call is over; `answered`: the service itself said something, if only no."""
        if answered:
            self.proofs += 1
            if self._away_since is not None and not self.closed:  # a call that was let through to try
                self._come_back()
                self._passes = 0
        if self._passes is not None:
            self._passes += 2 if answered else 1
            self._let_through()

    def lost(self, reason: str) -> None:
        """A call got no connection, or lost it; `reason` holds no key. Until more is known nothing is sent."""
        if self.closed:
            return
        self._reason = reason
        if self._away_since is None:
            self._doubted, self._pauses = monotonic(), 0
        self._prober = asyncio.get_running_loop().create_task(self._find(), context=Context())

    async def close(self) -> None:
        """End the prober; nothing is parked any more."""
        prober, self._prober = self._prober, None
        if prober is not None:
            prober.cancel()
            await asyncio.gather(prober, return_exceptions=True)

    async def _find(self) -> None:
        """Find out whether the service is there, and wait for it if not; whatever happens, nobody stays parked."""
        try:
            await self._search()
        except Exception as error:  # a defect: those who wait must hear of it
            defect = error
            self._prober = self._passes = self._away_since = None
            self._release(lambda: defect)

    async def _search(self) -> None:
        if self._probe is not None and await self._probe():
            self.proofs += 1
            self._prober = None
            self._let_through()
            return
        if self._away_since is None:
            self._away_since = self._doubted
            self.absences += 1
            RETRIES.tell(f"{self.label}: {self.address} is away, its calls wait: {self._reason}")
        self._passes = 0
        while True:
            left = self._left()
            if left <= 0:
                self._give_up()
                return
            await asyncio.sleep(min(left, probe_pause(self._pauses)))
            self._pauses += 1
            if self._probe is None:
                break
            if await self._probe():
                self.proofs += 1
                self._come_back()
                break
        self._prober = None
        self._passes = 1
        self._let_through()

    def _left(self) -> float:
        """Seconds of patience."""
        if self._patience is None:
            return float("inf")
        return self._doubted + self._patience - monotonic()

    def _come_back(self) -> None:
        assert self._away_since is not None
        seconds, self._away_since = monotonic() - self._away_since, None
        RETRIES.tell(f"{self.label}: {self.address} is back after {seconds:.1f} s; {len(self._parked)} calls go on")

    def _give_up(self) -> None:
        gone = self._gone = monotonic() - self._doubted
        self._prober = None
        self._release(lambda: self._error(gone))

    def _error(self, seconds: float) -> EndpointGone:
        return EndpointGone(self.label, self.address, seconds, self._reason)

    def _let_through(self) -> None:
        """Let parked calls go on, as many as may."""
        if self.closed:
            return
        while self._parked and self._passes != 0:
            turn = self._parked.popleft()
            if not turn.done():
                turn.set_result(None)
                if self._passes is not None:
                    self._passes -= 1
        if not self._parked and self._passes and self._away_since is None:
            self._passes = None

    def _release(self, error: Callable[[], BaseException]) -> None:
        """Raise an error in every parked call."""
        while self._parked:
            turn = self._parked.popleft()
            if not turn.done():
                turn.set_exception(error())

    def _stop(self) -> None:
        """Nobody is waiting any more: forget that the service is away; the next call will find out."""
        if self._prober is not None:
            self._prober.cancel()
            self._prober = None
            self._passes = self._away_since = None
