"""Work in flight: at most so many at a time, every item once, and the first error ends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from pare_runner.batch.executors.loop import work_off


def giving(count: int) -> Callable[[], int | None]:
    """Gives the numbers up to `count`, then None."""
    numbers = iter(range(count))
    return lambda: next(numbers, None)


@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_every_item_once_and_never_more_at_a_time(at_once: int) -> None:
    running, most, done = 0, 0, []

    async def work(item: int) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        done.append(item)

    asyncio.run(work_off(giving(20), at_once, work))
    assert sorted(done) == list(range(20))
    assert most == min(at_once, 20)


def test_the_first_error_is_raised_and_cancels_the_rest() -> None:
    ended: list[str] = []

    async def work(item: int) -> None:
        if item == 1:
            raise KeyError("broken")
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    with pytest.raises(KeyError, match="broken"):
        asyncio.run(work_off(giving(5), 3, work))
    assert set(ended) <= {"cancelled"}


def test_a_start_does_not_keep_earlier_replies_waiting() -> None:
    order: list[str] = []

    async def work(item: int) -> None:
        order.append(f"start {item}")
        await asyncio.sleep(0)
        order.append(f"reply {item}")

    asyncio.run(work_off(giving(3), 3, work))
    assert order.index("reply 0") < order.index("start 2")


def test_it_asks_again_when_an_item_is_done() -> None:
    waiting, done = [0], []

    async def work(item: int) -> None:
        await asyncio.sleep(0.01)
        done.append(item)
        if item < 3:
            waiting.extend([item + 1])

    asyncio.run(work_off(lambda: waiting.pop(0) if waiting else None, 3, work))
    assert done == [0, 1, 2, 3]
