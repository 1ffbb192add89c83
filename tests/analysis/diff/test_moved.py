"""Scenarios that moved, and checks that turned."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.analysis.diff.cells import Cells, lay_out
from pare_runner.analysis.diff.keys import find_keys
from pare_runner.analysis.diff.moved import moved_scenarios, turned_checks
from pare_runner.analysis.diff.sides import Side, read_side
from tests.analysis.diff.conftest import Rows


def laid(rows: Rows, a: list[dict[str, Any]], b: list[dict[str, Any]]) -> tuple[tuple[Side, Side], Cells]:
    sides = read_side("A", rows("a", a)), read_side("B", rows("b", b))
    return sides, lay_out(*sides, find_keys(*sides))


def runs(scenario: str, verdicts: str, **columns: Any) -> list[dict[str, Any]]:
    """A run for each of `1` (success), `0` (failure) and `x` (exception)."""
    ok = {"1": True, "0": False, "x": None}
    return [
        {"base_scenario_id": scenario, "run_number": number, "ok": ok[verdict]} | columns
        for number, verdict in enumerate(verdicts, start=1)
    ]


def test_scenarios_are_ranked_by_evidence(rows: Rows) -> None:
    a = [*runs("weak", "11110000"), *runs("same", "1010"), *runs("strong", "11111111"), *runs("back", "0000")]
    b = [*runs("weak", "11100000"), *runs("same", "0101"), *runs("strong", "00000000"), *runs("back", "1111")]
    found, family = moved_scenarios(laid(rows, a, b)[1])
    assert [item.scenario for item in found] == ["strong", "back", "weak"]
    strong, back, weak = found
    assert (strong.rates, strong.difference, strong.gained, strong.lost) == ((1.0, 0.0), -1.0, 0, 8)
    assert strong.evidence.p_value == pytest.approx(2 / 12870)
    assert strong.adjusted == pytest.approx(3 * 2 / 12870)
    assert (back.gained, back.lost, weak.lost) == (4, 0, 1)
    assert (family.size, family.method) == (3, "Holm")
    assert (strong.verdict, back.verdict, weak.verdict) == ("moved", "within_noise", "within_noise")


def test_too_few_runs_are_told_from_noise(rows: Rows) -> None:
    """Of five successes in eight runs, the clearest outcome has the p-value 10/70."""
    ((item,), _) = moved_scenarios(laid(rows, runs("s", "1110"), runs("s", "1100"))[1])
    assert (item.evidence.least, item.verdict) == (pytest.approx(10 / 70), "too_few_runs")


def test_only_what_both_sides_judged_counts(rows: Rows) -> None:
    found, _ = moved_scenarios(laid(rows, runs("s", "11x1"), runs("s", "1x00"))[1])
    assert [(item.runs, item.successes) for item in found] == [((2, 2), (2.0, 1.0))]


def test_gains_and_losses_that_balance_do_not_move_a_scenario(rows: Rows) -> None:
    assert moved_scenarios(laid(rows, runs("s", "10"), runs("s", "01"))[1])[0] == ()


def test_the_variation_between_cells_is_no_noise(rows: Rows) -> None:
    """In each of two cells A always wins; taken together the runs would look half and half."""
    cells = [("x", "11", "00"), ("y", "11", "00")]
    a = [row for model, one, _ in cells for row in runs("s", one, observe_model=model)]
    b = [row for model, _, two in cells for row in runs("s", two, observe_model=model)]
    ((item,), _) = moved_scenarios(laid(rows, a, b)[1])
    assert item.evidence.p_value == pytest.approx(2 / 36)


def test_checks_that_turned(rows: Rows) -> None:
    a = [*runs("s", "11", checks='{"kept":true,"lost":true,"gone":true}'), *runs("t", "1", checks='{"lost":true}')]
    b = [
        *runs("s", "1", checks='{"kept":true,"lost":true,"new":true}'),
        {"base_scenario_id": "s", "run_number": 2, "ok": False, "checks": '{"kept":true,"lost":false,"new":true}'},
        *runs("t", "1", checks='{"lost":true}'),
    ]
    sides, cells = laid(rows, a, b)
    found = turned_checks(sides, cells, ["s", "t"])
    assert [(item.name, item.shares) for item in found["s"]] == [
        ("gone", (1.0, None)),
        ("new", (None, 1.0)),
        ("lost", (1.0, 0.5)),
    ]
    assert found["t"] == ()
    assert turned_checks(sides, cells, []) == {}
