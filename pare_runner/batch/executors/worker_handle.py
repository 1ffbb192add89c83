"""A worker process as its parent sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from pare_runner.batch.executors.contract import Crew
from pare_runner.batch.executors.wire import Wire
from pare_runner.batch.work import Task

END_SECONDS = 2.0
"""How long a worker may take to end when it is told to, before it is killed."""

Name = tuple[int, str]


@dataclass(slots=True)
class WorkerHandle:
    """A running worker, the tasks it has and since when (on the loop's clock).

    `expired` are those whose time is over, since when; `blocked` is the run that blocks it now.
    """

    process: subprocess.Popen[bytes]
    wire: Wire
    lifeline: socket.socket
    crew: Crew
    tasks: dict[Name, Task] = field(default_factory=dict)
    since: dict[Name, float] = field(default_factory=dict)
    expired: dict[Name, float] = field(default_factory=dict)
    blocked: str | None = None
    _sent: set[tuple[int, str]] = field(default_factory=set)
    _next: asyncio.Task[tuple[Any, ...] | None] | None = None

    @classmethod
    async def start(cls, crew: Crew) -> Self:
        """Start a worker that knows the jobs of `crew`; it needs no file of whoever started this process."""
        ours, theirs = socket.socketpair()
        life, lifeline = socket.socketpair()
        handed = [theirs.fileno(), lifeline.fileno(), *([] if crew.lock is None else [crew.lock])]
        # A session of its own: Ctrl-C at a terminal reaches the parent alone, which decides what becomes of workers.
        process = subprocess.Popen(
            [sys.executable, "-m", "pare_runner.batch.executors.worker", *map(str, handed)],
            pass_fds=handed,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
        theirs.close()
        lifeline.close()
        life.setblocking(False)
        try:
            handle = cls(process, await Wire.over(ours), life, crew)
        except BaseException:  # Ctrl-C while it starts
            process.kill()
            process.wait()
            life.close()
            raise
        handle.send(list(sys.path), dict(crew.jobs), crew.log_level, crew.log_to_file)
        asyncio.get_running_loop().add_reader(life, handle._hear)
        return handle

    @property
    def name(self) -> int:
        """What tells this worker from all others there are or were."""
        return id(self)

    def send(self, *message: Any) -> None:
        """Send the worker a message."""
        self.wire.send(*message)

    def give(self, task: Task) -> None:
        """Send a task, and before it what its scenario is made from, once."""
        key = (task.job, task.unit.scenario)
        if key not in self._sent:
            self._sent.add(key)
            self.send("source", *key, self.crew.source(*key))
        self.tasks[task.name] = task
        self.since[task.name] = asyncio.get_running_loop().time()
        self.send("task", task)

    async def receive(self, seconds: float) -> tuple[Any, ...] | Literal["nothing"] | None:
        """The next message; `nothing` if none has come within `seconds`; None if the worker is dead."""
        if self._next is None:
            self._next = asyncio.ensure_future(self.wire.receive())
        if not self._next.done():
            await asyncio.wait({self._next}, timeout=seconds)
        if not self._next.done():  # half of a message may be there, so the same reading goes on next time
            return "nothing"
        message, self._next = self._next.result(), None
        self.blocked = None
        return message

    async def stop(self, *, kill: bool = False) -> str:
        """End the worker, however it is; how it ended, in words."""
        asyncio.get_running_loop().remove_reader(self.lifeline)
        if self._next is not None:
            self._next.cancel()
        if kill:
            self.process.kill()
        self.wire.close()
        self.lifeline.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                while self.process.poll() is None:
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self.process.kill()
        code = self.process.wait()
        if code >= 0:
            return f"exit status {code}"
        with suppress(ValueError):
            return signal.Signals(-code).name
        return f"signal {-code}"

    def _hear(self) -> None:
        try:
            heard = self.lifeline.recv(65_536)
        except OSError:
            return
        if heard:
            self.blocked = heard.decode(errors="replace").split()[-1]
        else:
            asyncio.get_running_loop().remove_reader(self.lifeline)
