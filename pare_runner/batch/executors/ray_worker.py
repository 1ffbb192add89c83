"""The side of a worker that lives on a node of a Ray cluster.

Runs are made on a thread of their own, so that the actor answers whatever a run does. No message is sent from here: the
driver fetches what there is, and by fetching the next says that it has the former. A model's reply is used when the
driver has the lines that record it; the node keeps no file of them.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pare_runner.batch.bench import Bench, asks_models
from pare_runner.batch.collector import patient_collector
from pare_runner.batch.executors.ray_luggage import CODE, Luggage, unpacked
from pare_runner.batch.executors.worker import Worker, portable, serve
from pare_runner.batch.work import JobSpec
from pare_runner.llm.recording.store import CallStore
from pare_runner.llm.secrets import environment


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a worker is told first. `keys` are values of variables that a node may lack; they are never put into
    its environment, where other processes could see them. `path` is the driver's `sys.path`."""

    luggage: Luggage
    keys: Mapping[str, str]
    path: tuple[str, ...]
    log_level: str
    log_to_file: bool


class RayLine:
    """The worker's end of the line to the driver. `exchange` and `tell` belong to the actor's loop, which makes it;
    `receive`, `settled` to the loop of the runs, `working`; `send` to any thread."""

    def __init__(self) -> None:
        self._actor = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._lock = threading.Lock()
        self._out: deque[tuple[Any, ...]] = deque()
        self._fetched = 0
        self._taken = 0
        self._told = 0
        self._early: dict[int, bytes] = {}
        self._working: asyncio.AbstractEventLoop | None = None
        self._in: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def working(self) -> None:
        """Make the running loop the one of the runs."""
        self._working = asyncio.get_running_loop()

    def send(self, *message: Any) -> int:
        """See `Line`; gives the number of the message, from 1."""
        with self._lock:
            self._out.append(message)
            number = self._fetched + len(self._out)
        self._actor.call_soon_threadsafe(self._news.set)
        return number

    async def drain(self) -> None:
        """See `Line`."""

    async def receive(self) -> tuple[Any, ...] | None:
        """See `Line`; the line ends with the process."""
        return await self._in.get()

    async def settled(self, number: int) -> None:
        """Wait until the driver has taken in message `number`."""
        if number > self._taken:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append((number, waiter))
            await waiter

    async def exchange(self, taken: int) -> bytes:
        """The messages after those fetched before, as soon as there is one; `taken` is how many the driver has."""
        self._on_runs(self._settle, taken)
        while not self._out:
            self._news.clear()
            if not self._out:
                await self._news.wait()
        with self._lock:
            messages = list(self._out)
            self._out.clear()
            self._fetched += len(messages)
        return pickle.dumps(messages, protocol=pickle.HIGHEST_PROTOCOL)

    def tell(self, number: int, messages: bytes) -> None:
        """Take in the driver's messages; `number` counts such deliveries from 0, which may overtake one another."""
        self._early[number] = messages
        while self._told in self._early:
            for message in pickle.loads(self._early.pop(self._told)):
                self._on_runs(self._in.put_nowait, message)
            self._told += 1

    def _settle(self, taken: int) -> None:
        self._taken = max(self._taken, taken)
        while self._waiting and self._waiting[0][0] <= self._taken:
            waiter = self._waiting.popleft()[1]
            if not waiter.done():
                waiter.set_result(None)

    def _on_runs(self, do: Any, argument: Any) -> None:
        assert self._working is not None
        if not self._working.is_closed():
            self._working.call_soon_threadsafe(do, argument)


class SentStore(CallStore):
    """A store whose lines are appended by the driver.

    `settled` waits until they are, if replies have to be paid for; those of offline policies can be asked for again.
    """

    def __init__(self, line: RayLine, spec: JobSpec) -> None:
        self._line = line
        self._job = spec.number
        self._waits = asks_models(spec.config)
        self._last = 0
        super().__init__(Path(spec.directory))

    def _open(self) -> int:
        return -1

    def write(self, lines: bytes) -> None:
        """See `CallStore`."""
        self._last = self._line.send("calls", self._job, lines)

    async def settled(self) -> None:
        """See `CallStore`."""
        if self._waits:
            await self._line.settled(self._last)

    def sync(self) -> None:
        """Nothing to do here: the driver syncs before it takes in a report."""


class RayWorker(Worker):
    """A worker that records at the driver's, and has keys that the driver lent it."""

    def __init__(self, line: RayLine, jobs: dict[int, JobSpec], keys: Mapping[str, str]) -> None:
        super().__init__(line, lambda name, seconds: self._tell_blocked(name), jobs)
        self._line = line
        self._keys = keys

    def bench(self) -> Bench:
        """See `Worker`."""
        bench = super().bench()
        bench.make_store = partial(SentStore, self._line)
        bench.environ = lambda: {**self._keys, **environment()}
        return bench

    def _tell_blocked(self, name: str) -> None:
        self._line.send("blocked", name)


class NodeSide:
    """A worker at work, as the actor that holds it sees it."""

    def __init__(self, greeting: bytes, root: str) -> None:
        code = os.path.join(root, CODE)
        os.makedirs(code, exist_ok=True)
        os.chdir(code)
        sys.path.insert(0, code)
        told: Greeting = pickle.loads(greeting)
        # What the driver can import and this machine has at the same place can be imported here, too.
        sys.path += [path for path in told.path if path not in sys.path and os.path.isdir(path)]
        self._told = told
        self._luggage = unpacked(told.luggage, Path(root))
        for name, value in self._luggage.environ.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        self._line = RayLine()
        self._started = threading.Event()
        threading.Thread(target=self._run, name="pare-runs", daemon=True).start()
        self.exchange = self._line.exchange
        self.tell = self._line.tell

    async def ready(self) -> None:
        """Wait until tasks can be sent."""
        await asyncio.to_thread(self._started.wait)

    def _run(self) -> None:
        try:
            with patient_collector():
                asyncio.run(self._work())
        except BaseException as error:  # whatever ends the worker is for the driver to raise
            self._line.send("failed", portable(error))

    async def _work(self) -> None:
        self._line.working()
        self._started.set()
        worker = RayWorker(self._line, self._luggage.jobs, self._told.keys)
        await serve(worker, self._told.log_level, self._told.log_to_file)
