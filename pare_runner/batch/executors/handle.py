"""A worker in another process, here or elsewhere, as those who give it tasks see it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from typing import Any, Literal

from pare_runner.batch.executors.contract import Crew
from pare_runner.batch.work import Task

Name = tuple[int, str]


class Handle(ABC):
    """A running worker, the tasks it has and since when (on the loop's clock).

    `expired` are those whose time is over, since when; `blocked` is the run that blocks it now. What is sent and
    received is told by `executors.worker`.
    """

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.tasks: dict[Name, Task] = {}
        self.since: dict[Name, float] = {}
        self.expired: dict[Name, float] = {}
        self.blocked: str | None = None
        self._sent: set[tuple[int, str]] = set()

    @property
    def name(self) -> int:
        """What tells this worker from all others there are or were."""
        return id(self)

    def give(self, task: Task) -> None:
        """Send a task, and before it what its scenario is made from, once."""
        key = (task.job, task.unit.scenario)
        if key not in self._sent:
            self._sent.add(key)
            self.send("source", *key, self.crew.source(*key))
        self.tasks[task.name] = task
        self.since[task.name] = asyncio.get_running_loop().time()
        self.send("task", task)

    @abstractmethod
    def send(self, *message: Any) -> None:
        """Send the worker a message."""

    @abstractmethod
    async def receive(self, seconds: float) -> tuple[Any, ...] | Literal["nothing"] | None:
        """The next message; `nothing` if none has come within `seconds`; None if the worker is dead."""

    @abstractmethod
    async def stop(self, *, kill: bool = False) -> str:
        """End the worker, however it is; how it ended, in words."""
