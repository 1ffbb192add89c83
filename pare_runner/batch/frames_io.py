"""Rows of finished units, and the frames and Parquet files made of them.

A row is what a journal line says: the columns of `frame.RESULT_SCHEMA` except `job_duration`, which is known when the
job is over, those of `metrics.METRIC_SCHEMA`, `attempt`, and `UNIT_COLUMNS`. In frames the columns that hold JSON
values hold them as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pare_runner.atomic import json_bytes, write_atomic
from pare_runner.batch.agents import scoring_hash, turns_limit
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frame import RESULT_SCHEMA
from pare_runner.batch.journal import read_journal
from pare_runner.batch.metrics import METRIC_JSON, METRIC_SCHEMA, USAGE, metric_columns
from pare_runner.batch.results import run_columns
from pare_runner.episode.outcome import Outcome
from pare_runner.errors import InputError
from pare_runner.llm.recording.keys import FIRST_ATTEMPT
from pare_runner.parquet import parquet_bytes, read_frame
from pare_runner.scenarios.yaml_scenario import scoring_of

PARQUET = "results.parquet"

JSON_COLUMNS = ("checks", "failed_events", *METRIC_JSON)
SCORING = "scoring"
UNIT_COLUMNS = ("run_id", *JSON_COLUMNS, "world_hash", "scoring_hash", SCORING)
"""Columns after `attempt`, all text: `checks` maps each check to whether it holds, `failed_events` lists the ids of
scheduled events whose call failed, the hashes are null for a scenario that has none, and `scoring` says whether its
checks are `authored` or `derived`."""
LATER_COLUMNS = frozenset({SCORING, USAGE})
"""Columns that results of earlier versions lack, which are good all the same."""

UNIT_SCHEMA = pl.Schema(
    {**RESULT_SCHEMA, **METRIC_SCHEMA, "attempt": pl.Int64(), **dict.fromkeys(UNIT_COLUMNS, pl.String())}
)
JOB_COLUMN = "job"
"""Column of a sweep's frame that names the job's folder."""

SWEEP_SCHEMA = pl.Schema({JOB_COLUMN: pl.String(), **UNIT_SCHEMA})


def unit_row(
    run_id: str,
    outcome: Outcome,
    config: MultiScenarioRunnerConfig,
    shared: Mapping[str, Any],
    attempt: int = FIRST_ATTEMPT,
) -> dict[str, Any]:
    """The row of a finished unit; `shared` are the job's `config_columns`. Text that is no valid Unicode is escaped."""
    scenario = outcome.scenario
    max_turns = turns_limit(config, scenario)
    row = {
        "run_id": run_id,
        **run_columns(scenario.scenario_id, outcome.run_number, outcome.result),
        **shared,
        **metric_columns(outcome.metrics, config, max_turns),
        "attempt": None if config.oracle else attempt,
        "checks": dict(outcome.result.checks),
        "failed_events": [event.event_id for event in outcome.failed_events],
        "world_hash": getattr(scenario, "world_hash", None),
        "scoring_hash": scoring_hash(config, scenario),
        SCORING: scoring_of(scenario),
    }
    return {name: _valid(value) if type(value) is str else value for name, value in row.items()}


def unit_frame(rows: Iterable[Mapping[str, Any]], job_duration: float | None = None) -> pl.DataFrame:
    """A frame of `rows` under `UNIT_SCHEMA`, in order of scenario id and run number; keys it has no column for are left
    out. A value of the wrong type is an InputError."""
    values = []
    for row in sorted(rows, key=lambda row: (row["base_scenario_id"], row["run_number"])):
        texts = {name: json_bytes(row[name]).decode() for name in JSON_COLUMNS if row.get(name) is not None}
        complete = {**row, "job_duration": job_duration, **texts}
        values.append({name: complete.get(name) for name in UNIT_SCHEMA})
    try:
        return pl.DataFrame(values, schema=UNIT_SCHEMA, strict=True)
    except (TypeError, pl.exceptions.PolarsError) as error:
        raise InputError(f"rows that are no results: {error}") from error


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    """Write `frame` atomically."""
    write_atomic(path, parquet_bytes(frame))


def job_frame(directory: Path) -> pl.DataFrame:
    """The results of a job, complete or not: its Parquet file, or else what its journal says."""
    path = directory / PARQUET
    if not path.exists():
        return unit_frame(read_journal(directory).latest().values())
    return read_frame(path)


def concat_jobs(frames: Sequence[tuple[str, pl.DataFrame]]) -> pl.DataFrame:
    """The frames of (folder, frame) pairs one below the other, with the folder in `JOB_COLUMN`.

    Columns of `SWEEP_SCHEMA` come first and have its types, others follow; one that a frame lacks is null there.
    `export_path` is rewritten to count from the folder above.
    """
    prepared = [
        frame.cast({name: kind for name, kind in UNIT_SCHEMA.items() if name in frame.columns}).with_columns(
            pl.lit(folder, dtype=pl.String()).alias(JOB_COLUMN),
            (pl.lit(f"{folder}/") + pl.col("export_path")).alias("export_path"),
        )
        for folder, frame in frames
    ]
    whole = pl.concat([SWEEP_SCHEMA.to_frame(), *prepared], how="diagonal")
    return whole.select(*SWEEP_SCHEMA, pl.exclude(*SWEEP_SCHEMA))


def _valid(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="backslashreplace").decode()
    return text
