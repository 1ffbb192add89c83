"""The statistics that PARE documents, under its names and by its formulas, from a result frame.

Source: the reference of PARE's reports (result frame, statistics per configuration, JSON report). They describe: a
standard error here is over runs and says nothing about other scenarios; `intervals` and `comparisons` do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from pare_runner.errors import InputError, bracketed_hint

CONFIG_KEY = ("user_model", "proactive_model", "tool_failure_probability", "num_env_events_per_minute")
"""The columns that make a configuration; reports have one block of statistics for each."""

Statistics = dict[str, float | int]

_STATUSES = {
    "success_runs": "success",
    "failed_runs": "failed",
    "exception_runs": "exception",
    "no_validation_runs": "no_validation",
}
_TOTALS = {
    "total_proposals": "proposal_count",
    "total_acceptances": "acceptance_count",
    "total_turns": "number_of_turns",
    "total_read_only_actions": "read_only_actions",
    "total_write_actions": "write_actions",
}
_NEEDED = ("base_scenario_id", "run_number", "success_numeric", "status", "run_duration", "job_duration")
COLUMNS = (*CONFIG_KEY, *_NEEDED, *_TOTALS.values())
"""All that `per_config_results` looks at."""


def calculate_statistics(frame: pl.DataFrame) -> dict[str, Statistics]:
    """`{"global": …, "pas_metrics": …}` of the rows of one configuration: outcomes and times, and what the agents did.

    `…_std` is the sample standard deviation of a metric over runs (`run_number`), 0 with fewer than two; `…_sem` that
    by the root of the number of runs. A run for which it is not defined (no validated row, turn or proposal) does not
    count. Rows without a run number are one run of their own. Without rows all is 0, and `k` is 1.
    Not in PARE: its filter by equality loses runs without a number. InputError for a missing column.
    """
    _check_columns(frame, (*_NEEDED, *_TOTALS.values()))
    return {"global": _outcomes(frame), "pas_metrics": _agents(frame)}


def per_config_results(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """The `per_config_results` of the JSON report: for each configuration its key and all statistics in one mapping, in
    the order of the keys, missing values last."""
    _check_columns(frame, CONFIG_KEY)
    groups = frame.partition_by(*CONFIG_KEY, maintain_order=True, as_dict=True)
    keys = frame.select(CONFIG_KEY).unique().sort(*CONFIG_KEY, nulls_last=True).rows()
    results: list[dict[str, Any]] = []
    for key in keys:
        found = calculate_statistics(groups[key])
        results.append({**dict(zip(CONFIG_KEY, key, strict=True)), **found["global"], **found["pas_metrics"]})
    return results


def _outcomes(frame: pl.DataFrame) -> Statistics:
    validated = frame.filter(pl.col("success_numeric").is_not_null())
    by_scenario = validated.group_by("base_scenario_id").agg(
        some=(pl.col("success_numeric") > 0).any(), every=(pl.col("success_numeric") == 1).all()
    )
    scenarios = frame["base_scenario_id"].n_unique() if frame.height else 0
    rows_by_scenario = frame.group_by("base_scenario_id").len()["len"]
    by_run = validated.group_by("run_number").agg(pl.col("success_numeric").mean()).sort("run_number")
    some, every = int(by_scenario["some"].sum()), int(by_scenario["every"].sum())
    durations = frame["run_duration"].drop_nulls()
    return {
        "total_runs": frame.height,
        **{name: int((frame["status"] == status).sum()) for name, status in _STATUSES.items()},
        "validated_runs": validated.height,
        "success_rate": 100.0 * _mean(validated["success_numeric"]),
        **_over_runs("success_rate", [100.0 * value for value in by_run["success_numeric"]]),
        "pass_at_k": some,
        "pass_at_k_percent": _percent(some, scenarios),
        "pass_k": every,
        "pass_k_percent": _percent(every, scenarios),
        "total_scenarios": scenarios,
        "k": int(rows_by_scenario.max()) if frame.height else 1,  # type: ignore[arg-type] # of a column of counts
        "avg_run_duration": _mean(durations),
        "avg_run_duration_std": sample_deviation(durations),
        "job_duration": _mean(frame["job_duration"].drop_nulls()),
    }


def _agents(frame: pl.DataFrame) -> Statistics:
    counts = [pl.col(column).cast(pl.Int64).sum().alias(name) for name, column in _TOTALS.items()]
    totals = {name: int(value or 0) for name, value in frame.select(counts).row(0, named=True).items()}
    runs = frame.group_by("run_number").agg(*counts, rows=pl.len()).sort("run_number").rows(named=True)
    rates = {
        "aggregate_proposal_rate": ("total_proposals", "total_turns"),
        "aggregate_acceptance_rate": ("total_acceptances", "total_proposals"),
        "avg_read_only_actions": ("total_read_only_actions", "rows"),
        "avg_write_actions": ("total_write_actions", "rows"),
    }
    found: Statistics = dict(totals)
    whole = {**totals, "rows": frame.height}
    for name, (above, below) in rates.items():
        found[name] = whole[above] / whole[below] if whole[below] else 0.0
        found.update(_over_runs(name, [run[above] / run[below] for run in runs if run[below]]))
    return found


def _over_runs(name: str, values: Sequence[float]) -> Statistics:
    deviation = sample_deviation(values)
    return {f"{name}_std": deviation, f"{name}_sem": deviation / math.sqrt(len(values)) if values else 0.0}


def sample_deviation(values: Iterable[float]) -> float:
    """The standard deviation with ddof 1; 0 for fewer than two values."""
    numbers = list(values)
    if len(numbers) < 2:
        return 0.0
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in numbers) / (len(numbers) - 1))


def _mean(values: pl.Series) -> float:
    numbers = values.to_list()
    return math.fsum(numbers) / len(numbers) if numbers else 0.0


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 0.0


def _check_columns(frame: pl.DataFrame, needed: Iterable[str]) -> None:
    for name in needed:
        if name not in frame.columns:
            raise InputError(f"the results have no column {name!r}{bracketed_hint(name, frame.columns, limit=0)}")
