"""Configurations against a baseline."""

from __future__ import annotations

import pytest

from pare_runner.analysis.report.model import Comparisons
from pare_runner.errors import ConfigError
from tests.analysis.report.made import grid, reported, row


def compared(**options: object) -> Comparisons:
    found = reported(grid(), **options).comparisons
    assert found is not None
    return found


def test_all_are_compared_with_the_first_as_one_family() -> None:
    found = compared()
    assert found.baseline == "c1"
    assert [item.id for item in found.members] == ["c2", "c3", "c4", "c5", "c6"]
    assert found.family.size == 5
    worst = found.members[-1].comparison
    assert worst.difference == pytest.approx(-5 / 6)
    assert worst.p_value is not None
    adjusted = found.family.members["c6"].adjusted
    assert adjusted == pytest.approx(5 * worst.p_value)


def test_the_baseline_may_be_named_by_label_or_id() -> None:
    assert compared(baseline="b, tfp 0.4").baseline == "c6"
    assert compared(baseline="c3").baseline == "c3"
    with pytest.raises(ConfigError, match=r"did you mean 'b, tfp 0\.4'"):
        compared(baseline="b tfp 0.4")


def test_the_best_one_is_said_to_be_chosen_by_the_results() -> None:
    rows = [row("s", model == "b", model=model) for model in ("a", "b")]
    found = reported(rows, baseline="best").comparisons
    assert found is not None
    assert found.baseline == "c2"
    assert "chosen by them" in found.chosen


def test_one_configuration_is_compared_with_nothing() -> None:
    assert reported([row("s", True)]).comparisons is None


def test_a_margin_gives_verdicts_and_is_what_runs_are_counted_for() -> None:
    found = compared(margin=0.1)
    assert found.target == 0.1
    verdicts = [item.comparison.equivalence.verdict for item in found.members if item.comparison.equivalence]
    assert len(verdicts) == 5
    assert verdicts[-1] == "not_equivalent"
    assert found.members[-1].runs_needed.difference == 0.1
    assert all(item.comparison.equivalence is None for item in compared().members)


def test_the_estimand_is_that_of_the_report() -> None:
    found = compared(estimand="benchmark")
    assert all(item.comparison.estimand == "benchmark" for item in found.members)
    assert reported(grid(), estimand="benchmark").configurations[0].rate.estimand == "benchmark"


def test_configurations_without_a_common_scenario_are_not_compared() -> None:
    apart = [row("s", True, model="a"), row("t", False, model="b")]
    report = reported(apart)
    assert report.comparisons is None
    assert report.warnings[0].code == "no_common_scenarios"

    one_of_three = reported([*apart, row("s", False, model="c")])
    assert one_of_three.comparisons is not None
    assert [item.id for item in one_of_three.comparisons.members] == ["c3"]
    assert one_of_three.comparisons.family.size == 1
    assert "c2 (b)" in one_of_three.warnings[0].message


def test_runs_of_the_same_number_are_compared_with_each_other() -> None:
    """Two assistants that fail in the same runs do not differ, however much runs vary."""
    rows = [
        row(f"s{n}", (n + run) % 2 == 0, model=model, run=run) for n in range(6) for run in (1, 2) for model in "ab"
    ]
    found = reported(rows, estimand="benchmark").comparisons
    assert found is not None
    (versus,) = found.members
    assert versus.comparison.variance.within == 0.0
    assert versus.comparison.variance.parts == 1
    twice = reported([item | {"run_number": 1} for item in rows], estimand="benchmark").comparisons
    assert twice is not None
    assert twice.members[0].comparison.variance.within == 1.0, "runs of one number cannot be told apart"
