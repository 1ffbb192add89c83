"""Curves over noise."""

from __future__ import annotations

from pare_runner.analysis.report.arms import EVENTS, FAILURES
from tests.analysis.report.made import grid, reported, row


def test_each_assistant_is_a_curve() -> None:
    (axis,) = reported(grid()).robustness
    assert axis.column == FAILURES
    assert [item.label for item in axis.series] == ["a", "b"]
    assert [point.level for point in axis.series[1].points] == [0.0, 0.1, 0.4]
    assert [point.rate.estimate for point in axis.series[0].points] == [1.0, 1.0, 1.0]
    assert axis.series[1].points[-1].rate.estimate == 1 / 6
    assert axis.series[0].warning == ""


def test_curves_are_apart_where_other_noise_is() -> None:
    rows = [
        row("s", True, tool_failure_probability=failures, num_env_events_per_minute=events)
        for failures in (0.0, 0.2)
        for events in (0, 4)
    ]
    failures, events = reported(rows).robustness
    assert (failures.column, events.column) == (FAILURES, EVENTS)
    assert [item.label for item in failures.series] == ["m", "m, env 4"]
    assert [item.label for item in events.series] == ["m", "m, tfp 0.2"]


def test_one_level_is_no_curve() -> None:
    assert reported([row("s", True), row("s", True, model="n")]).robustness == ()
    rows = [row("s", True), row("s", True, model="n", tool_failure_probability=0.1)]
    assert reported(rows).robustness == ()


def test_levels_that_tell_the_assistant_of_other_events_are_warned_of() -> None:
    rows = [
        row(f"s{number}", True, tool_failure_probability=level, unseen_events=number if level else 0)
        for level in (0.0, 0.1)
        for number in (0, 1)
    ]
    report = reported(rows)
    (series,) = report.robustness[0].series
    assert "0.00 at 0, 0.50 at 0.1" in series.warning
    (warning,) = report.warnings
    assert warning.code == "unseen_events"
    assert "m, over probability that a tool fails" in warning.message


def test_oracle_runs_know_nothing_of_unseen_events() -> None:
    rows = [row("s", True, tool_failure_probability=level, unseen_events=None) for level in (0.0, 0.1)]
    assert reported(rows).warnings == ()


def test_a_change_is_paired_by_scenario_and_has_an_interval() -> None:
    # A scenario that only one level has says nothing of a change.
    rows = [
        row(f"s{number}", not (level and number < 3), tool_failure_probability=level)
        for level in (0.0, 0.2)
        for number in range(8)
    ]
    (series,) = reported([*rows, row("only_without", False, tool_failure_probability=0.0)]).robustness[0].series
    change = series.change
    assert change.estimate == -3 / 8
    assert change.low is not None
    assert change.high is not None
    assert -1.0 < change.low < -3 / 8 < change.high < 0.1
    assert series.points[1].rate.estimate == 5 / 8
    assert series.points[0].rate.estimate == 8 / 9


def test_the_change_is_what_the_comparison_of_both_ends_says() -> None:
    report = reported(grid(), baseline="b, no noise")
    assert report.comparisons is not None
    worst = report.robustness[0].series[1]
    (member,) = [item for item in report.comparisons.members if item.id == worst.points[-1].configuration]
    assert worst.points[0].configuration == report.comparisons.baseline
    assert (worst.change.estimate, worst.change.low) == (member.comparison.difference, member.comparison.interval.low)
