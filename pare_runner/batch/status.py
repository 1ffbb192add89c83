"""How far an invocation is, from its files alone, at any time and from any process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pare_runner.batch.journal import read_journal
from pare_runner.batch.plan import PLAN, Plan, PlannedJob, read_plan
from pare_runner.errors import ConfigError, InputError
from pare_runner.scenarios.result import STATUSES


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A planned job: units that ended in each status, and those that are missing."""

    job: PlannedJob
    counts: dict[str, int]
    missing: int

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do, exceptions included."""
        return not self.missing and not self.counts["exception"]


def job_statuses(directory: Path, plan: Plan) -> list[JobStatus]:
    """The jobs of an invocation's directory, in order of its plan."""
    found = []
    for job in plan.jobs:
        rows = read_journal(directory / job.folder).latest().values()
        counts: dict[str, int] = {status: sum(row["status"] == status for row in rows) for status in STATUSES}
        found.append(JobStatus(job, counts, max(0, job.planned - len(rows))))
    return found


def newest_unfinished(top: Path) -> Path:
    """The newest directory below `top` whose units are not all done; ConfigError if there is none."""
    for directory in _newest_first(top):
        try:
            statuses = job_statuses(directory, read_plan(directory))
        except InputError:
            continue  # what cannot be read cannot be gone on with
        if not all(status.finished for status in statuses):
            return directory
    raise ConfigError(f"resume=last: nothing below {top}/ is unfinished", hint="name a directory: resume=DIR")


def _newest_first(top: Path) -> Iterator[Path]:
    plans = sorted(top.rglob(PLAN), key=lambda path: (path.stat().st_mtime, str(path)), reverse=True)
    return (path.parent for path in plans)
