"""Decision points as the Parquet file that annotation tools read."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import astuple
from pathlib import Path

import polars as pl

from pare_runner.atomic import write_atomic
from pare_runner.errors import InputError
from pare_runner.llm.http.decoding import sound
from pare_runner.traces.decision_points import DecisionPoint

SCHEMA = pl.Schema(
    {
        "sample_id": pl.String(),
        "scenario_id": pl.String(),
        "run_number": pl.Int64(),
        "proactive_model_id": pl.String(),
        "user_model_id": pl.String(),
        "trace_file": pl.String(),
        "user_agent_decision": pl.String(),
        "llm_input": pl.String(),
        "agent_proposal": pl.String(),
        "final_decision": pl.Boolean(),
        "meta_task_description": pl.String(),
        "gather_context_delta": pl.String(),
    }
)
"""Columns and types of PARE's annotation data."""


def frame_of(points: Iterable[DecisionPoint]) -> pl.DataFrame:
    """One row a point, in their order. Parquet holds valid Unicode only: half of a surrogate pair becomes U+FFFD."""
    rows = [[sound(cell) if isinstance(cell, str) else cell for cell in astuple(point)] for point in points]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def write_points(path: Path, points: Iterable[DecisionPoint]) -> None:
    """Write the file, atomically; OSError if it cannot be written."""
    buffer = io.BytesIO()
    frame_of(points).write_parquet(buffer)
    write_atomic(path, buffer.getvalue())


def refuse_foreign(path: Path) -> None:
    """InputError if `path` is a file with anything but decision points, which must not be overwritten."""
    if not path.exists():
        return
    try:
        same = pl.read_parquet_schema(path) == SCHEMA
    except (OSError, pl.exceptions.PolarsError):
        same = False
    if not same:
        raise InputError(f"{path} is there already and holds something else", hint="name another file with --out")
