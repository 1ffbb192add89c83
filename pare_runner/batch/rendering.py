"""From an outcome to what is written down of it: the line of the journal, traces, the log. Nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import unit_row
from pare_runner.batch.identity import identity
from pare_runner.batch.results import config_columns, trace_ids
from pare_runner.batch.work import Report, Task
from pare_runner.episode.outcome import Outcome
from pare_runner.traces.contract import TRACES, TraceContext, TraceFile, TraceWriter
from pare_runner.traces.record import RunTrace, record_of
from pare_runner.traces.redacted import redacted
from pare_runner.traces.registry import trace_writers


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders the outcomes of one job; what all of them share is made once."""

    config: MultiScenarioRunnerConfig
    writers: tuple[TraceWriter, ...]
    identity: Mapping[str, Any]
    columns: Mapping[str, Any]

    @classmethod
    def of(cls, config: MultiScenarioRunnerConfig) -> Self:
        """The renderer of a job; ConfigError if its trace format cannot be written."""
        writers = tuple(trace_writers(config.trace_dump_format)) if config.export else ()
        return cls(config, writers, identity(config), config_columns(config))

    def report(self, task: Task, outcome: Outcome) -> Report:
        """The report on `outcome`, whose `export_path` is set; without a log."""
        traces = self.traces(task.run_id, outcome)
        outcome.result.export_path = export_path(traces)
        row = unit_row(task.run_id, outcome, self.config, self.columns, task.attempt)
        return Report(task, row, traces)

    def traces(self, run_id: str, outcome: Outcome) -> tuple[tuple[str, TraceFile], ...]:
        """The traces of a run, each with the name of its writer."""
        if not self.writers:
            return ()
        trace = self.record(run_id, outcome)
        return tuple((writer.name, file) for writer in self.writers for file in writer.render(trace))

    def record(self, run_id: str, outcome: Outcome) -> RunTrace:
        """What the traces of a run are made of, redacted as the configuration wants it."""
        config = self.config
        context = TraceContext(
            run_id,
            self.identity,
            *trace_ids(config),
            dialect=config.export_dialect,
            redact=config.export_redact,
        )
        return redacted(record_of(outcome, context))


def export_path(traces: tuple[tuple[str, TraceFile], ...]) -> str | None:
    """Where the first of `traces` stands in a job's directory, for parts of tables their format's folder; None without.

    Parts are joined some day, and a run is found in them by its `run_id`.
    """
    if not traces:
        return None
    folder, trace = traces[0]
    return f"{TRACES}/{folder}" if "/" in trace.name else f"{TRACES}/{folder}/{trace.name}"
