"""Reports on a terminal."""

from __future__ import annotations

import pytest

from pare_runner.analysis.report.text import text
from tests.analysis.report.made import grid, reported, row


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    said = text(reported(grid(), margin=0.05), width=width)
    assert max(len(line) for line in said.splitlines()) <= width


def test_long_labels_are_wrapped_and_nothing_of_them_is_lost() -> None:
    model = "a-model-with-a-name-that-nobody-can-remember-" * 3
    said = text(reported([row("s", True, model=model), row("s", False)]))
    assert max(map(len, said.splitlines())) <= 80
    first = said[said.index("\nc1 ") : said.index("\nc2 ")]
    assert "nobody-can-remember" in first.replace("\n", "").replace(" ", "")


def test_ids_break_after_a_mark_before_they_break_inside_a_word() -> None:
    model = "blood_pressure_dose_change/of-2.5_and_more_than_fits_into_one_column"
    said = text(reported([row("s", True, model=model), row("s", False)]), width=60)
    first = said[said.index("\nc1 ") : said.index("\nc2 ")]
    parts = [line[4:].split("  ")[0] for line in first.strip().splitlines()]
    assert len(parts) > 1
    assert "".join(parts) == model
    assert all(part[-1] in "_-./" for part in parts[:-1])


def test_warnings_come_first_then_the_rates() -> None:
    said = text(reported([row("s", True), row("t", None, exception_type="E")]))
    lines = said.splitlines()
    assert lines[0] == "warning: m: 1 of 2 runs (50.0%) ended in an exception"
    assert lines[lines.index("Success") + 1].startswith("Estimand: situations like these")
    assert said.index("if failed") < said.index("Failures by cause")
    assert "m                       1  50.0%      50.0%   100.0%     100.0%" in said


def test_what_columns_and_the_estimand_mean_is_said_below_them() -> None:
    said = " ".join(text(reported(grid())).split())
    assert "Estimand: situations like these (scenarios are a sample of those that one could meet)." in said
    for meaning in (
        "mid-p: sign-flip permutation test by scenario, ties counted by half;",
        "d: difference in standard deviations of the differences by scenario (d_z);",
        "least: smallest difference that would have been detected, in points",
    ):
        assert said.count(meaning) == 1
    assert "bootstrap: cluster" not in said  # a column that is not shown
    unseen = " ".join(text(reported([row("s", True, unseen_events=2)])).split())
    assert "unseen: scripted events of a run that the assistant was never told of" in unseen


def test_values_stand_below_their_columns() -> None:
    said = text(reported(grid()))
    line = next(line for line in said.splitlines() if line.startswith("c6"))
    assert line.split() == ["c6", "b,", "tfp", "0.4", "6", "12", "16.7%", "[1.1,", "63.2]", "16.7%", "16.7%"]


def test_long_tables_are_cut_and_say_so() -> None:
    said = text(reported([row(f"s{number:02}", number > 3, model=model) for number in range(40) for model in "ab"]))
    assert "... and 25 more: --format html" in said


def test_colours_are_asked_for() -> None:
    marked = text(reported([row("s", True)]), mark=lambda said, kind: f"<{kind}>{said}</{kind}>")
    assert "<bold>Success</bold>" in marked
    assert "\033" not in text(reported([row("s", True)]))
