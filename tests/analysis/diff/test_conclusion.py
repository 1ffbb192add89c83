"""The first line of a diff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.diff.conclusion import conclusion
from tests.analysis.diff.conftest import Rows


def runs(scenarios: Iterable[str], number: int, **columns: Any) -> list[dict[str, Any]]:
    return [{"base_scenario_id": name, "run_number": run, **columns} for name in scenarios for run in range(number)]


def noisy(successes: int) -> list[dict[str, Any]]:
    return [item | {"ok": number < successes} for number, item in enumerate(runs(["noisy"], 8))]


def test_too_few_runs_are_no_proof_that_nothing_moved_beyond_noise(rows: Rows) -> None:
    """3/3 against 0/3 has the p-value 0.1, and no run of any scenario varied."""
    some = [f"s{n}" for n in range(6)]
    found = diff(rows("a", runs(some, 2)), rows("b", runs(some, 2, ok=False)))
    assert conclusion(found).endswith("and 3 more (too few runs to tell which of them moved more than their runs vary)")


def test_scenarios_with_enough_runs_are_told_apart_from_those_without(rows: Rows) -> None:
    before = [*runs(["few"], 2), *runs(["many"], 8), *noisy(6)]
    after = [*runs(["few"], 2, ok=False), *runs(["many"], 8, ok=False), *noisy(4)]
    said = conclusion(diff(rows("a", before), rows("b", after)))
    assert said.endswith("(1 more than their runs vary, too few runs to tell of 1)")


def test_what_no_interval_can_say_is_unknown(rows: Rows) -> None:
    """One run of each scenario says nothing about this benchmark, however many were lost."""
    some = [f"s{n}" for n in range(19)]
    a, b = rows("a", runs(some, 1)), rows("b", runs(some, 1, ok=False))
    said = conclusion(diff(a, b, estimand="benchmark"))
    assert said.startswith("the difference of success is unknown for this benchmark: A 100.0%, B 0.0%")
    assert "no interval: needs at least two runs of a scenario" in said
    assert conclusion(diff(a, b)).startswith("B succeeds less often: ")
