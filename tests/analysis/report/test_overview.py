"""The first section of a report."""

from __future__ import annotations

from pare_runner.analysis.report.html import html
from pare_runner.analysis.report.markdown import markdown
from pare_runner.analysis.report.overview import overview
from pare_runner.analysis.report.text import text
from tests.analysis.report.made import reported, row


def test_scenarios_that_passes_leave_out_are_told() -> None:
    rows = [row(f"s{n}", True, run=run) for n in range(4) for run in (1, 2, 3) if n < 2 or run == 1]
    report = reported([*rows, row("s3", True, run=2), row("s4", None, run=1)])
    (note,) = (note for note in overview(report).notes if "pass@k" in note)
    assert note.startswith("c1: ")
    assert note.endswith("k = 2: 1, k = 3: 2 of 4")
    for form in (text(report, width=1000), markdown(report), html(report)):
        assert "k = 2: 1, k = 3: 2 of 4" in form


def test_nothing_is_told_where_nothing_is_left_out() -> None:
    report = reported([row(f"s{n}", n > 1, run=run) for n in range(4) for run in (1, 2)])
    assert overview(report).notes == ()


def test_narrow_tables_show_the_passes_that_nearly_all_scenarios_have() -> None:
    thrice = [row(f"s{number}", True, run=run) for number in range(9) for run in (1, 2, 3)]
    (table, *_) = overview(reported([*thrice, *(row("s0", False, run=run) for run in (4, 5, 6))])).tables
    details = {column.name: column.detail for column in table.columns if column.name.startswith("pass")}
    assert not details["pass@3"]
    assert not details["pass^3"]
    assert details["pass@6"]
    assert [name for name, detail in details.items() if not detail] == ["pass@3", "pass^3"]
