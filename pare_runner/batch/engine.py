"""The engine: the units of all jobs of an invocation in one queue, worked off by one executor.

It alone writes: a report becomes traces, a log and a line in a journal, in this order, before its unit counts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pare_runner.batch.agents import engines
from pare_runner.batch.bench import asks_models, lost
from pare_runner.batch.budget import Budget
from pare_runner.batch.cache.use import CacheUse
from pare_runner.batch.executors.contract import Crew, Executor
from pare_runner.batch.interrupts import INTERRUPTED, uninterrupted
from pare_runner.batch.job import OK, STOPPED, Job, JobReport
from pare_runner.batch.observer import Observer
from pare_runner.batch.scenario_sources import ScenarioSource, source_of
from pare_runner.batch.work import Report, Task
from pare_runner.errors import Abandoned
from pare_runner.policy.request import Role, Usage
from pare_runner.scenarios.scenario import PAREScenario

log = logging.getLogger(__name__)

CANCELLED = "cancelled; runs in flight end as they would"
TOGETHER = 64
"""Runs from the cache that reach the disk together: most of what such a run costs is waiting for the disk."""


@dataclass(slots=True)
class Engine:
    """Works off `jobs`, which are open, and closes them. It is the desk of its executor."""

    jobs: Sequence[Job]
    observer: Observer
    budget: Budget = field(default_factory=Budget)
    cache: CacheUse | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    started: float = field(default_factory=time.perf_counter)
    stop_reason: str | None = None
    _queue: deque[Task] = field(default_factory=deque)
    _reports: dict[int, JobReport] = field(default_factory=dict)
    _interrupted: bool = False
    _only_exceptions: bool = False
    _told: bool = False
    _in_flight: int = 0
    _begun: bool = False
    _by_name: dict[int, dict[str, PAREScenario]] = field(default_factory=dict)

    def run(self, executor: Executor, *, only_exceptions: bool = False, lock: int | None = None) -> list[JobReport]:
        """Make all that is left to do; the reports of the jobs, in their order.

        Ctrl-C ends it early, and every job with what it has finished. Raises what is wrong with a replay or with
        writing; the journals are valid then, too.
        """
        self._only_exceptions = only_exceptions
        for job in self.jobs:
            self._queue.extend(job.tasks(only_exceptions=only_exceptions))
        self.observer.opened(self.jobs)
        timer = self._timer()
        try:
            self._take_from_cache()
            for job in self.jobs:
                if not job.left:
                    self._over(job)
            self._watch_budget()
            if self._queue and self.stop_reason is None:
                executor.run(self._crew(lock), self)
        except Abandoned as gone:  # a service did not come back: what was in flight goes on with the next start
            self.stop(gone.message)
        except KeyboardInterrupt:
            self._interrupted = True
            done = sum(len(job.rows) for job in self.jobs)
            log.warning("interrupted after %d of %d runs", done, sum(job.planned for job in self.jobs))
        else:
            self._tell_of_rest()
        finally:
            if timer is not None:
                timer.cancel()
            self._tell_of_stop()
            self.observer.closed()
        with uninterrupted():
            return [self._reports.get(job.number) or self._report(job) for job in self.jobs]

    def stop(self, reason: str) -> None:
        """Start no further unit; those in flight end as they would. May be called from any thread."""
        if self.stop_reason is None:
            self.stop_reason = reason
            log.warning("stopping: %s", reason)

    # What an executor sees ------------------------------------------------------------------------------------------

    def take(self) -> Task | None:
        """See `Desk`."""
        self._watch_budget()
        if self.stop_reason is not None or not self._queue:
            return None
        self._in_flight += 1
        self._begun = True
        return self._queue.popleft()

    def finished(self, report: Report) -> bool:
        """See `Desk`."""
        self._in_flight -= 1
        job = self.jobs[report.task.job]
        with uninterrupted():
            job.record(report)
            if self.cache is not None:
                self.cache.keep(job, report)
        self._tell(job, report)
        if report.source == "run":
            self.budget.count(job.config, report.row)
        self._watch_budget()
        if job.left:
            return False
        self._over(job)
        return True

    def broken(self, task: Task, error: Exception) -> bool:
        """See `Desk`."""
        job = self.jobs[task.job]
        return self.finished(lost(job.config, job.units[task.unit].scenario, task, error))

    def again(self, task: Task) -> Task:
        """See `Desk`."""
        return self.jobs[task.job].again(task)

    # ----------------------------------------------------------------------------------------------------------------

    def _watch_budget(self) -> None:
        """Stop if a limit is reached or somebody cancels and there is something left; tell the observer of any stop.

        However little time there is, one run begins: or else a resume under the same limit would never come further.
        """
        if self._queue and self.stop_reason is None:
            reason = self.budget.reached(in_flight=self._in_flight > 0, timed=self._begun)
            if self.cancelled.is_set():
                reason = CANCELLED
            if reason is not None:
                self.stop(reason)
        self._tell_of_stop()

    def _tell_of_rest(self) -> None:
        left = sum(map(self._unasked, self.jobs))
        if left and self.stop_reason is None:
            log.warning(
                "%d planned run%s of this directory: not asked for now, and not made; `pare resume` on it makes all",
                left,
                "" if left == 1 else "s",
            )

    def _tell_of_stop(self) -> None:
        if self.stop_reason is not None and not self._told:
            self._told = True
            self.observer.stopping(self.stop_reason)

    def _timer(self) -> threading.Timer | None:
        """What says that the time is over though nothing finishes meanwhile."""
        seconds = self.budget.max_wall
        if seconds is None or not self._queue:
            return None
        timer = threading.Timer(seconds, self._out_of_time, (seconds,))
        timer.daemon = True
        timer.start()
        return timer

    def _out_of_time(self, seconds: float) -> None:
        if self._queue and self._begun:
            self.stop(self.budget.wall_reached(seconds, in_flight=self._in_flight > 0))

    def _take_from_cache(self) -> None:
        """Count what the cache has, and give the rest of the queue what it has of it."""
        if self.cache is None:
            return
        left: deque[Task] = deque()
        found: list[Report] = []
        for task in self._queue:
            had = self.cache.find(self.jobs[task.job], task)
            if isinstance(had, Task):
                left.append(had)
                continue
            if found and (len(found) == TOGETHER or found[0].task.job != task.job):
                self._adopt(found)
                found = []
            found.append(had)
        self._adopt(found)
        self._queue = left

    def _adopt(self, found: list[Report]) -> None:
        """Count runs of one job that the cache had."""
        if not found:
            return
        job = self.jobs[found[0].task.job]
        with uninterrupted():
            job.adopt(found)
        for report in found:
            self._tell(job, report)

    def _tell(self, job: Job, report: Report) -> None:
        known = ", from the cache" if report.source == "cache" else ""
        job.say(logging.INFO, "%s: %s%s", report.task.run_id, report.row["status"], known)
        self.observer.finished(job, report.row, report.source)

    def _over(self, job: Job) -> None:
        with uninterrupted():
            self._reports[job.number] = self._report(job)
        self.observer.job_over(job)

    def _report(self, job: Job) -> JobReport:
        status = OK
        if job.left:
            status = INTERRUPTED if self._interrupted else STOPPED if self.stop_reason is not None else OK
        elif self._unasked(job):
            status = STOPPED
        return job.finish(time.perf_counter() - self.started, status)

    def _unasked(self, job: Job) -> int:
        """How many runs a former command planned that this one is not about."""
        return 0 if self._only_exceptions or job.left else job.planned - len(job.rows)

    def _crew(self, lock: int | None) -> Crew:
        first = self.jobs[0].config
        return Crew(
            {job.number: job.spec for job in self.jobs},
            self._scenario,
            self._source(),
            in_flight=first.max_concurrent_scenarios,
            waits=any(asks_models(job.config) for job in self.jobs),
            lock=lock,
            log_level=first.log_level,
            log_to_file=first.writes_unit_logs,
            began=self.observer.began,
            on_usage=self._called,
            away=self.observer.connected,
        )

    def _called(self, job: int, role: Role, usage: Usage) -> None:
        """Tell of a model call, on the thread of its run."""
        engine = engines(self.jobs[job].config)[role]
        self.observer.called(role, engine.label, usage if usage.total_tokens else None)

    def _scenario(self, job: int, name: str) -> PAREScenario:
        found = self._by_name.get(job)
        if found is None:
            units = self.jobs[job].units.values()
            found = self._by_name[job] = {unit.scenario.scenario_id: unit.scenario for unit in units}
        return found[name]

    def _source(self) -> Callable[[int, str], ScenarioSource]:
        known: dict[int, ScenarioSource] = {}

        def find(job: int, name: str) -> ScenarioSource:
            scenario = self._scenario(job, name)
            if id(scenario) not in known:  # the engine keeps all of them alive
                known[id(scenario)] = source_of(scenario)
            return known[id(scenario)]

        return find
