"""Runs laid side by side."""

from __future__ import annotations

import numpy as np
import pytest

from pare_runner.analysis.diff.cells import Cells, lay_out
from pare_runner.analysis.diff.keys import find_keys
from pare_runner.analysis.diff.sides import read_side
from pare_runner.analysis.diff.unmatched import unmatched
from tests.analysis.diff.conftest import Rows


def runs(scenario: str, *verdicts: bool | None, first: int = 1, **columns: object) -> list[dict[str, object]]:
    return [
        {"base_scenario_id": scenario, "run_number": number, "ok": ok} | columns
        for number, ok in enumerate(verdicts, start=first)
    ]


def laid(rows: Rows, a: list[dict[str, object]], b: list[dict[str, object]], ignore: tuple[str, ...] = ()) -> Cells:
    sides = read_side("A", rows("a", a)), read_side("B", rows("b", b))
    return lay_out(*sides, find_keys(*sides, ignore=ignore))


def test_a_place_is_a_cell_a_scenario_and_a_run(rows: Rows) -> None:
    a = [*runs("s", True, False, observe_model="x"), *runs("t", True, observe_model="y")]
    b = [*runs("s", False, True, observe_model="x"), *runs("t", True, observe_model="y")]
    found = laid(rows, a, b)
    assert found.present[0].shape == (2, 2, 2)
    assert found.present[0].tolist() == found.present[1].tolist() == [[[1, 1], [0, 0]], [[0, 0], [1, 0]]]
    assert found.successes[0][0, 0].tolist() == [1.0, 0.0]
    assert found.successes[1][0, 0].tolist() == [0.0, 1.0]
    assert found.cell_of(int(np.flatnonzero(found.matched)[-1])) == (("y",), "t", 1)


def test_rates_are_of_what_both_sides_have_a_verdict_of(rows: Rows) -> None:
    found = laid(rows, runs("s", True, None, True), runs("s", False, True, None))
    a, b = found.sample(0), found.sample(1)
    assert (a.runs.tolist(), a.sums.tolist()) == ([1], [1.0])
    assert (b.runs.tolist(), b.sums.tolist()) == ([1], [0.0])
    assert found.sample(0, judged=False).exceptions.tolist() == [1]


def test_without_run_numbers_the_runs_of_a_cell_stand_together(rows: Rows) -> None:
    found = laid(rows, runs("s", True, False), runs("s", True, True, first=3), ignore=("run_number",))
    assert found.judged[0].tolist() == found.judged[1].tolist() == [[[2]]]
    assert [side.ravel().tolist() for side in found.successes] == [[1.0], [2.0]]


def test_rows_without_a_run_number_are_matched(rows: Rows) -> None:
    found = laid(rows, [{"base_scenario_id": "s", "run_number": None}], [{"base_scenario_id": "s", "run_number": None}])
    assert found.matched.sum() == 1


def test_a_run_that_is_there_twice_counts_twice_and_is_one_pair(rows: Rows) -> None:
    found = laid(rows, [*runs("s", True), *runs("s", False)], runs("s", True))
    assert found.matched.sum() == 1
    assert (found.sample(0).runs.tolist(), found.sample(0).sums.tolist()) == ([2], [1.0])
    assert found.rows[0].tolist() == [0]


def test_runs_without_a_partner_are_counted_and_named(rows: Rows) -> None:
    a = [*runs("s", True, True, True), *runs("t", True), *runs("u", True, True)]
    b = [*runs("s", True), *runs("u", True, True)]
    found = laid(rows, a, b)
    left = unmatched(found, 0)
    assert left.runs == 3
    assert left.why == (
        "scenarios that the other side does not have: t",
        "run numbers that the other side does not have: 3",
        "1 single run: s run 2",
    )
    assert unmatched(found, 1).runs == 0


@pytest.mark.parametrize("side", [0, 1])
def test_cells_are_told_apart_from_their_keys(rows: Rows, side: int) -> None:
    both = [*runs("s", True, observe_model="x", seed=1), *runs("s", True, observe_model="y", seed=2)]
    more = [*both, *runs("s", True, observe_model="x", seed=2), *runs("s", True, observe_model="y", seed=1)]
    found = laid(rows, *((more, both) if side == 0 else (both, more)))
    (why,) = unmatched(found, side).why
    assert why.endswith(": observe_model=x, seed=2; observe_model=y, seed=1")


@pytest.mark.parametrize("side", [0, 1])
def test_cells_of_one_side_are_named(rows: Rows, side: int) -> None:
    both = [*runs("s", True, observe_model="x"), *runs("s", True, observe_model="y")]
    more = [*both, *runs("s", True, observe_model="z")]
    found = laid(rows, *((more, both) if side == 0 else (both, more)))
    assert unmatched(found, side).why == ("cells that the other side does not have: observe_model=z",)
