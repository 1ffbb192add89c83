"""Traces of a job whose format joins them when the job is complete (`PackingWriter`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.traces.contract import TRACES, PackingWriter
from pare_runner.traces.registry import trace_writers


def join(config: MultiScenarioRunnerConfig, directory: Path) -> None:
    """Join the traces in the directory of a job; InputError for a file that cannot be read, nothing is lost then."""
    for writer, folder in _packing(config, directory):
        writer.pack(folder)


def take_apart(config: MultiScenarioRunnerConfig, directory: Path) -> None:
    """The opposite: afterwards the files of a run can be replaced. InputError for a file that cannot be read."""
    for writer, folder in _packing(config, directory):
        writer.unpack(folder)


def are_apart(config: MultiScenarioRunnerConfig, directory: Path) -> bool:
    """Whether there is anything to join."""
    return any(writer.is_loose(folder) for writer, folder in _packing(config, directory))


def _packing(config: MultiScenarioRunnerConfig, directory: Path) -> Iterator[tuple[PackingWriter, Path]]:
    for writer in trace_writers(config.trace_dump_format) if config.export else ():
        folder = directory / TRACES / writer.name
        if isinstance(writer, PackingWriter) and folder.is_dir():
            yield writer, folder
