"""The test of one scenario, against scipy and against all ways to deal its runs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.stats import fisher_exact

from pare_runner.analysis.diff import evidence as module
from pare_runner.analysis.diff.evidence import Evidence, evidence

Table = list[tuple[int, int, int, int]]
"""For each cell: runs of A, runs of B, successes of A, successes of B."""


def judged(cells: Table) -> Evidence:
    n_a, n_b, s_a, s_b = (np.array(column, dtype=np.int64) for column in zip(*cells, strict=True))
    return evidence((n_a, n_b), (s_a, s_b))


def by_enumeration(cells: Table) -> float:
    """The p-value from every way to deal the runs of each cell to both sides."""
    sums = {0: 1}
    expected = 0.0
    for n_a, n_b, s_a, s_b in cells:
        outcomes = [1] * (s_a + s_b) + [0] * (n_a + n_b - s_a - s_b)
        ways: dict[int, int] = {}
        for chosen in itertools.combinations(range(n_a + n_b), n_b):
            hits = sum(outcomes[place] for place in chosen)
            ways[hits] = ways.get(hits, 0) + 1
        following: dict[int, int] = {}
        for (one, times), (two, more) in itertools.product(sums.items(), ways.items()):
            following[one + two] = following.get(one + two, 0) + times * more
        sums = following
        expected += (s_a + s_b) * n_b / (n_a + n_b)
    observed = sum(cell[3] for cell in cells)
    far = sum(times for value, times in sums.items() if abs(value - expected) >= abs(observed - expected) - 1e-9)
    return far / sum(sums.values())


@pytest.mark.parametrize("cell", [(5, 5, 5, 0), (5, 5, 4, 1), (4, 4, 2, 2), (8, 8, 8, 3), (6, 6, 0, 6)])
def test_one_cell_with_equal_runs_is_fishers_exact_test(cell: tuple[int, int, int, int]) -> None:
    n_a, n_b, s_a, s_b = cell
    expected = fisher_exact([[s_a, n_a - s_a], [s_b, n_b - s_b]]).pvalue
    assert judged([cell]).p_value == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "cells",
    [
        [(2, 2, 2, 0)],
        [(2, 2, 2, 0), (2, 2, 2, 0), (2, 2, 1, 1)],
        [(3, 2, 1, 2), (2, 4, 0, 3)],
        [(1, 1, 1, 0)] * 6,
        [(2, 2, 2, 2), (2, 2, 0, 0), (3, 3, 3, 1)],
    ],
)
def test_it_counts_every_way_to_deal_the_runs(cells: Table) -> None:
    assert judged(cells).p_value == pytest.approx(by_enumeration(cells), rel=1e-12)


def test_cells_are_never_mixed() -> None:
    """What differs between cells only is no evidence: in each cell both sides are alike."""
    assert judged([(4, 4, 4, 4), (4, 4, 0, 0)]) == Evidence(1.0, 1.0, "exact")


def test_one_run_a_side_can_show_nothing() -> None:
    assert judged([(1, 1, 1, 0)]).least == 1.0


def test_the_least_p_value_is_that_of_the_clearest_outcome() -> None:
    found = judged([(3, 3, 2, 1)])
    assert found.p_value == pytest.approx(1.0)
    assert found.least == pytest.approx(2 / math.comb(6, 3))


def test_cells_of_one_side_alone_do_not_count() -> None:
    assert judged([(2, 2, 2, 0), (5, 0, 5, 0)]) == judged([(2, 2, 2, 0)])


def test_many_runs_are_normal_and_close_to_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [(40, 40, 25, 16), (40, 40, 30, 24)]
    exact = judged(cells)
    monkeypatch.setattr(module, "EXACT", 100)
    normal = judged(cells)
    assert (exact.method, normal.method) == ("exact", "normal")
    assert normal.p_value == pytest.approx(exact.p_value, rel=0.1)
    assert 0.0 < normal.least < 1e-12


def test_many_runs_that_all_end_alike_show_nothing() -> None:
    assert judged([(300, 300, 300, 300)]) == Evidence(1.0, 1.0, "normal")
