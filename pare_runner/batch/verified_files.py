"""What stands beside the journal of a job, compared with what the journal comes to.

Every function gives the first difference in words, or None.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pare_runner.atomic import json_bytes, read_json
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frame import WALL_CLOCK_COLUMNS
from pare_runner.batch.frames_io import LATER_COLUMNS, PARQUET, unit_frame
from pare_runner.batch.identity import config_hash
from pare_runner.batch.journal import JOURNAL
from pare_runner.batch.summary import SUMMARY, summarize
from pare_runner.llm.recording.difference import changed_lines
from pare_runner.parquet import read_frame
from pare_runner.traces.contract import PART, TRACES

WALL_CLOCK = "wall_clock"
"""Key of JSON files that is not compared."""

Row = Mapping[str, Any]


def parquet_difference(directory: Path, rows: Iterable[Row]) -> str | None:
    """Where the frame of a job, if it exists, is not made of `rows`; InputError if it cannot be read."""
    if not (directory / PARQUET).exists():
        return None
    what = frame_difference(read_frame(directory / PARQUET), unit_frame(rows))
    return what and f"{PARQUET} is not what {JOURNAL} says: {what}"


def frame_difference(recorded: pl.DataFrame, now: pl.DataFrame) -> str | None:
    """Where two frames of results differ first, wall clock columns and those aside that earlier versions did not
    write."""
    unwritten = LATER_COLUMNS.difference(recorded.columns)
    before, after = (frame.drop(*WALL_CLOCK_COLUMNS, *unwritten, strict=False) for frame in (recorded, now))
    odd = [name for name in (*before.columns, *after.columns) if before.schema.get(name) != after.schema.get(name)]
    if odd:
        return f"column {odd[0]} is {before.schema.get(odd[0], 'missing')}, not {after.schema.get(odd[0], 'there')}"
    if before.columns != after.columns:
        return "the columns stand in another order"
    if before.height != after.height:
        return f"number of rows: {before.height}, not {after.height}"
    for name in before.columns:
        if not before[name].equals(after[name], null_equal=True):
            pairs = zip(before.iter_rows(named=True), after.iter_rows(named=True), strict=True)
            old, new = next((old, new) for old, new in pairs if old[name] != new[name])
            run = f"{new['base_scenario_id']} run {new['run_number']}"
            return f"{name} of {run}" + changed_lines(_text(old[name]), _text(new[name]))
    return None


def summary_difference(
    directory: Path, config: MultiScenarioRunnerConfig, rows: Sequence[Row], planned: int
) -> str | None:
    """Where the summary of a job, if it exists, is not what `rows` come to; InputError if it is no JSON."""
    path = directory / SUMMARY
    if not path.exists():
        return None
    head = {"experiment_name": config.experiment_name, "config_hash": config_hash(config)}
    what = json_difference(read_json(path), {**head, **summarize(rows, planned)})
    return what and f"{SUMMARY} is not what {JOURNAL} comes to{what}"


def json_difference(recorded: object, now: Mapping[str, Any]) -> str | None:
    """The lines in which two JSON documents differ, `WALL_CLOCK` aside."""
    before, after = (
        {key: value for key, value in content.items() if key != WALL_CLOCK} if isinstance(content, Mapping) else content
        for content in (recorded, now)
    )
    return changed_lines(json_bytes(before, indent=True).decode(), json_bytes(after, indent=True).decode()) or None


def stray_trace(
    directory: Path, made: Collection[str], formats: Collection[str], finished: Iterable[str], unfinished: Iterable[str]
) -> str | None:
    """A file among the traces of a job that is none of `made`, paths below `directory`.

    What a killed process may have left of the run ids `unfinished` is passed over: a trace is there before its line. So
    are traces of `finished` runs in other formats than those that the job writes: they were converted.
    """
    left = tuple(f"{run_id}." for run_id in unfinished)
    converted = (*left, *(f"{run_id}." for run_id in finished))
    for path in sorted((directory / TRACES).rglob("*")):
        name = path.relative_to(directory).as_posix()
        passed_over = left if path.relative_to(directory / TRACES).parts[0] in formats else converted
        run = path.name.removeprefix(".").removeprefix(PART)
        if path.is_file() and name not in made and not run.startswith(passed_over):
            return f"{name} belongs to no run in {JOURNAL}"
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_bytes(value).decode()
