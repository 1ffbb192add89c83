"""Whoever watches an invocation: told what happens, asked nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pare_runner.batch.work import Task
from pare_runner.llm.http.presence import Away
from pare_runner.policy.request import Role, Usage

if TYPE_CHECKING:
    from pare_runner.batch.job import Job

Source = Literal["run", "cache", "resume"]
"""Where a finished unit came from: made now, taken from the cache, or there already."""


class Observer:
    """Watches and does nothing; subclasses override what they show.

    Methods are called on the engine's thread, unless they say otherwise.
    """

    def opened(self, jobs: Sequence[Job]) -> None:
        """All jobs are open; `job.rows` holds what was finished before."""

    def began(self, task: Task) -> None:
        """A run has begun."""

    def called(self, job: int, role: Role, usage: Usage) -> None:
        """A model call of job number `job` has ended; may be told on any thread."""

    def services(self, away: Callable[[], list[Away]]) -> None:
        """`away()` tells, at any time, which services are waited for; each bench of this process hands in its own."""

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        """A unit counts: its line stands in the journal."""

    def job_over(self, job: Job) -> None:
        """The last unit of a job is finished, and so are its files."""

    def stopping(self, reason: str) -> None:
        """No further unit starts, for a reason given in words."""

    def closed(self) -> None:
        """Nothing more happens."""
