"""The figures behind every display: counted as an observer is told, read at any time by any thread."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pare_runner.batch.bench import asks_models
from pare_runner.batch.observer import AwayEndpoint, Observer, Source
from pare_runner.batch.work import Task
from pare_runner.cli.progress.window import Window
from pare_runner.policy.request import Role, Usage

if TYPE_CHECKING:
    from pare_runner.batch.job import Job

RATES = 30.0
"""Seconds over which calls and tokens are counted."""
PACE = 300.0
"""Seconds over which finished runs are counted, for the time that is left."""


@dataclass(slots=True)
class JobFigures:
    """How far a job is; `done` are finished units, `exceptions` those of them that ended in one."""

    label: str
    planned: int
    done: int = 0
    success: int = 0
    failed: int = 0
    exceptions: int = 0
    in_flight: int = 0

    @property
    def judged(self) -> int:
        return self.success + self.failed

    def count(self, status: str, change: int = 1) -> None:
        """A unit more (or less) that ended in `status`."""
        self.done += change
        match status:
            case "success":
                self.success += change
            case "failed":
                self.failed += change
            case "exception":
                self.exceptions += change


@dataclass(frozen=True, slots=True)
class Figures:
    """A moment: each job, busiest first, and all together.

    `cost` is in US dollars: of runs made, now or before this resume, not of those from the cache; None when a price is
    not known. `priced` says whether money is spent at all. `eta` is in seconds, None while nothing tells.
    """

    jobs: tuple[JobFigures, ...]
    overall: JobFigures
    calls_per_second: float
    tokens_per_second: float
    priced: bool
    cost: float | None
    eta: float | None
    away: tuple[AwayEndpoint, ...] = ()
    stopping: str | None = None


@dataclass(slots=True)
class Tally(Observer):
    """Counts; `clock` gives seconds that never go back."""

    clock: Callable[[], float]
    _jobs: dict[int, JobFigures] = field(default_factory=dict)
    _left: int = 0
    _running: set[tuple[int, str]] = field(default_factory=set)
    _costs: list[float] = field(default_factory=list)
    _unpriced: bool = False
    _priced: bool = False
    _live: bool = False
    _away: Callable[[], Sequence[AwayEndpoint]] | None = None
    _stopping: str | None = None
    _calls: Window = field(init=False)
    _tokens: Window = field(init=False)
    _pace: Window = field(init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        now = self.clock()
        self._calls, self._tokens, self._pace = Window(RATES, now), Window(RATES, now), Window(PACE, now)

    def opened(self, jobs: Sequence[Job]) -> None:
        with self._lock:
            labels = short_labels([job.label for job in jobs])
            for job, label in zip(jobs, labels, strict=True):
                figures = self._jobs[job.number] = JobFigures(label, job.planned)
                self._left += job.left
                self._priced = self._priced or asks_models(job.config)
                for unit, row in job.rows.items():
                    self._spend(row)
                    if row["status"] != "exception" or unit not in job.units:  # else it is made again
                        figures.count(row["status"])
            now = self.clock()
            self._calls.began = self._tokens.began = self._pace.began = now

    def began(self, task: Task) -> None:
        with self._lock:
            if task.name not in self._running:
                self._running.add(task.name)
                self._jobs[task.job].in_flight += 1

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        with self._lock:
            figures, now = self._jobs[job.number], self.clock()
            name = (job.number, str(row["run_id"]))
            if name in self._running:
                self._running.remove(name)
                figures.in_flight -= 1
            figures.count(row["status"])
            self._left -= 1
            if source != "run":
                return
            self._pace.add(now, 1)
            self._spend(row)
            if not self._live:
                self._calls.add(now, row.get("model_calls") or 0)
                self._tokens.add(now, (row.get("prompt_tokens") or 0) + (row.get("completion_tokens") or 0))

    def called(self, role: Role, label: str, usage: Usage | None) -> None:
        with self._lock:
            now = self.clock()
            if not self._live:  # calls come one by one from here on, so those of whole runs would count twice
                self._live = True
                self._calls, self._tokens = Window(RATES, now), Window(RATES, now)
            self._calls.add(now, 1)
            self._tokens.add(now, 0 if usage is None else usage.prompt_tokens + usage.completion_tokens)

    def connected(self, away: Callable[[], Sequence[AwayEndpoint]]) -> None:
        self._away = away

    def stopping(self, reason: str) -> None:
        self._stopping = reason

    @property
    def planned(self) -> int:
        """All units."""
        return sum(job.planned for job in self._jobs.values())

    @property
    def done(self) -> int:
        """Finished units."""
        return sum(job.done for job in self._jobs.values())

    def figures(self) -> Figures:
        """The figures of now."""
        away = () if self._away is None else tuple(self._away())
        with self._lock:
            now = self.clock()
            jobs = sorted(self._jobs.values(), key=lambda job: (-job.in_flight, job.done >= job.planned))
            pace = self._pace.per_second(now)
            return Figures(
                tuple(jobs),
                summed("all jobs", jobs),
                self._calls.per_second(now),
                self._tokens.per_second(now),
                self._priced,
                None if self._unpriced else math.fsum(self._costs),
                self._left / pace if pace and self._left else None,
                away,
                self._stopping,
            )

    def _spend(self, row: Mapping[str, Any]) -> None:
        cost = row.get("cost_usd")
        if cost:
            self._costs.append(cost)
        elif cost is None and row.get("model_calls"):
            self._unpriced = True


def summed(label: str, jobs: Sequence[JobFigures]) -> JobFigures:
    """The figures of several jobs together."""
    names = ("planned", "done", "success", "failed", "exceptions", "in_flight")
    return JobFigures(label, *(sum(getattr(job, name) for job in jobs) for name in names))


def short_labels(labels: Sequence[str]) -> list[str]:
    """What tells jobs apart: of `job #3 (seed=1 suite.runs=2)` the words in brackets that not all have."""
    words = [match[1].split() if (match := re.search(r"\((.*)\)$", label)) else [] for label in labels]
    common = set.intersection(*map(set, words)) if len(words) > 1 else set()
    return [
        " ".join(word for word in own if word not in common) or label or "runs"
        for own, label in zip(words, labels, strict=True)
    ]


def job_labels(jobs: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """How jobs are called in tables, from the name of the folder and the overrides of each: what the others have not,
    else the name."""
    known = list(jobs)
    labels = short_labels([f"({' '.join(overrides)})" if overrides else "" for _, overrides in known])
    return [name if label == "runs" else label for (name, _), label in zip(known, labels, strict=True)]
