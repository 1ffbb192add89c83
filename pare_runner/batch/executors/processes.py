"""The executor `process`: worker processes, each with an event loop of its own.

A worker that dies takes no run down with it. Those it had in flight are made again one at a time, each with a worker to
itself; one whose worker dies a second time is what kills them, and ends as `WorkerDied`.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field

from pare_runner.batch.bench import timed_out
from pare_runner.batch.executors.contract import Crew, Desk
from pare_runner.batch.executors.handle import Handle, Name
from pare_runner.batch.executors.loop import IN_FLIGHT
from pare_runner.batch.executors.worker_handle import WorkerHandle
from pare_runner.batch.interrupts import run_interruptible
from pare_runner.batch.logs import job_context
from pare_runner.batch.work import Task
from pare_runner.errors import PareError
from pare_runner.llm.http.remote_limiter import LimiterHost

log = logging.getLogger(__name__)

TICK = 0.5
"""Seconds between two looks at what a silent worker is doing."""
GRACE = 2.0
"""Seconds beyond its limit after which a run that does not stop by itself is killed."""


class WorkerDied(PareError):
    """The process that made a run died twice, the second time with nothing else in it."""


@dataclass(frozen=True, slots=True)
class ProcessExecutor:
    """One worker a processor, as far as there are tasks; started when there is something to do."""

    workers: int | None = None
    name: str = "process"
    kills: bool = True

    def run(self, crew: Crew, desk: Desk) -> None:
        """See `Executor`."""
        run_interruptible(self._run(crew, desk))

    async def _run(self, crew: Crew, desk: Desk) -> None:
        count = self.workers or len(os.sched_getaffinity(0))
        total = crew.in_flight or (IN_FLIGHT if crew.waits else count)
        count = min(count, total)
        foremen = Foremen(crew, desk, total, math.ceil(total / count), WorkerHandle.start)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(count):
                    group.create_task(foremen.work())
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None


@dataclass(slots=True)
class Foremen:
    """What those who look after one worker each have in common.

    At most `total` tasks are in flight, and `capacity` at one worker. Of the tasks that lost theirs `suspects` may have
    killed it, `innocent` ones cannot have. `start` starts a worker, or gives None while there is no room for one.
    """

    crew: Crew
    desk: Desk
    total: int
    capacity: int
    start: Callable[[Crew], Awaitable[Handle | None]]
    suspects: deque[Task] = field(default_factory=deque)
    innocent: deque[Task] = field(default_factory=deque)
    handles: list[Handle] = field(default_factory=list)
    limiters: LimiterHost = field(default_factory=LimiterHost)
    in_flight: int = 0

    async def work(self) -> None:
        """Keep one worker busy until there is nothing left to do, replacing it when it dies."""
        handle: Handle | None = None
        try:
            while True:
                if self.suspects and self.in_flight < self.total and (handle is None or not handle.tasks):
                    handle = await self._alone(handle)
                    continue
                while self.in_flight < self.total and (handle is None or len(handle.tasks) < self.capacity):
                    task = self._next()
                    if task is None:
                        break
                    handle = handle or await self._start()
                    if handle is None:
                        self._put_back(task)
                        break
                    handle.give(task)
                    await asyncio.sleep(0)
                if handle is not None and handle.tasks:
                    handle = await self._listen(handle)
                elif not (self.in_flight or self.suspects or self.innocent):
                    return
                else:
                    await asyncio.sleep(0.05)  # what others have in flight may come back
        finally:
            if handle is not None:
                await self._stop(handle)

    def _next(self) -> Task | None:
        task = self.desk.again(self.innocent.popleft()) if self.innocent else self.desk.take()
        if task is not None:
            self.in_flight += 1  # from now on: others take theirs while a worker starts
        return task

    def _put_back(self, task: Task) -> None:
        """Leave a task to whoever has a worker."""
        self.innocent.appendleft(task)
        self.in_flight -= 1

    async def _alone(self, handle: Handle | None) -> Handle | None:
        """Make the first suspect with a worker to itself; if that dies too, the task is what it died of."""
        handle = handle or await self._start()
        if handle is not None and self.suspects and self.in_flight < self.total:
            self.in_flight += 1
            handle.give(self.desk.again(self.suspects.popleft()))
        while handle is not None and handle.tasks:
            handle = await self._listen(handle, alone=True)
        return handle

    async def _listen(self, handle: Handle, *, alone: bool = False) -> Handle | None:
        """Wait for the next thing that happens at `handle`; None if it is no more."""
        match await handle.receive(TICK):
            case "nothing":
                now = asyncio.get_running_loop().time()
                late = [name for name, end in self._deadlines(handle).items() if now >= end]
                if late:
                    await self._kill(handle, late)
                    return None
            case None:
                await self._bury(handle, alone=alone)
                return None
            case ("began", name):
                self.crew.began(handle.tasks[name])
            case ("report", name, report):
                self._done(handle, name)
                if self.desk.finished(report):
                    self._close(report.task.job)
            case ("error", name, error):
                self._done(handle, name)
                raise error
            case ("expired", name):
                handle.expired[name] = asyncio.get_running_loop().time()
            case ("ask", number, asked):
                self.limiters.receive(handle.name, asked, lambda granted: handle.send("granted", number))
            case ("tell", told):
                self.limiters.receive(handle.name, told)
            case ("usage", job, role, usage):
                self.crew.on_usage(job, role, usage)
            case ("log", job, level, logger, text):
                with job_context(job):
                    logging.getLogger(logger).log(level, "%s", text)
        return handle

    async def _start(self) -> Handle | None:
        handle = await self.start(self.crew)
        if handle is not None:
            self.handles.append(handle)
        return handle

    def _done(self, handle: Handle, name: tuple[int, str]) -> Task:
        self.in_flight -= 1
        return handle.tasks.pop(name)

    def _deadlines(self, handle: Handle) -> dict[Name, float]:
        """When, on the loop's clock, runs of a worker that do not end by themselves are killed.

        A worker cancels a run whose time is over, and says so. One that blocks its worker keeps it from doing either.
        """
        ends = {name: since + GRACE for name, since in handle.expired.items() if name in handle.tasks}
        for name, task in handle.tasks.items():
            limit = self.crew.jobs[task.job].config.timeout_seconds
            if name[1] == handle.blocked and limit is not None:
                ends.setdefault(name, handle.since[name] + limit + GRACE)
        return ends

    async def _kill(self, handle: Handle, late: Collection[Name]) -> None:
        """Kill a worker for runs that do not end though their time is over; the others it had are made again."""
        await self._stop(handle, kill=True)
        for name in list(handle.tasks):
            task = self._done(handle, name)
            config = self.crew.jobs[task.job].config
            if name in late:
                log.warning("%s was killed: it took longer than %s s", task.run_id, config.timeout_seconds)
                if self.desk.broken(task, timed_out(config)):
                    self._close(task.job)
            else:
                self.innocent.append(task)

    async def _bury(self, handle: Handle, *, alone: bool) -> None:
        """Take in that a worker has died by itself."""
        how = await self._stop(handle)
        lost = [self._done(handle, name) for name in list(handle.tasks)]
        names = ", ".join(task.run_id for task in lost[:5]) + (", ..." if len(lost) > 5 else "")
        log.warning("a worker process died (%s) with %s in flight", how, names or "nothing")
        for task in lost:
            if not alone:
                self.suspects.append(task)
            elif self.desk.broken(task, WorkerDied(f"the process that made this run died twice ({how})")):
                self._close(task.job)

    async def _stop(self, handle: Handle, *, kill: bool = False) -> str:
        with suppress(ValueError):
            self.handles.remove(handle)
        self.limiters.forget(handle.name)
        return await handle.stop(kill=kill)

    def _close(self, job: int) -> None:
        for handle in self.handles:
            handle.send("close", job)
