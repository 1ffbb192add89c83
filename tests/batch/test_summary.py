"""The summary of a job."""

from __future__ import annotations

from typing import Any

from pare_runner.batch.summary import summarize


def row(scenario: str, status: str, **checks: bool) -> dict[str, Any]:
    return {"base_scenario_id": scenario, "status": status, "checks": checks}


def test_rates_leave_exceptions_out_and_bound_them() -> None:
    statuses = ["success"] * 3 + ["failed"] * 2 + ["exception"] * 5 + ["no_validation"]

    summary = summarize([row("a", status) for status in statuses], planned=12)

    assert summary["success_rate"] == 0.6
    assert summary["success_rate_bounds"] == {"exceptions_failed": 0.3, "exceptions_succeeded": 0.8}
    assert [summary[name] for name in ("success", "failed", "exception", "no_validation")] == [3, 2, 5, 1]
    assert (summary["runs"], summary["planned"], summary["complete"]) == (11, 12, False)


def test_nothing_judged_has_no_rate() -> None:
    summary = summarize([row("a", "no_validation")], planned=1)

    assert summary["success_rate"] is None
    assert summary["success_rate_bounds"] == {"exceptions_failed": None, "exceptions_succeeded": None}
    assert summary["complete"]


def test_failing_checks_are_counted_by_scenario() -> None:
    summary = summarize(
        [row("b", "failed", x=False, y=True), row("b", "failed", x=False), row("a", "failed", z=False)], planned=3
    )

    assert list(summary["failing_checks"].items()) == [("a", {"z": 1}), ("b", {"x": 2})]


def with_agents(status: str = "failed", **columns: Any) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "number_of_turns": 4,
        "proposal_count": 2,
        "acceptance_count": 1,
        "unseen_events": 1,
        "model_calls": 10,
        "model_errors": {"no_action": 1},
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "cached_tokens": 50,
        "reasoning_tokens": 5,
        "cost_usd": 0.1,
    }
    return row("a", status) | figures | columns


def test_what_agents_did_is_added_up() -> None:
    rows = [
        with_agents(),
        with_agents(number_of_turns=7, model_errors={"timeout": 2, "no_action": 1}, cost_usd=0.2),
        with_agents("exception", number_of_turns=99, cost_usd=0.3),
    ]
    summary = summarize(rows, planned=3)

    assert (summary["mean_turns"], summary["unseen_events"], summary["model_calls"]) == (5.5, 3, 30)
    assert (summary["proposals"], summary["acceptances"], summary["acceptance_rate"]) == (6, 3, 0.5)
    assert summary["model_errors"] == {"no_action": 3, "timeout": 2}
    assert (summary["prompt_tokens"], summary["completion_tokens"]) == (300, 30)
    assert (summary["cost_usd"], summary["cost_note"]) == (0.6, None)
    assert summarize(rows[::-1], planned=3) == summary


def test_a_cost_is_known_of_all_runs_or_not_at_all() -> None:
    summary = summarize([with_agents(), with_agents(cost_usd=None)], planned=2)

    assert summary["cost_usd"] is None
    assert summary["cost_note"] == "unknown: 1 of 2 runs asked a model without a price"


def test_oracle_runs_have_no_figures_of_agents() -> None:
    oracle = dict.fromkeys(with_agents()) | row("a", "success") | {"number_of_turns": 0, "proposal_count": 1}
    summary = summarize([oracle], planned=1)

    names = ("mean_turns", "proposals", "acceptance_rate", "model_calls", "model_errors", "cost_usd", "cost_note")
    assert [summary[name] for name in names] == [None] * len(names)
    assert summarize([with_agents(proposal_count=0)], planned=1)["acceptance_rate"] is None
