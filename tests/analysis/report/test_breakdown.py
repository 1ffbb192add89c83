"""Apps, tags, and the map of scenarios."""

from __future__ import annotations

import pytest

from pare_runner.analysis.report import breakdown
from tests.analysis.report.made import grid, reported, row


def test_a_scenario_counts_for_each_of_its_tags_and_apps() -> None:
    rows = [
        row("s", True, tags=["x", "y"], apps=["A"]),
        row("t", False, tags=["x"], apps=["A", "B"]),
        row("u", True, tags=None, apps=None),
    ]
    report = reported(rows)
    assert [(part.name, part.scenarios, part.rates[0].estimate) for part in report.tags] == [("x", 2, 0.5), ("y", 1, 1)]
    assert [(part.name, part.scenarios, part.rates[0].estimate) for part in report.apps] == [("A", 2, 0.5), ("B", 1, 0)]


def test_results_without_tags_have_no_parts() -> None:
    report = reported([row("s", True)])
    assert (report.tags, report.apps) == ((), ())


def test_the_hardest_scenarios_come_first_and_what_was_not_run_is_blank() -> None:
    rows = [row("s", True), row("t", False), row("t", True, run=2), row("t", None, model="n", exception_type="E")]
    heat = reported(rows).heat
    assert [(item.scenario, item.rates, item.runs) for item in heat.rows] == [
        ("t", (0.5, None), (2, 0)),
        ("s", (1.0, None), (1, 0)),
    ]
    assert heat.left_out == 0


def test_of_too_many_scenarios_those_that_differ_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdown, "MOST_CELLS", 6 * 3)
    heat = reported(grid()).heat
    assert [item.scenario for item in heat.rows] == ["s0", "s1", "s2"]
    assert heat.left_out == 3
