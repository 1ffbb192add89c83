"""Whoever watches an invocation: told what happens, asked nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pare_runner.batch.work import Task
from pare_runner.policy.request import Role, Usage

if TYPE_CHECKING:
    from pare_runner.batch.job import Job

Source = Literal["run", "cache", "resume"]
"""Where a finished unit came from: made now, taken from the cache, or there already."""


class AwayEndpoint(Protocol):
    """An endpoint that does not answer: its address, for how many seconds, and how many runs wait for it."""

    @property
    def address(self) -> str:
        """Where it is."""

    @property
    def seconds(self) -> float:
        """How long it has been away."""

    @property
    def parked(self) -> int:
        """How many calls, of a run each, wait for it."""


class Observer:
    """Watches and does nothing; subclasses override what they show.

    Methods are called on the engine's thread, unless they say otherwise.
    """

    def opened(self, jobs: Sequence[Job]) -> None:
        """All jobs are open; `job.rows` holds what was finished before."""

    def began(self, task: Task) -> None:
        """A run has begun."""

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        """A unit counts: its line stands in the journal."""

    def called(self, role: Role, label: str, usage: Usage | None) -> None:
        """A model answered as `role`; without `usage` the call came to nothing. Not told of recorded answers.

        Whoever hears of no call still finds the sums of a run in its row. Told on the thread of the run.
        """

    def connected(self, away: Callable[[], Sequence[AwayEndpoint]]) -> None:
        """Endpoints are in use; `away` gives those that are away at present, whenever and by whichever thread asked."""

    def job_over(self, job: Job) -> None:
        """The last unit of a job is finished, and so are its files."""

    def stopping(self, reason: str) -> None:
        """No further unit starts, for a reason given in words."""

    def closed(self) -> None:
        """Nothing more happens."""
