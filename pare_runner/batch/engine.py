"""The engine: the units of all jobs of an invocation in one queue, worked off by one executor.

It alone writes: a report becomes traces, a log and a line in a journal, in this order, before its unit counts.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pare_runner.batch.bench import asks_models, lost
from pare_runner.batch.executors.contract import Crew, Executor
from pare_runner.batch.interrupts import INTERRUPTED, uninterrupted
from pare_runner.batch.job import OK, STOPPED, Job, JobReport
from pare_runner.batch.observer import Observer
from pare_runner.batch.scenario_sources import ScenarioSource, source_of
from pare_runner.batch.work import Report, Task
from pare_runner.scenarios.scenario import PAREScenario

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Engine:
    """Works off `jobs`, which are open, and closes them. It is the desk of its executor."""

    jobs: Sequence[Job]
    observer: Observer
    started: float = field(default_factory=time.perf_counter)
    stop_reason: str | None = None
    _queue: deque[Task] = field(default_factory=deque)
    _reports: dict[int, JobReport] = field(default_factory=dict)
    _interrupted: bool = False
    _by_name: dict[int, dict[str, PAREScenario]] = field(default_factory=dict)

    def run(self, executor: Executor, *, only_exceptions: bool = False, lock: int | None = None) -> list[JobReport]:
        """Make all that is left to do; the reports of the jobs, in their order.

        Ctrl-C ends it early, and every job with what it has finished. Raises what is wrong with a replay or with
        writing; the journals are valid then, too.
        """
        for job in self.jobs:
            self._queue.extend(job.tasks(only_exceptions=only_exceptions))
        self.observer.opened(self.jobs)
        for job in self.jobs:
            if not job.left:
                self._over(job)
        try:
            if self._queue:
                executor.run(self._crew(lock), self)
        except KeyboardInterrupt:
            self._interrupted = True
            done = sum(len(job.rows) for job in self.jobs)
            log.warning("interrupted after %d of %d runs", done, sum(job.planned for job in self.jobs))
        finally:
            self.observer.closed()
        with uninterrupted():
            return [self._reports.get(job.number) or self._report(job) for job in self.jobs]

    def stop(self, reason: str) -> None:
        """Start no further unit; those in flight end as they would."""
        if self.stop_reason is None:
            self.stop_reason = reason
            log.warning("stopping: %s", reason)
            self.observer.stopping(reason)

    # What an executor sees ------------------------------------------------------------------------------------------

    def take(self) -> Task | None:
        """See `Desk`."""
        if self.stop_reason is not None or not self._queue:
            return None
        return self._queue.popleft()

    def finished(self, report: Report) -> bool:
        """See `Desk`."""
        job = self.jobs[report.task.job]
        with uninterrupted():
            job.record(report)
        job.say(logging.INFO, "%s: %s", report.task.run_id, report.row["status"])
        self.observer.finished(job, report.row, "run")
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

    def _over(self, job: Job) -> None:
        with uninterrupted():
            self._reports[job.number] = self._report(job)
        self.observer.job_over(job)

    def _report(self, job: Job) -> JobReport:
        status = OK
        if job.left:
            status = INTERRUPTED if self._interrupted else STOPPED if self.stop_reason is not None else OK
        return job.finish(time.perf_counter() - self.started, status)

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
        )

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
