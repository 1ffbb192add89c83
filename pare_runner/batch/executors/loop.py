"""Executors on one event loop in this process: `async`, and `sequential` with one run at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from pare_runner.batch.collector import patient_collector
from pare_runner.batch.executors.contract import Crew, Desk
from pare_runner.batch.executors.watch import watched
from pare_runner.batch.interrupts import run_interruptible
from pare_runner.batch.work import Task

T = TypeVar("T")
IN_FLIGHT = 64
"""Runs in flight where models are asked and the configuration leaves it open."""


@dataclass(frozen=True, slots=True)
class LoopExecutor:
    """Keeps up to `crew.in_flight` runs going on one loop; one at a time if nothing waits, or with `one_by_one`."""

    one_by_one: bool = False
    kills: bool = False

    @property
    def name(self) -> str:
        return "sequential" if self.one_by_one else "async"

    def run(self, crew: Crew, desk: Desk) -> None:
        """See `Executor`."""
        with patient_collector():
            run_interruptible(self._run(crew, desk))

    async def _run(self, crew: Crew, desk: Desk) -> None:
        at_once = 1 if self.one_by_one else crew.in_flight or (IN_FLIGHT if crew.waits else 1)
        async with crew.bench() as bench, watched(asyncio.get_running_loop()):

            async def make(task: Task) -> None:
                name_current(task)
                crew.began(task)
                if desk.finished(await bench.make(task)):
                    bench.close(task.job)

            await work_off(iter(desk.take, None), at_once, make)


def name_current(task: Task) -> None:
    """Call what runs now after `task`: a watch names it when it blocks."""
    current = asyncio.current_task()
    if current is not None:
        current.set_name(task.run_id)


async def work_off(items: Iterable[T], at_once: int, work: Callable[[T], Awaitable[None]]) -> None:
    """Do `work` on every item, at most `at_once` of them at a time; the first error cancels the rest and is raised.

    Each start and each item lets the event loop look around: all starts in one go would keep the first replies waiting,
    and work that never waits would not hear Ctrl-C.
    """
    waiting = iter(items)

    async def go_on(item: T) -> None:
        await work(item)
        for following in waiting:
            await asyncio.sleep(0)
            await work(following)

    try:
        async with asyncio.TaskGroup() as group:
            for item in islice(waiting, at_once):
                group.create_task(go_on(item))
                await asyncio.sleep(0)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
