"""The executor `thread`: each run on a thread and an event loop of its own, connections shared on the main loop.

For assistants of one's own that block while they think: a run keeps only its own thread from going on.
"""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

from pare_runner.batch.bench import Bench
from pare_runner.batch.collector import patient_collector
from pare_runner.batch.executors.contract import Crew, Desk
from pare_runner.batch.executors.loop import IN_FLIGHT, name_current, work_off
from pare_runner.batch.executors.watch import PATIENCE, watched
from pare_runner.batch.interrupts import run_interruptible
from pare_runner.batch.work import Report, Task

THREADS = 4
"""Threads where no run waits for a network and the configuration leaves it open."""


@dataclass(frozen=True, slots=True)
class ThreadExecutor:
    """Keeps up to `crew.in_flight` threads busy. A run that blocks its own is named after `patience` seconds."""

    name: str = "thread"
    kills: bool = False
    patience: float = PATIENCE

    def run(self, crew: Crew, desk: Desk) -> None:
        """See `Executor`."""
        with patient_collector():
            run_interruptible(self._run(crew, desk))

    async def _run(self, crew: Crew, desk: Desk) -> None:
        async with crew.bench() as bench:

            async def make(task: Task) -> None:
                crew.began(task)
                if desk.finished(await _on_own_thread(bench, task, self.patience)):
                    bench.close(task.job)

            await work_off(desk.take, crew.in_flight or (IN_FLIGHT if crew.waits else THREADS), make)


async def _on_own_thread(bench: Bench, task: Task, patience: float) -> Report:
    """The report on `task`, made on a new thread; being cancelled cancels the run there and does not wait for it."""
    here = asyncio.get_running_loop()
    result: asyncio.Future[Report] = here.create_future()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[Report]]] = []

    async def make() -> Report:
        current = asyncio.current_task()
        assert current is not None
        running.append((asyncio.get_running_loop(), current))
        name_current(task)
        async with watched(asyncio.get_running_loop(), patience=patience):
            return await bench.make(task)

    def work() -> None:
        report: Report | None = None
        error: BaseException | None = None
        try:
            report = asyncio.run(make())
        except BaseException as raised:  # handed to whoever waits for the run
            error = raised
        if not here.is_closed():
            here.call_soon_threadsafe(settle, report, error)

    def settle(report: Report | None, error: BaseException | None) -> None:
        if result.done():
            return
        if error is not None:
            result.set_exception(error)
        elif report is not None:
            result.set_result(report)

    threading.Thread(target=work, name=task.run_id, daemon=True).start()
    try:
        return await result
    except asyncio.CancelledError:
        for loop, current in running:
            if not loop.is_closed():
                loop.call_soon_threadsafe(current.cancel)
        raise
