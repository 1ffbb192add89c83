"""One job as the engine sees it: its directory, what is finished there, and what is left to do."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from pare_runner.atomic import write_json, write_together
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.earlier import EarlierCalls
from pare_runner.batch.frames_io import PARQUET, unit_frame, write_parquet
from pare_runner.batch.identity import config_hash
from pare_runner.batch.joining import are_apart, join, take_apart
from pare_runner.batch.journal import Journal, set_aside
from pare_runner.batch.logs import job_context, job_log
from pare_runner.batch.manifest import Manifest
from pare_runner.batch.results import PAREMultiScenarioValidationResult, result_of_row
from pare_runner.batch.summary import SUMMARY, summarize
from pare_runner.batch.units import Unit
from pare_runner.batch.verified_files import parquet_difference, summary_difference
from pare_runner.batch.work import SOURCE, JobSpec, Report, Task
from pare_runner.errors import InputError
from pare_runner.llm.recording.files import recorded_files
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, UnitKey
from pare_runner.llm.recording.store import CallStore, merge
from pare_runner.traces.contract import TRACES

OK, SOME_EXCEPTIONS, STOPPED = 0, 1, 75
EXCEPTION = "exception"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobReport:
    """What is left to say when a job is over.

    `exit_status` is 0, 1 when a run ended in an exception, 75 when the job was stopped and can be resumed, or 130 when
    it was interrupted. `summary` holds the figures of `summary.json`, `results` the result of each finished run.
    """

    exit_status: int
    summary: dict[str, Any]
    results: PAREMultiScenarioValidationResult


@dataclass(slots=True)
class Job:
    """An open job. `rows` are the journal lines of its finished units, `planned` is the number of all it ever had.

    `units` are those of this invocation; the rows of others stay as they are.
    """

    number: int
    config: MultiScenarioRunnerConfig
    directory: Path
    units: dict[UnitKey, Unit]
    planned: int
    journal: Journal
    manifest: Manifest
    rows: dict[UnitKey, dict[str, Any]]
    label: str = ""
    left: int = 0
    seconds: float = 0.0
    keep_calls: bool = False
    _calls: CallStore | None = None
    _earlier: EarlierCalls = field(init=False)
    _changed: bool = False
    _apart: bool = False
    _resources: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self._earlier = EarlierCalls(self.directory)

    @classmethod
    def open(
        cls,
        number: int,
        config: MultiScenarioRunnerConfig,
        directory: Path,
        units: Sequence[Unit],
        planned: int,
        manifest: Manifest,
        *,
        label: str = "",
        resumed: bool = False,
    ) -> Self:
        """Open the journal of a job, whose directory and manifest are there.

        InputError if it holds results and is not `resumed`. Lines of the journal that cannot be used are set aside.
        """
        by_key = {UnitKey(unit.scenario.scenario_id, unit.run_number): unit for unit in units}
        rows: dict[UnitKey, dict[str, Any]] = {}
        if resumed:
            content = set_aside(directory)
            rows = content.latest()
        job = cls(
            number, config, directory, by_key, planned, Journal(directory, resumed=resumed), manifest, rows, label
        )
        job._resources.enter_context(job.journal)
        job._resources.enter_context(job_log(config, directory, number, resumed=resumed))
        if resumed and content.unusable:
            count = len(content.unusable)
            job.say(logging.WARNING, "%d unusable line%s of the journal set aside", count, "s" if count > 1 else "")
        return job

    @property
    def spec(self) -> JobSpec:
        """What a bench needs to know."""
        return JobSpec(self.number, self.config, str(self.directory.absolute()), keep_calls=self.keep_calls)

    @property
    def complete(self) -> bool:
        """Whether every planned unit is finished."""
        return len(self.rows) >= self.planned

    def say(self, level: int, text: str, *args: object) -> None:
        """Log a line that belongs to this job."""
        with job_context(self.number):
            log.log(level, text, *args)

    def tasks(self, *, only_exceptions: bool = False) -> list[Task]:
        """What is left to do: units without a line, and those that ended in an exception, which are tried again."""
        tasks = []
        for key, unit in self.units.items():
            row = self.rows.get(key)
            if row is None and not only_exceptions:
                tasks.append(self._continued(Task(self.number, key, unit.run_id)))
            elif row is not None and row["status"] == EXCEPTION:
                tasks.append(self._next_attempt(Task(self.number, key, unit.run_id), row))
        self.left = len(tasks)
        return tasks

    def record(self, report: Report) -> None:
        """Make a finished unit count: first its traces and its log, then its line in the journal."""
        self._write_files(report)
        self.journal.append(_line(report))
        self._count(report)

    def adopt(self, reports: Sequence[Report]) -> None:
        """`record` runs that the cache had: their calls come first, as if they had been made here."""
        calls = [report.calls for report in reports if report.calls is not None]
        if calls:
            if self._calls is None:
                self._calls = CallStore(self.directory)
                self._resources.callback(self._calls.close)
            for lines in calls:
                self._calls.append(lines)
            self._calls.sync()
        for report in reports:
            self._write_files(report)
        self.journal.extend([_line(report) for report in reports])
        for report in reports:
            self._count(report)

    def _write_files(self, report: Report) -> None:
        if report.traces and not self._apart:  # runs that are made again or added would stand beside joined ones
            take_apart(self.config, self.directory)
            self._apart = True
        # The file that stands for the run comes last: a reader that finds it finds all of the trace.
        files = [(self.directory / TRACES / folder / trace.name, trace.data) for folder, trace in report.traces][::-1]
        if report.log is not None:
            path = self.directory / self.config.logs_dir / f"{report.task.run_id}.log"
            files.append((path, report.log.encode(errors="backslashreplace")))
        write_together(files)

    def _count(self, report: Report) -> None:
        self.rows[report.task.unit] = report.row
        self._changed = True
        self.left -= 1

    def again(self, task: Task) -> Task:
        """`task` with what was recorded of it by now, for a worker that takes it over."""
        self._earlier.forget()
        return self._continued(task)

    def finish(self, seconds: float, status: int = OK) -> JobReport:
        """Write what stands at the end of a job, complete or not, and close it; `status` is what it leaves with."""
        self.seconds = seconds
        results = PAREMultiScenarioValidationResult(self.config, duration=seconds)
        for key, row in self.rows.items():
            results.add_result(result_of_row(row), key.scenario, key.run)
        summary = summarize(self.rows.values(), self.planned)
        if self._changed or not self._has_its_files():
            if self.complete:
                if not self.config.oracle:
                    merge(self.directory)
                self._join_traces()
                write_parquet(self.directory / PARQUET, unit_frame(self.rows.values(), seconds))
            else:  # it may be there of a job that was complete, and was to be more
                (self.directory / PARQUET).unlink(missing_ok=True)
            head = {"experiment_name": self.config.experiment_name, "config_hash": config_hash(self.config)}
            write_json(self.directory / SUMMARY, {**head, **summary, "wall_clock": {"job_duration": seconds}})
        self.manifest.finish(seconds)
        name = f"{self.label}: " if self.label else ""
        self.say(logging.INFO, "%s%d of %d runs finished in %.1f s", name, len(self.rows), self.planned, seconds)
        if status == OK and results.exception_count:
            status = SOME_EXCEPTIONS
        self.close()
        return JobReport(status, summary, results)

    def close(self) -> None:
        """Close the files; the job takes no more units."""
        self._resources.close()

    def _join_traces(self) -> None:
        try:
            join(self.config, self.directory)
        except InputError as error:  # a file was damaged since it was written: the runs are finished all the same
            self.say(logging.WARNING, "the traces are left as they are: %s", error)

    def _has_its_files(self) -> bool:
        """Whether what stands at the end is there, and made of the rows: a kill may have left files of before."""
        if (self.directory / PARQUET).exists() != self.complete or not (self.directory / SUMMARY).exists():
            return False
        shards = any(path.parent != self.directory for path in recorded_files(self.directory))
        if self.complete and (shards or are_apart(self.config, self.directory)):
            return False
        rows = list(self.rows.values())
        try:
            return not (
                parquet_difference(self.directory, rows)
                or summary_difference(self.directory, self.config, rows, self.planned)
            )
        except InputError:  # a file that cannot be read is written again
            return False

    def _continued(self, task: Task) -> Task:
        """`task` as the attempt that was broken off, if there was one."""
        if self.config.oracle:
            return task
        begun = self._earlier.last_attempt(task.unit)
        if begun is None:
            return task
        if self._earlier.is_over(task.unit, begun):
            return replace(task, attempt=begun + 1, earlier=self._earlier.anew(task.unit, begun + 1))
        return replace(task, attempt=begun, earlier=self._earlier.going_on(task.unit, begun))

    def _next_attempt(self, task: Task, row: dict[str, Any]) -> Task:
        """`task` as the attempt after the one in `row`, which may have begun and been broken off."""
        if self.config.oracle:
            return task
        attempt = (row.get("attempt") or FIRST_ATTEMPT) + 1
        if (self._earlier.last_attempt(task.unit) or 0) >= attempt:
            return self._continued(task)
        return replace(task, attempt=attempt, earlier=self._earlier.anew(task.unit, attempt))


def _line(report: Report) -> dict[str, Any]:
    """The line of the journal; beside its columns it says what was not made here, and so costs nothing here."""
    return report.row if report.source == "run" else {**report.row, SOURCE: report.source}
