"""The wall-clock limit of a run: what waits, what blocks, and time that does not count."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from pare_runner.batch.time_limit import time_limit
from pare_runner.llm.http.waiting import WAITING


def test_what_waits_is_stopped_and_what_blocks_is_over_all_the_same() -> None:
    told: list[str] = []

    async def waits() -> None:
        async with time_limit(0.02, lambda: told.append("expired")):
            await asyncio.sleep(60)

    async def blocks() -> None:
        async with time_limit(0.02):
            time.sleep(0.05)

    for work in (waits, blocks):
        with pytest.raises(TimeoutError):
            asyncio.run(work())
    assert told == ["expired"]


def test_no_limit_and_time_enough() -> None:
    async def work(seconds: float | None) -> str:
        async with time_limit(seconds, lambda: pytest.fail("it had time enough")):
            await asyncio.sleep(0)
            return "done"

    assert [asyncio.run(work(seconds)) for seconds in (None, 60)] == ["done", "done"]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["same thread", "thread of the connections"])
def test_parked_time_does_not_count(elsewhere: bool) -> None:
    async def work() -> float:
        async with time_limit(0.2):
            waiting = WAITING.get()
            assert waiting is not None

            def on_its_thread(step: object) -> None:
                assert callable(step)
                if elsewhere:
                    thread = threading.Thread(target=step)
                    thread.start()
                    thread.join()
                else:
                    step()

            on_its_thread(waiting.begin)
            await asyncio.sleep(0.4)
            on_its_thread(waiting.end)
            await asyncio.sleep(0.01)
            return waiting.seconds

    assert asyncio.run(work()) >= 0.4

    async def too_long() -> None:
        async with time_limit(0.05):
            waiting = WAITING.get()
            assert waiting is not None
            waiting.begin()
            await asyncio.sleep(0.1)
            waiting.end()
            await asyncio.sleep(60)

    with pytest.raises(TimeoutError):
        asyncio.run(too_long())
