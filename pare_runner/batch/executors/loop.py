"""Executors on one event loop in this process: `async`, and `sequential` with one run at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from pare_runner.batch.collector import patient_collector
from pare_runner.batch.executors.contract import Crew, Desk
from pare_runner.batch.executors.watch import PATIENCE, watched
from pare_runner.batch.interrupts import run_interruptible
from pare_runner.batch.work import Task

T = TypeVar("T")
IN_FLIGHT = 64
"""Runs in flight where models are asked and the configuration leaves it open."""


@dataclass(frozen=True, slots=True)
class LoopExecutor:
    """Keeps up to `crew.in_flight` runs going on one loop; one at a time if nothing waits, or with `one_by_one`.

    A run that lets nothing else go on is named after `patience` seconds.
    """

    one_by_one: bool = False
    kills: bool = False
    patience: float = PATIENCE

    @property
    def name(self) -> str:
        return "sequential" if self.one_by_one else "async"

    def run(self, crew: Crew, desk: Desk) -> None:
        """See `Executor`."""
        with patient_collector():
            run_interruptible(self._run(crew, desk))

    async def _run(self, crew: Crew, desk: Desk) -> None:
        at_once = 1 if self.one_by_one else crew.in_flight or (IN_FLIGHT if crew.waits else 1)
        async with crew.bench() as bench, watched(asyncio.get_running_loop(), patience=self.patience):

            async def make(task: Task) -> None:
                name_current(task)
                crew.began(task)
                if desk.finished(await bench.make(task)):
                    bench.close(task.job)

            await work_off(desk.take, at_once, make)


def name_current(task: Task) -> None:
    """Call what runs now after `task`: a watch names it when it blocks."""
    current = asyncio.current_task()
    if current is not None:
        current.set_name(task.run_id)


async def work_off(take: Callable[[], T | None], at_once: int, work: Callable[[T], Coroutine[Any, Any, None]]) -> None:
    """Do `work` on every item that `take` gives, at most `at_once` at a time; the first error cancels the rest.

    After None `take` is asked again whenever an item is done, until none is left in work. Each start lets the event
    loop look around: all starts in one go would keep the first replies waiting, and work that never waits would not
    hear Ctrl-C.
    """
    running: set[asyncio.Task[None]] = set()
    place = asyncio.Event()

    def over(task: asyncio.Task[None]) -> None:
        running.discard(task)
        place.set()

    try:
        async with asyncio.TaskGroup() as group:
            while True:
                while len(running) < at_once and (item := take()) is not None:
                    task = group.create_task(work(item))
                    running.add(task)
                    task.add_done_callback(over)
                    await asyncio.sleep(0)
                if not running:
                    return
                place.clear()
                await place.wait()
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
