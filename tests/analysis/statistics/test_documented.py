"""The documented statistics against their documented formulas, written out plainly, on random frames."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pare_runner.analysis.statistics.documented import CONFIG_KEY, calculate_statistics, per_config_results
from pare_runner.errors import InputError

SCHEMA = pl.Schema(
    {
        "base_scenario_id": pl.String(),
        "run_number": pl.Int64(),
        "success_numeric": pl.Float64(),
        "status": pl.String(),
        "run_duration": pl.Float64(),
        "job_duration": pl.Float64(),
        "user_model": pl.String(),
        "proactive_model": pl.String(),
        "tool_failure_probability": pl.Float64(),
        "num_env_events_per_minute": pl.Int64(),
        "proposal_count": pl.Int64(),
        "acceptance_count": pl.Int64(),
        "read_only_actions": pl.Int64(),
        "write_actions": pl.Int64(),
        "number_of_turns": pl.Int64(),
    }
)
Row = dict[str, Any]
SUCCESS = {"success": 1.0, "failed": 0.0, "exception": None, "no_validation": None}

count = st.integers(0, 4)
row = st.fixed_dictionaries(
    {
        "base_scenario_id": st.sampled_from("abcd"),
        "run_number": st.none() | st.integers(1, 3),
        "status": st.sampled_from(sorted(SUCCESS)),
        "run_duration": st.none() | st.floats(0, 1e4),
        "job_duration": st.none() | st.floats(0, 1e4),
        "user_model": st.just("gpt-5-mini"),
        "proactive_model": st.sampled_from(["observe-execute_x_x", "observe-execute_y_y"]),
        "tool_failure_probability": st.sampled_from([0.0, 0.1]),
        "num_env_events_per_minute": st.sampled_from([0, 4]),
        "proposal_count": count,
        "acceptance_count": count,
        "read_only_actions": count,
        "write_actions": count,
        "number_of_turns": count,
    }
)


def frame_of(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([{**row, "success_numeric": SUCCESS[row["status"]]} for row in rows], schema=SCHEMA)


def by_formula(rows: list[Row]) -> dict[str, float]:
    """The table of the reference, line by line."""

    def mean(values: list[float]) -> float:
        return sum(values) / len(values) if values else 0.0

    def over_runs(name: str, metric: Any) -> dict[str, float]:
        numbers = {row["run_number"] for row in rows}
        values = [metric([row for row in rows if row["run_number"] == number]) for number in numbers]
        values = [value for value in values if value is not None]
        std = statistics.stdev(values) if len(values) >= 2 else 0.0
        return {f"{name}_std": std, f"{name}_sem": std / math.sqrt(len(values)) if values else 0.0}

    def total(chosen: list[Row], name: str) -> int:
        return sum(row[name] for row in chosen)

    def ratio(above: str, below: str) -> Any:
        def of(chosen: list[Row]) -> float | None:
            whole = total(chosen, below)
            return total(chosen, above) / whole if whole else None

        return of

    def average(name: str) -> Any:
        return lambda chosen: total(chosen, name) / len(chosen) if chosen else None

    def success(chosen: list[Row]) -> float | None:
        values = [SUCCESS[row["status"]] for row in chosen if SUCCESS[row["status"]] is not None]
        return 100 * mean(values) if values else None

    validated = [row for row in rows if SUCCESS[row["status"]] is not None]
    scenarios = {row["base_scenario_id"] for row in rows}
    means = [
        mean([SUCCESS[row["status"]] for row in validated if row["base_scenario_id"] == scenario])
        for scenario in {row["base_scenario_id"] for row in validated}
    ]
    durations = [row["run_duration"] for row in rows if row["run_duration"] is not None]
    some, every = sum(value > 0 for value in means), sum(value == 1 for value in means)
    statuses = Counter(row["status"] for row in rows)
    found: dict[str, float] = {
        "total_runs": len(rows),
        **{f"{'failed' if s == 'failed' else s}_runs": statuses[s] for s in SUCCESS},
        "validated_runs": len(validated),
        "success_rate": success(rows) or 0.0,
        **over_runs("success_rate", success),
        "pass_at_k": some,
        "pass_at_k_percent": 100 * some / len(scenarios) if scenarios else 0.0,
        "pass_k": every,
        "pass_k_percent": 100 * every / len(scenarios) if scenarios else 0.0,
        "total_scenarios": len(scenarios),
        "k": max(Counter(row["base_scenario_id"] for row in rows).values(), default=1),
        "avg_run_duration": mean(durations),
        "avg_run_duration_std": statistics.stdev(durations) if len(durations) >= 2 else 0.0,
        "job_duration": mean([row["job_duration"] for row in rows if row["job_duration"] is not None]),
        "total_proposals": total(rows, "proposal_count"),
        "total_acceptances": total(rows, "acceptance_count"),
        "total_turns": total(rows, "number_of_turns"),
        "total_read_only_actions": total(rows, "read_only_actions"),
        "total_write_actions": total(rows, "write_actions"),
    }
    for name, metric in (
        ("aggregate_proposal_rate", ratio("proposal_count", "number_of_turns")),
        ("aggregate_acceptance_rate", ratio("acceptance_count", "proposal_count")),
        ("avg_read_only_actions", average("read_only_actions")),
        ("avg_write_actions", average("write_actions")),
    ):
        found[name] = metric(rows) or 0.0
        found |= over_runs(name, metric)
    return found


def close(values: dict[str, float]) -> Any:
    return pytest.approx(values, rel=1e-9, abs=1e-9)


@settings(max_examples=80, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(row, max_size=30))
def test_equal_to_the_formulas(rows: list[Row]) -> None:
    frame = frame_of(rows)
    found = calculate_statistics(frame)
    assert set(found) == {"global", "pas_metrics"}
    assert {**found["global"], **found["pas_metrics"]} == close(by_formula(rows))

    results = per_config_results(frame)
    keys = sorted({tuple(row[name] for name in CONFIG_KEY) for row in rows})
    assert [tuple(result[name] for name in CONFIG_KEY) for result in results] == keys
    for key, result in zip(keys, results, strict=True):
        chosen = [row for row in rows if tuple(row[name] for name in CONFIG_KEY) == key]
        assert {name: value for name, value in result.items() if name not in CONFIG_KEY} == close(by_formula(chosen))


def simple(scenario: str, run: int | None, status: str, **values: float) -> Row:
    rest = {"run_duration": 1.0, "job_duration": 10.0, "user_model": "u", "proactive_model": "p"}
    rest |= {"tool_failure_probability": 0.0, "num_env_events_per_minute": 0}
    counts = dict.fromkeys([name for name in SCHEMA if name.endswith(("_count", "_actions", "_turns"))], 1)
    return {"base_scenario_id": scenario, "run_number": run, "status": status, **rest, **counts, **values}


def test_by_hand() -> None:
    rows = [
        simple("a", 1, "success", proposal_count=2, number_of_turns=4),
        simple("a", 2, "failed", proposal_count=0, number_of_turns=5),
        simple("b", 1, "success", run_duration=4.0),
        simple("b", 2, "exception"),
        simple("c", 1, "no_validation"),
    ]
    found = calculate_statistics(frame_of(rows))["global"]
    assert found["success_rate"] == pytest.approx(200 / 3)
    assert found["success_rate_std"] == pytest.approx(100 / math.sqrt(2))
    assert found["success_rate_sem"] == pytest.approx(50)
    assert (found["pass_at_k"], found["pass_k"], found["total_scenarios"], found["k"]) == (2, 1, 3, 2)
    assert found["pass_k_percent"] == pytest.approx(100 / 3)
    assert (found["avg_run_duration"], found["avg_run_duration_std"]) == pytest.approx(
        (1.6, statistics.stdev([1, 1, 1, 1, 4]))
    )
    agents = calculate_statistics(frame_of(rows))["pas_metrics"]
    assert agents["aggregate_proposal_rate"] == pytest.approx(5 / 12)
    assert agents["aggregate_proposal_rate_std"] == pytest.approx(statistics.stdev([4 / 6, 1 / 6]))


def test_rows_without_a_number_are_a_run() -> None:
    single = frame_of([simple("a", None, "success"), simple("b", None, "failed")])
    assert calculate_statistics(single)["global"]["success_rate_std"] == 0.0
    mixed = frame_of([simple("a", None, "success"), simple("a", 1, "failed"), simple("a", 2, "failed")])
    found = calculate_statistics(mixed)["global"]
    assert found["success_rate_std"] == pytest.approx(statistics.stdev([100, 0, 0]))
    assert found["success_rate_sem"] == pytest.approx(statistics.stdev([100, 0, 0]) / math.sqrt(3))


def test_without_rows() -> None:
    found = calculate_statistics(frame_of([]))
    assert found["global"].pop("k") == 1
    assert set(found["global"].values()) | set(found["pas_metrics"].values()) == {0}
    assert per_config_results(frame_of([])) == []


def test_columns_of_nulls() -> None:
    """What a frame read from JSON has where no row has a value."""
    frame = frame_of([simple("a", None, "exception")] * 2).with_columns(
        pl.lit(None).alias(name) for name in ("success_numeric", "run_number", "run_duration", "proposal_count")
    )
    found = calculate_statistics(frame)
    assert (found["global"]["success_rate"], found["global"]["avg_run_duration"]) == (0.0, 0.0)
    assert found["pas_metrics"]["total_proposals"] == 0


def test_configurations_with_missing_keys() -> None:
    rows = [simple("a", 1, "success", user_model=name) for name in ("z", None, "b")]
    assert [result["user_model"] for result in per_config_results(frame_of(rows))] == ["b", "z", None]


def test_missing_columns() -> None:
    frame = frame_of([simple("a", 1, "success")])
    with pytest.raises(InputError, match=r"no column 'status' \(did you mean 'Status'\?\)"):
        calculate_statistics(frame.rename({"status": "Status"}))
    with pytest.raises(InputError, match="no column 'user_model'"):
        per_config_results(frame.drop("user_model"))
