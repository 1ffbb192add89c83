"""How far an invocation is, from its files alone, at any time and from any process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pare_runner.batch.budget import UsedUp
from pare_runner.batch.ending import all_written
from pare_runner.batch.failures import Group, RanWith, failures, kept_some, limits
from pare_runner.batch.journal import read_journal
from pare_runner.batch.plan import PLAN, Plan, PlannedJob, find_plan, read_plan
from pare_runner.batch.recorded_models import recorded_config
from pare_runner.batch.running import Running, running
from pare_runner.batch.spent import recorded_budget
from pare_runner.batch.summary import success_rates
from pare_runner.errors import ConfigError, InputError
from pare_runner.scenarios.result import STATUSES

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A planned job: units that ended in each status, those that are missing, and lines of its journal without use.

    `rows` are the last lines of its finished units.
    """

    job: PlannedJob
    counts: dict[str, int]
    missing: int
    unusable: int = 0
    rows: tuple[Row, ...] = ()

    @property
    def done(self) -> int:
        """Units that ended, exceptions included."""
        return sum(self.counts.values())

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do, exceptions included."""
        return not self.missing and not self.counts["exception"]


@dataclass(frozen=True, slots=True)
class InvocationStatus:
    """How an invocation stands; `running` is None if nobody is working on it, `cached` whether the cache has runs.

    `written` is whether the files that stand at its end are those of the journals, once all has run; `used_up` the
    limit that lets nothing of what is missing start.
    """

    directory: Path
    jobs: tuple[JobStatus, ...]
    running: Running | None
    failures: tuple[Group, ...]
    limits: tuple[Group, ...]
    cached: bool
    written: bool
    used_up: UsedUp | None

    @property
    def counts(self) -> dict[str, int]:
        """Units of all jobs that ended in each status."""
        return {status: sum(job.counts[status] for job in self.jobs) for status in STATUSES}

    @property
    def planned(self) -> int:
        return sum(job.job.planned for job in self.jobs)

    @property
    def missing(self) -> int:
        return sum(job.missing for job in self.jobs)

    @property
    def unusable(self) -> int:
        return sum(job.unusable for job in self.jobs)

    @property
    def complete(self) -> bool:
        """Whether every planned unit has ended, however, and all files are written."""
        return not self.missing and self.written

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON prints it."""
        return {
            "directory": str(self.directory),
            "complete": self.complete,
            "planned": self.planned,
            "done": self.planned - self.missing,
            **self.counts,
            "missing": self.missing,
            **success_rates(self.counts),
            "unusable_lines": self.unusable,
            "running": None if self.running is None else self.running.as_json(),
            "used_up": None if self.used_up is None else self.used_up.as_json(),
            "jobs": [
                {
                    "folder": job.job.folder,
                    "overrides": list(job.job.overrides),
                    "complete": not job.missing,
                    "planned": job.job.planned,
                    "done": job.done,
                    **job.counts,
                    "missing": job.missing,
                    **success_rates(job.counts),
                    "unusable_lines": job.unusable,
                }
                for job in self.jobs
            ],
            "failures": [group.as_json() for group in self.failures],
            "limits": [group.as_json() for group in self.limits],
        }


def invocation_status(directory: Path, now: float, shown: Path | None = None) -> InvocationStatus:
    """How the invocation in `directory` stands at `now`, in seconds of the Unix epoch.

    `shown` is how the directory is called in paths. InputError if there is no plan, or a file that cannot be used.
    """
    plan = find_plan(directory)
    if plan is None:
        raise InputError(f"{directory} has no {PLAN}: nothing was begun there")
    jobs = tuple(job_statuses(directory, plan))
    folders = [directory / job.job.folder for job in jobs]
    shown = directory if shown is None else shown
    with_rows = [(_ran_with(directory, job.job, shown), job.rows) for job in jobs]
    missing = sum(job.missing for job in jobs)
    work = running(directory, folders, [job.rows for job in jobs], missing, now)
    causes = tuple(failures(with_rows)), tuple(limits(with_rows))
    budget = recorded_budget(directory, plan) if missing else None
    return InvocationStatus(
        directory,
        jobs,
        work,
        *causes,
        kept_some(with_rows),
        all_written(directory, plan, [len(job.rows) for job in jobs]),
        None if budget is None else budget.used_up(),
    )


def ran_jobs(directory: Path, jobs: Sequence[PlannedJob], shown: Path) -> list[tuple[RanWith, Sequence[Row]]]:
    """`jobs` below `directory`, which paths call `shown`, each with the last lines of its finished units."""
    return [
        (_ran_with(directory, job, shown), tuple(read_journal(directory / job.folder).latest().values()))
        for job in jobs
    ]


def job_statuses(directory: Path, plan: Plan) -> list[JobStatus]:
    """The jobs of an invocation's directory, in order of its plan."""
    found = []
    for job in plan.jobs:
        content = read_journal(directory / job.folder)
        rows = tuple(content.latest().values())
        counts: dict[str, int] = {status: sum(row["status"] == status for row in rows) for status in STATUSES}
        found.append(JobStatus(job, counts, max(0, job.planned - len(rows)), len(content.unusable), rows))
    return found


def newest_unfinished(top: Path) -> Path:
    """The newest directory below `top` whose units are not all done; ConfigError if there is none.

    One in which units or final files are missing comes before one whose units are merely exceptions: what they died of
    may stay.
    """
    to_try_again = None
    for directory in _newest_first(top):
        try:
            plan = read_plan(directory)
            statuses = job_statuses(directory, plan)
        except InputError:
            continue  # what cannot be read cannot be gone on with
        runs = [len(status.rows) for status in statuses]
        if any(status.missing for status in statuses) or not all_written(directory, plan, runs):
            return directory
        if to_try_again is None and not all(status.finished for status in statuses):
            to_try_again = directory
    if to_try_again is not None:
        return to_try_again
    raise ConfigError(f"resume=last: nothing below {top}/ is unfinished", hint="name a directory: resume=DIR")


def _ran_with(directory: Path, job: PlannedJob, shown: Path) -> RanWith:
    folder = shown / job.folder
    config = recorded_config(directory / job.folder)
    return RanWith(folder) if config is None else RanWith.of(config, folder)


def _newest_first(top: Path) -> Iterator[Path]:
    plans = sorted(top.rglob(PLAN), key=lambda path: (path.stat().st_mtime, str(path)), reverse=True)
    return (path.parent for path in plans)
