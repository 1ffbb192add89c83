"""The tables on comparisons."""

from __future__ import annotations

from typing import Any

from pare_runner.analysis.report.sections import sections
from pare_runner.analysis.report.tables import Table
from tests.analysis.report.made import Row, grid, reported, row


def table(rows: list[Row], key: str, **options: Any) -> tuple[list[str], list[list[str]]]:
    """The heads and the texts of a table."""
    found: Table = next(
        item for section in sections(reported(rows, **options)) for item in section.tables if item.key == key
    )
    return [column.name for column in found.columns], [[cell.text for cell in line] for line in found.rows]


def test_a_difference_has_its_interval_its_tests_and_what_it_could_have_seen() -> None:
    heads, rows = table(grid(), "comparisons", margin=0.05)
    last = dict(zip(heads, rows[-1], strict=True))
    assert last["points"] == "-83.3"
    assert last["+ / - / ="] == "0 / 5 / 1"
    assert (last["mid-p"], last["exact p"], last["Holm p"]) == ("0.031", "0.062", "0.156")
    assert last["±5"] == "differs"
    assert "McNemar" not in heads


def test_mcnemars_test_is_for_one_run_of_each_scenario() -> None:
    rows = [row(f"s{number}", number > 3 or model == "a", model=model) for number in range(8) for model in "ab"]
    heads, (found,) = table(rows, "comparisons")
    assert dict(zip(heads, found, strict=True))["McNemar"] == "0.125"


def test_a_difference_that_nothing_could_show_is_none() -> None:
    heads, (found,) = table([row(f"s{n}", n > 0, model=model) for n in range(2) for model in "ab"], "comparisons")
    assert dict(zip(heads, found, strict=True))["least"] == "none"


def test_one_run_on_this_benchmark_has_no_p_value_and_says_why() -> None:
    rows = [row(f"s{number}", number > 3 or model == "a", model=model) for number in range(8) for model in "ab"]
    heads, (found,) = table(rows, "comparisons", estimand="benchmark")
    last = dict(zip(heads, found, strict=True))
    assert [last[name] for name in ("95% interval", "p", "Holm p", "least")] == ["-"] * 4
    section = next(item for item in sections(reported(rows, estimand="benchmark")) if item.key == "comparisons")
    assert any("no interval and no p-value: needs at least two runs" in note for note in section.notes)
    assert "There is no test (needs at least two runs" in section.intro
    assert "family" not in section.intro


def test_the_test_on_this_benchmark_is_that_of_the_interval() -> None:
    heads, rows = table(grid(), "comparisons", estimand="benchmark")
    assert "p" in heads
    assert not {"mid-p", "exact p", "bootstrap"} & set(heads)
    last = dict(zip(heads, rows[-1], strict=True))
    assert last["p"] == "0.002"
    (methods,) = [item.intro for item in sections(reported(grid(), estimand="benchmark")) if item.key == "methods"]
    assert "score test" in methods
    assert "sign-flip" not in methods


def test_what_is_not_known_is_not_none() -> None:
    once = [row(f"s{number}", number > 3 or model == "a", model=model) for number in range(8) for model in "ab"]
    heads, (found,) = table(once, "variance")
    assert dict(zip(heads, found, strict=True))["runs"] == "-"
    twice = [{**item, "run_number": run} for item in once for run in (1, 2)]
    heads, (found,) = table(twice, "variance")
    assert dict(zip(heads, found, strict=True))["runs"] == "none"
    assert int(dict(zip(heads, found, strict=True))["scenarios"]) > 100


def test_scenarios_of_one_side_only_are_said_to_be_left_out() -> None:
    rows = [row("s", True), row("t", True), row("s", False, model="b")]
    section = next(item for item in sections(reported(rows)) if item.key == "comparisons")
    assert "b: 1 of the scenarios have judged runs on one side only, and are left out" in section.notes
