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
