"""Traces for an archive: all of a job, or those of some runs, in the formats that the job writes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from pare_runner.atomic import write_atomic
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import SHORT_HASH, config_hash
from pare_runner.errors import InputError
from pare_runner.library.files import shown
from pare_runner.traces.contract import PART, TRACES, PackingWriter
from pare_runner.traces.registry import trace_writers

Clean = Callable[[Path, bytes], bytes]
"""The file of a trace, and what is in it → what is packed; InputError if it cannot be."""


def export_traces(
    directory: Path, target: Path, config: MultiScenarioRunnerConfig, run_ids: Collection[str], clean: Clean | None
) -> None:
    """Write the traces of the runs `run_ids` of the job in `directory` into the folder `target`.

    Formats that join runs are joined there if they are joined here. With `clean` every file goes through it; of formats
    that join runs that is an InputError, since their files are no text.
    """
    for writer in trace_writers(config.trace_dump_format) if config.export else ():
        source, place = directory / TRACES / writer.name, target / TRACES / writer.name
        if not source.is_dir():
            continue
        if not isinstance(writer, PackingWriter):
            _copy(source, place, run_ids, f"_{config_hash(config)[:SHORT_HASH]}.", clean)
        elif clean is not None:
            raise InputError(
                f"traces of the format {writer.name} cannot be looked through for what tells of this machine",
                where=shown(source),
                hint="leave out --traces: a replay makes them again",
            )
        else:
            for run_id in run_ids:
                for file in writer.packed_run(source, run_id):
                    write_atomic(place / file.name, file.data)
            if run_ids and not writer.is_loose(source):
                writer.pack(place)


def _copy(source: Path, place: Path, run_ids: Collection[str], mark: str, clean: Clean | None) -> None:
    """Copy the files of these runs, and those of no run; `mark` is in the name of every file of a run."""
    wanted = tuple(f"{run_id}." for run_id in run_ids)
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        name = path.name.removeprefix(PART)
        if name.startswith(wanted) or not (mark in name or name.startswith(".")):
            data = path.read_bytes()
            write_atomic(place / path.relative_to(source), data if clean is None else clean(path, data))
