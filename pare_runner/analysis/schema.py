"""The columns of a frame of results, as readers know them.

Result files are a format, and this is the reader's side of it: analysis reads what any version of the package wrote, so
it does not share the writer's schema. A test holds the two equal for files of this version. `PARE_COLUMNS` are the
documented columns in the documented order; the others are ours.
"""

from __future__ import annotations

import polars as pl

PARE_COLUMNS = pl.Schema(
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

JOB = "job"
"""Column that names where a row comes from: the folder of its job, or the file."""

JSON_COLUMNS = (
    "checks",
    "failed_events",
    "calls_by_role",
    "tokens_by_role",
    "usage_by_role",
    "served_models",
    "model_errors",
    "refused_calls",
)
"""Columns that hold JSON text in frames, and JSON values in journals."""

ROW_COLUMNS = pl.Schema(
    {
        **PARE_COLUMNS,
        "protocol": pl.String(),
        "protocol_version": pl.Int64(),
        "seed": pl.Int64(),
        "oracle": pl.Boolean(),
        "message_protocol": pl.String(),
        "time_mode": pl.String(),
        "judge_model": pl.String(),
        "config_hash": pl.String(),
        "termination_reason": pl.String(),
        "max_turns": pl.Int64(),
        "number_of_idle_turns": pl.Int64(),
        "lapsed_proposals": pl.Int64(),
        "unseen_events": pl.Int64(),
        "noise_failures": pl.Int64(),
        "first_proposal_seconds": pl.Float64(),
        "model_calls": pl.Int64(),
        "model_retries": pl.Int64(),
        "prompt_tokens": pl.Int64(),
        "completion_tokens": pl.Int64(),
        "cached_tokens": pl.Int64(),
        "reasoning_tokens": pl.Int64(),
        "cost_usd": pl.Float64(),
        "latency_mean": pl.Float64(),
        "latency_max": pl.Float64(),
        "attempt": pl.Int64(),
        "run_id": pl.String(),
        **dict.fromkeys(JSON_COLUMNS, pl.String()),
        "world_hash": pl.String(),
        "scoring_hash": pl.String(),
        "scoring": pl.String(),
    }
)
"""What the result files of a job hold."""

TEXTS = pl.List(pl.String())

JOB_COLUMNS = pl.Schema(
    {
        JOB: pl.String(),
        "experiment_name": pl.String(),
        "suite": pl.String(),
        "overrides": TEXTS,
        "apply_tool_name_augmentation": pl.Boolean(),
        "apply_tool_description_augmentation": pl.Boolean(),
        "failure_pattern": pl.String(),
        "outage_seconds": pl.Float64(),
        "env_events_seed": pl.Int64(),
        "arrivals": pl.String(),
        "package_version": pl.String(),
        "behaviour_version": pl.Int64(),
        "code_revision": pl.String(),
    }
)
"""What the manifest of a job adds to each of its rows; null where there is none."""

SCENARIO_COLUMNS = pl.Schema({"tags": TEXTS, "apps": TEXTS})
"""What manifests say about the scenario of a row, the last of them if they differ; null where none says it."""

CHECK_COUNTS = pl.Schema({"checks_passed": pl.Int64(), "checks_total": pl.Int64()})
"""Counted from the column `checks`."""

FRAME_SCHEMA = pl.Schema({**ROW_COLUMNS, **CHECK_COUNTS, **SCENARIO_COLUMNS, **JOB_COLUMNS})
"""Every column of `load_results`, in order; columns that files have beyond these follow."""

NEEDED = ("base_scenario_id", "status")
"""Without them a file is no frame of results."""

STATUSES = ("success", "failed", "exception", "no_validation")
