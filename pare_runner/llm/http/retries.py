"""A model call: attempts until one succeeds or no further one is worth while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.backoff import pause
from pare_runner.llm.http.failures import Failure
from pare_runner.llm.http.limiter import Limiter
from pare_runner.llm.http.retry_log import RETRIES
from pare_runner.policy.request import ModelError, Response


async def with_retries(
    attempt: Callable[[], Coroutine[Any, Any, Response]],
    limiter: Limiter,
    config: LLMEngineConfig,
    clean: Callable[[str], str],
) -> Response:
    """The response of the first attempt that succeeds; ModelError with what the last one failed with.

    A slot of `limiter` is held during an attempt, never during the pause before the next one. `clean` takes keys out
    of messages. Every retry is logged, or counted where there are many.
    """
    retries = 0
    while True:
        ticket = await limiter.acquire()
        success = busy = False
        try:
            response = await attempt()
            success = True
            return replace(response, retries=retries) if retries else response
        except Failure as failure:
            busy = failure.busy
            if not failure.retry or retries >= config.max_retries:
                raise ModelError(failure.kind, clean(failure.message), retries=retries) from None
            wait = pause(retries, failure.pause, config.max_backoff)
            attempts = f"attempt {retries + 2} of {config.max_retries + 1} in {wait:.1f} s"
            RETRIES.warn(config.label, f"{config.label}: {failure.kind}: {clean(failure.message)}; {attempts}")
        finally:
            limiter.release(ticket, success=success, busy=busy)
        retries += 1
        await asyncio.sleep(wait)
