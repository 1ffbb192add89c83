"""A worker process: a bench whose tasks come over a wire.

`python -m pare_runner.batch.executors.worker SOCKET LIFELINE [LOCK]` with descriptors that it inherits. It ends with
its parent: when the other end of the lifeline closes nothing more is written. The lock is inherited only to be held
until then.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import signal
import socket
import sys
import threading
import traceback
from functools import partial
from itertools import count
from typing import Any, Protocol

from pare_runner.batch.bench import Bench
from pare_runner.batch.collector import patient_collector
from pare_runner.batch.executors.loop import name_current
from pare_runner.batch.executors.watch import OnBlocked, watched
from pare_runner.batch.executors.wire import Wire
from pare_runner.batch.logs import current_job, logging_runs
from pare_runner.batch.scenario_sources import ScenarioMaker, ScenarioSource
from pare_runner.batch.work import JobSpec, Task
from pare_runner.errors import Abandoned, InputError
from pare_runner.llm.http.remote_limiter import Message, remote_limiters
from pare_runner.scenarios.scenario import PAREScenario

PATIENCE = 1.0
"""Seconds for which a run may block the loop before the parent hears of it."""


class Line(Protocol):
    """How a worker speaks with its parent."""

    def send(self, *message: Any) -> Any:
        """Put a message on its way; never waits, never raises."""

    async def drain(self) -> None:
        """Wait until most of what was sent is on its way."""

    async def receive(self) -> tuple[Any, ...] | None:
        """The next message; None when the parent is gone."""


class Worker:
    """Makes the runs its parent sends. A message is a tuple whose first item says what it is.

    From the parent: `task`, `source` (job, id, source), `close` (job), `granted` (number). To the parent: `began`
    (name), `report` (name, report), `error` (name, what the task raised), `expired` (name of a run whose time is over),
    `log` (job, level, logger, text), `usage` (job, role, usage), and for the limiters that the parent keeps `ask`
    (number, message) and `tell` (message). `blocked` is told, from a thread beside the loop that stands still, which
    run blocks it, again and again.
    """

    def __init__(self, wire: Line, blocked: OnBlocked, jobs: dict[int, JobSpec]) -> None:
        self._wire = wire
        self._blocked = blocked
        self._jobs = jobs
        self._maker = ScenarioMaker()
        self._sources: dict[tuple[int, str], ScenarioSource] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._asked: dict[int, asyncio.Future[None]] = {}
        self._asks = count()
        self._thread = threading.current_thread()

    async def work(self) -> None:
        """Work until the parent hangs up."""
        bench = self.bench()
        async with bench, watched(self._loop, self._blocked, patience=PATIENCE, often=True):
            while (message := await self._wire.receive()) is not None:
                match message:
                    case ("task", task):
                        made = asyncio.ensure_future(self._make(bench, task))
                        self._running.add(made)
                        made.add_done_callback(self._running.discard)
                    case ("source", job, name, source):
                        self._sources[job, name] = source
                    case ("granted", number):
                        self._granted(number)
                    case ("close", job):
                        bench.close(job)

    def bench(self) -> Bench:
        """The bench at which the runs are made."""
        limiters = remote_limiters(self._ask, partial(self._wire.send, "tell"))
        return Bench(self._jobs, self._scenario, limiters, partial(self._wire.send, "usage"), self._expired)

    def log(self, job: int | None, level: int, name: str, text: str) -> None:
        """Hand a line of a log to the parent; from any thread. What a run logs is sent before its report."""
        if threading.current_thread() is self._thread:
            self._wire.send("log", job, level, name, text)
        else:
            self._loop.call_soon_threadsafe(self._wire.send, "log", job, level, name, text)

    async def _make(self, bench: Bench, task: Task) -> None:
        name_current(task)
        self._wire.send("began", task.name)
        try:
            report = await bench.make(task)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # whatever a task raises is for the parent to raise
            self._wire.send("error", task.name, portable(error))
        else:
            self._wire.send("report", task.name, report)
        await self._wire.drain()

    async def _ask(self, message: Message) -> None:
        number = next(self._asks)
        answer = self._asked[number] = self._loop.create_future()
        self._wire.send("ask", number, message)
        try:
            await answer
        finally:
            self._asked.pop(number, None)

    def _granted(self, number: int) -> None:
        answer = self._asked.get(number)
        if answer is not None and not answer.done():
            answer.set_result(None)

    def _scenario(self, job: int, name: str) -> PAREScenario:
        return self._maker.make(self._sources[job, name], self._jobs[job].config)

    def _expired(self, task: Task) -> None:
        self._wire.send("expired", task.name)


class _Forward(logging.Handler):
    """Sends log lines to the parent."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        self._worker.log(current_job(), record.levelno, record.name, text)


def portable(error: BaseException) -> BaseException:
    """`error`, or if it does not survive being sent one of a simpler class that says the same."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # an exception class may be unpicklable in any way it likes
        if isinstance(error, Abandoned):
            return Abandoned(error.message)
        if isinstance(error, InputError):
            return InputError(str(error))
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _die_with(lifeline: socket.socket) -> None:
    """Wait until the parent is gone, then end at once: what it does not hear of does not count."""
    while lifeline.recv(1):
        continue
    os._exit(0)


async def _work(end: socket.socket, lifeline: socket.socket) -> None:
    wire = await Wire.over(end)
    greeting = await wire.receive()
    if greeting is None:
        return
    path, jobs, level, to_file = greeting
    sys.path[:] = path
    worker = Worker(wire, lambda name, seconds: lifeline.sendall(f"{name}\n".encode()), jobs)
    await serve(worker, level, to_file)


async def serve(worker: Worker, level: str, to_file: bool) -> None:
    """Let `worker` work until its parent hangs up, and hand all that is logged meanwhile to the parent."""
    handler = _Forward(worker)
    root = logging.getLogger()
    with logging_runs(level, to_file):
        root.addHandler(handler)
        try:
            await worker.work()
        finally:
            root.removeHandler(handler)


def main(argv: list[str]) -> None:
    """Run a worker on the descriptors in `argv`."""
    # Both are for the parent, which hangs up; SIGTERM may be sent to all of a group. Processes that an assistant starts
    # must not inherit that it is ignored, as they would with SIG_IGN.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    end, lifeline = (socket.socket(fileno=int(text)) for text in argv[:2])
    threading.Thread(target=_die_with, args=(lifeline,), name="pare-lifeline", daemon=True).start()
    with patient_collector():
        asyncio.run(_work(end, lifeline))


if __name__ == "__main__":
    main(sys.argv[1:])
