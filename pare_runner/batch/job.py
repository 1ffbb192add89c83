"""One job: every unit of an experiment is run, and what came of it is on disk before the next one starts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pare_runner.atomic import write_json, writing
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import PARQUET, unit_frame, unit_row, write_parquet
from pare_runner.batch.identity import config_hash, identity
from pare_runner.batch.interrupts import uninterrupted
from pare_runner.batch.journal import Journal
from pare_runner.batch.logs import forget_frames, job_log, log_outcome, unit_log
from pare_runner.batch.manifest import Manifest
from pare_runner.batch.results import PAREMultiScenarioValidationResult, config_columns, trace_ids
from pare_runner.batch.runs import Runs, runs_of
from pare_runner.batch.summary import SUMMARY, summarize
from pare_runner.batch.units import LoadSuite, Unit, plan_units
from pare_runner.episode.outcome import Outcome
from pare_runner.library.catalog import load_suite
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TRACES, TraceContext, TraceWriter
from pare_runner.traces.registry import trace_writers

OK, SOME_EXCEPTIONS, INTERRUPTED = 0, 1, 130

log = logging.getLogger(__name__)

OnResult = Callable[[Unit, Outcome], None]


@dataclass(frozen=True, slots=True)
class JobReport:
    """What is left to say when a job is over.

    `exit_status` is 0, 1 when a run ended in an exception, or 130 when the job was interrupted. `summary` holds the
    figures of `summary.json`, `results` the result of each finished run.
    """

    exit_status: int
    summary: dict[str, Any]
    results: PAREMultiScenarioValidationResult


def job_units(config: MultiScenarioRunnerConfig, *, load: LoadSuite | None = None) -> list[Unit]:
    """The units of an experiment, in the order they run; InputError if it cannot start. Nothing is written."""
    runs_of(config, Path())
    return _planned(config, load)


def _planned(config: MultiScenarioRunnerConfig, load: LoadSuite | None) -> list[Unit]:
    if config.export:
        trace_writers(config.trace_dump_format)
    return plan_units(config, (load or library_suite)(config))


def run_job(
    config: MultiScenarioRunnerConfig,
    output_dir: Path,
    *,
    load: LoadSuite | None = None,
    runs: Runs | None = None,
    on_result: OnResult | None = None,
    command_line: Sequence[str] | None = None,
) -> JobReport:
    """Run every unit of `config` and leave the files of docs/outputs.md in `output_dir`.

    `on_result` is called with each unit that finished, after it counts. Ctrl-C ends the job after the unit that is
    being written, with a summary of those that finished. `runs` replaces what makes the runs. Raises InputError if the
    experiment cannot start, if `output_dir` holds results, or if it cannot be written to.
    """
    started = time.perf_counter()
    runs = runs or runs_of(config, output_dir)
    units = _planned(config, load)
    with ExitStack() as resources, writing(output_dir):
        journal = resources.enter_context(Journal(output_dir))
        resources.enter_context(job_log(config, output_dir))
        manifest = Manifest.start(output_dir, config, units, command_line)
        job = _Job(config, output_dir, journal, trace_writers(config.trace_dump_format) if config.export else [])
        interrupted = job.run_all(runs, units, on_result)
        with uninterrupted():
            return job.finish(len(units), manifest, started, interrupted)


def library_suite(config: MultiScenarioRunnerConfig) -> Sequence[PAREScenario]:
    """The scenarios that the library offers for `config`."""
    return load_suite(config.suite, config.scenarios)


@dataclass(slots=True)
class _Job:
    config: MultiScenarioRunnerConfig
    directory: Path
    journal: Journal
    writers: Sequence[TraceWriter]
    rows: list[dict[str, Any]] = field(default_factory=list)
    results: PAREMultiScenarioValidationResult = field(init=False)
    _identity: dict[str, Any] = field(init=False)
    _columns: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.results = PAREMultiScenarioValidationResult(self.config)
        self._identity = identity(self.config)
        self._columns = config_columns(self.config)

    def run_all(self, runs: Runs, units: Sequence[Unit], on_result: OnResult | None) -> bool:
        """Run and record `units`; return whether Ctrl-C ended that early."""
        noun = "run" if len(units) == 1 else "runs"
        log.info("%s: %d %s, config %s", self.config.experiment_name, len(units), noun, config_hash(self.config))
        began: dict[str, float] = {}
        finished: dict[str, Outcome] = {}

        @contextmanager
        def around(unit: Unit) -> Iterator[None]:
            began[unit.run_id] = time.perf_counter()
            with unit_log(self.config, self.directory, unit):
                yield
            outcome = finished.pop(unit.run_id)
            log.info("%s: %s", unit.run_id, outcome.result.status)
            if on_result is not None:
                on_result(unit, outcome)

        def done(unit: Unit, outcome: Outcome) -> None:
            outcome.result.duration = time.perf_counter() - began.pop(unit.run_id)
            with uninterrupted():
                self._record(unit, outcome)
            finished[unit.run_id] = outcome

        try:
            runs.run(units, around, done)
        except KeyboardInterrupt:
            log.warning("interrupted after %d of %d runs", len(self.rows), len(units))
            return True
        return False

    def finish(self, planned: int, manifest: Manifest, started: float, interrupted: bool) -> JobReport:
        """Write what stands at the end of a job: the frame if it is complete, the summary, the manifest's times."""
        seconds = self.results.duration = time.perf_counter() - started
        summary = summarize(self.rows, planned)
        if summary["complete"]:
            write_parquet(self.directory / PARQUET, unit_frame(self.rows, seconds))
        head = {"experiment_name": self.config.experiment_name, "config_hash": config_hash(self.config)}
        write_json(self.directory / SUMMARY, {**head, **summary, "wall_clock": {"job_duration": seconds}})
        manifest.finish(seconds)
        log.info("%d of %d runs finished in %.1f s", summary["runs"], planned, seconds)
        status = SOME_EXCEPTIONS if self.results.exception_count else OK
        return JobReport(INTERRUPTED if interrupted else status, summary, self.results)

    def _record(self, unit: Unit, outcome: Outcome) -> None:
        """Make a finished unit count: first its traces, then its line in the journal."""
        context = TraceContext(unit.run_id, self._identity, *trace_ids(self.config))
        paths = [writer.write(outcome, context, self.directory / TRACES / writer.name) for writer in self.writers]
        if paths:
            outcome.result.export_path = paths[0].relative_to(self.directory).as_posix()
        row = unit_row(unit, outcome, self.config, self._columns)
        self.journal.append(row)
        self.rows.append(row)
        self.results.add_result(outcome.result, unit.scenario.scenario_id, unit.run_number)
        log_outcome(unit, outcome)
        forget_frames(outcome.result.exception)
