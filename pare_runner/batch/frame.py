"""The result frame: one row for each scenario run, in polars.

`PARE_RESULT_SCHEMA` holds the documented columns in the documented order, `RESULT_SCHEMA` ours after them. `run_number`
is at least 1 in every frame written here; a frame read from elsewhere may have null for a single run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

PARE_RESULT_SCHEMA = pl.Schema(
    {
        "base_scenario_id": pl.String(),
        "run_number": pl.Int64(),
        "success_numeric": pl.Float64(),
        "success_bool": pl.Boolean(),
        "status": pl.String(),
        "has_exception": pl.Boolean(),
        "exception_type": pl.String(),
        "exception_message": pl.String(),
        "rationale": pl.String(),
        "export_path": pl.String(),
        "run_duration": pl.Float64(),
        "job_duration": pl.Float64(),
        "user_model": pl.String(),
        "user_provider": pl.String(),
        "observe_model": pl.String(),
        "observe_provider": pl.String(),
        "execute_model": pl.String(),
        "execute_provider": pl.String(),
        "agent_type": pl.String(),
        "proactive_model": pl.String(),
        "tool_failure_probability": pl.Float64(),
        "num_env_events_per_minute": pl.Int64(),
        "proposal_count": pl.Int64(),
        "acceptance_count": pl.Int64(),
        "read_only_actions": pl.Int64(),
        "write_actions": pl.Int64(),
        "number_of_turns": pl.Int64(),
        "proposal_rate": pl.Float64(),
        "acceptance_rate": pl.Float64(),
    }
)

RESULT_SCHEMA = pl.Schema(
    {
        **PARE_RESULT_SCHEMA,
        "protocol": pl.String(),
        "protocol_version": pl.Int64(),
        "seed": pl.Int64(),
        "oracle": pl.Boolean(),
        "message_protocol": pl.String(),
        "time_mode": pl.String(),
        "judge_model": pl.String(),
        "config_hash": pl.String(),
        "termination_reason": pl.String(),
    }
)

WALL_CLOCK_COLUMNS = ("run_duration", "job_duration", "latency_mean", "latency_max")
"""Columns that differ between equal experiments."""


def result_frame(rows: Iterable[Mapping[str, Any]], extra_columns: Mapping[str, object] | None = None) -> pl.DataFrame:
    """A frame of `rows` under `RESULT_SCHEMA`; each of `extra_columns` is appended as text, the same in every row.

    A value of the wrong type, and an extra column with the name of another, is an error.
    """
    extra = {name: None if value is None else str(value) for name, value in (extra_columns or {}).items()}
    taken = sorted(set(extra) & set(RESULT_SCHEMA))
    if taken:
        raise ValueError(f"a result frame has these columns already: {', '.join(taken)}")
    frame = pl.DataFrame([dict(row) for row in rows], schema=RESULT_SCHEMA, strict=True)
    return frame.with_columns(pl.lit(value, dtype=pl.String()).alias(name) for name, value in extra.items())
