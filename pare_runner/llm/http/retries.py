"""A model call: attempts until one succeeds or no further one is worth while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.backoff import pause
from pare_runner.llm.http.failures import Failure
from pare_runner.llm.http.limiter import Slots
from pare_runner.llm.http.presence import Presence
from pare_runner.llm.http.retry_log import RETRIES
from pare_runner.policy.request import ModelError, Response

LOST = 3
"""Lost connections of one call, the service there in between, from which on each is a failure of the call itself."""


@dataclass(frozen=True, slots=True)
class Service:
    """What all who ask the same service share: the bounds on requests, and whether it is there."""

    limiter: Slots
    presence: Presence


async def with_retries(
    attempt: Callable[[], Coroutine[Any, Any, Response]],
    service: Service,
    config: LLMEngineConfig,
    clean: Callable[[str], str],
) -> Response:
    """The response of the first attempt that succeeds; ModelError with what the last one failed with.

    A slot of the service's limiter is held during an attempt, never during the pause before the next one, nor while the
    service is away. `clean` takes keys out of messages. Every retry is logged, or counted where there are many.

    A connection that is lost, or that does not come about, costs no retry: the call is parked until the service is
    there, or raises EndpointGone. From the third time on (`LOST`) it does cost one, if the service was there between
    the times: then it is this call that no connection survives. A call that has used up its retries and got 502, 503 or
    504 last has its retries back if the service turns out to be away; so something in front of it may speak for it.
    """
    call = _Call(service, config, clean)
    while True:
        await service.presence.enter()
        answered = False
        try:
            outcome = await call.once(attempt)
            answered = isinstance(outcome, Response) or (outcome is not None and outcome.answered)
        finally:
            service.presence.leave(answered=answered)
        if isinstance(outcome, Response):
            return replace(outcome, retries=call.sent) if call.sent else outcome
        if outcome is not None:
            await call.after(outcome)


class _Call:
    """Where one call stands: `sent` attempts before the present one, of which `used` count as retries."""

    __slots__ = ("clean", "config", "lost", "seen", "sent", "service", "used")

    def __init__(self, service: Service, config: LLMEngineConfig, clean: Callable[[str], str]) -> None:
        self.service = service
        self.config = config
        self.clean = clean
        self.sent = 0
        self.used = 0
        self.lost = 0
        self.seen = -1
        """Signs of life of the service when this call was lost last."""

    async def once(self, attempt: Callable[[], Coroutine[Any, Any, Response]]) -> Response | Failure | None:
        """One attempt and what came of it; None if the service had gone when the slot was free: nothing was sent."""
        limiter, presence = self.service.limiter, self.service.presence
        ticket = await limiter.acquire()
        success = busy = False
        try:
            if presence.closed:
                return None
            presence.in_flight += 1
            try:
                response = await attempt()
            except Failure as failure:
                busy = failure.busy
                if failure.lost:
                    presence.lost(self.clean(failure.message))
                return failure
            finally:
                presence.in_flight -= 1
            success = True
            return response
        finally:
            limiter.release(ticket, success=success, busy=busy)

    async def after(self, failure: Failure) -> None:
        """Wait before the next attempt; raises ModelError if there is none."""
        if failure.lost and self._is_not_to_blame():
            self._log(failure, "again as soon as it is there")
        elif failure.retry and self.used < self.config.max_retries:
            wait = pause(self.used, failure.pause, self.config.max_backoff)
            self.used += 1
            self._log(failure, f"attempt {self.used + 1} of {self.config.max_retries + 1} in {wait:.1f} s")
            self.sent += 1
            await asyncio.sleep(wait)
            return
        elif not (failure.gateway and self._is_not_to_blame() and await self._is_away(failure)):
            raise ModelError(failure.kind, self.clean(failure.message), retries=self.sent)
        else:
            self.used = 0
        self.sent += 1

    def _is_not_to_blame(self) -> bool:
        proofs = self.service.presence.proofs
        if proofs > self.seen:
            self.lost += 1
        self.seen = proofs
        return self.lost < LOST

    async def _is_away(self, failure: Failure) -> bool:
        """Whether the service is away; if so, wait until it is back."""
        presence = self.service.presence
        away, absences = presence.away is not None, presence.absences
        presence.lost(self.clean(failure.message))
        await presence.enter()
        presence.leave(answered=False)
        return away or presence.absences > absences

    def _log(self, failure: Failure, what_next: str) -> None:
        label = self.config.label
        RETRIES.warn(label, f"{label}: {failure.kind}: {self.clean(failure.message)}; {what_next}")
