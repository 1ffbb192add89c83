"""Slots, their number as the service gets busy and recovers, and the pace of starts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from pare_runner.llm.http.limiter import Limiter


async def settle() -> None:
    """Let every task that can go on go on."""
    for _ in range(5):
        await asyncio.sleep(0)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 5))


def test_slots_are_handed_out_in_order() -> None:
    async def work() -> None:
        limiter, order = Limiter(2), []

        async def one(name: int) -> None:
            ticket = await limiter.acquire()
            order.append(name)
            await settle()
            assert limiter.in_flight <= 2
            limiter.release(ticket, success=True)

        await asyncio.gather(*(one(name) for name in range(7)))
        assert order == list(range(7))
        assert limiter.in_flight == 0

    run(work())


def test_those_in_flight_together_halve_the_slots_once() -> None:
    async def work() -> None:
        limiter = Limiter(64)
        tickets = [await limiter.acquire() for _ in range(16)]
        for ticket in tickets:
            limiter.release(ticket, busy=True)
        assert limiter.limit == 8
        limiter.release(await limiter.acquire(), busy=True)
        assert limiter.limit == 1
        limiter.release(await limiter.acquire(), busy=True)
        assert limiter.limit == 1

    run(work())


def test_successes_bring_the_slots_back_one_a_round() -> None:
    async def work() -> None:
        limiter = Limiter(4)
        limiter.release(await limiter.acquire(), busy=True)
        assert limiter.limit == 1
        limits = []
        for _ in range(9):
            limiter.release(await limiter.acquire(), success=True)
            limits.append(int(limiter.limit))
        assert limits == [2, 2, 2, 3, 3, 3, 4, 4, 4]
        for _ in range(5):
            limiter.release(await limiter.acquire(), success=True)
        assert limiter.limit == 4

    run(work())


def test_failures_that_are_no_sign_of_load_change_nothing() -> None:
    async def work() -> None:
        limiter = Limiter(4)
        limiter.release(await limiter.acquire())
        assert (limiter.limit, limiter.in_flight) == (4, 0)

    run(work())


@pytest.mark.parametrize("settled", [False, True], ids=["just given a slot", "waiting"])
def test_a_cancelled_wait_leaves_no_slot_taken(settled: bool) -> None:
    async def work() -> None:
        limiter = Limiter(1)
        ticket = await limiter.acquire()
        waiting = [asyncio.create_task(limiter.acquire()) for _ in range(3)]
        await settle()
        if settled:
            waiting[0].cancel()
            await settle()
            limiter.release(ticket)
        else:
            limiter.release(ticket)
            waiting[0].cancel()
        await settle()
        assert waiting[0].cancelled()
        assert waiting[1].done()
        assert not waiting[2].done()
        limiter.release(waiting[1].result())
        limiter.release(await waiting[2])
        assert limiter.in_flight == 0

    run(work())


def test_starts_keep_their_distance() -> None:
    async def work() -> None:
        limiter, loop = Limiter(8, per_minute=60 / 0.02), asyncio.get_running_loop()
        begin, starts = loop.time(), []

        async def one() -> None:
            ticket = await limiter.acquire()
            starts.append(loop.time() - begin)
            limiter.release(ticket, success=True)

        await asyncio.gather(*(one() for _ in range(5)))
        assert all(start >= 0.02 * number for number, start in enumerate(starts))

    run(work())


def test_a_wait_for_the_pace_can_be_cancelled() -> None:
    async def work() -> None:
        limiter = Limiter(8, per_minute=1)
        limiter.release(await limiter.acquire())
        waiting = asyncio.create_task(limiter.acquire())
        await settle()
        assert limiter.in_flight == 1
        waiting.cancel()
        await settle()
        assert limiter.in_flight == 0

    run(work())


def test_the_strictest_bounds_hold() -> None:
    limiter = Limiter(64)
    limiter.tighten(8, 30.0)
    limiter.tighten(16, 60.0)
    limiter.tighten(16, None)
    assert (limiter.maximum, limiter.limit, limiter._per_minute) == (8, 8.0, 30.0)
