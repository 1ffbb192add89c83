"""Figures of both sides, against the statistics they are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pare_runner.analysis.diff.cells import Cells, lay_out
from pare_runner.analysis.diff.figures import cell_figures, metrics, success
from pare_runner.analysis.diff.keys import find_keys
from pare_runner.analysis.diff.sides import read_side
from pare_runner.analysis.statistics.comparisons import compare
from pare_runner.analysis.statistics.sample import Sample
from tests.analysis.diff.conftest import Rows

A = np.array([[1, 1, 0], [1, 1, 1], [0, 0, 1], [1, 0, 1]], dtype=float)
B = np.array([[1, 0, 0], [1, 1, 1], [0, 0, 0], [0, 0, 1]], dtype=float)


def of_matrix(values: np.ndarray[Any, Any], **columns: Any) -> list[dict[str, Any]]:
    return [
        {"base_scenario_id": f"s{scenario}", "run_number": run + 1, "ok": bool(value)} | columns
        for (scenario, run), value in np.ndenumerate(values)
    ]


def laid(rows: Rows, a: list[dict[str, Any]], b: list[dict[str, Any]]) -> Cells:
    sides = read_side("A", rows("a", a)), read_side("B", rows("b", b))
    return lay_out(*sides, find_keys(*sides))


def test_success_is_the_paired_comparison_of_the_statistics(rows: Rows) -> None:
    found = success(laid(rows, of_matrix(A), of_matrix(B)), estimand="situations", margin=0.1)
    scenario, run = np.indices(A.shape).reshape(2, -1)
    a, b = (Sample.of_rows(scenario, values.ravel(), run=run) for values in (A, B))
    assert found.comparison == compare(b, a, margin=0.1)
    assert found.comparison.variance.parts == 1, "runs of the same number had the same noise"
    assert found.rates == (pytest.approx(A.mean()), pytest.approx(B.mean()))
    assert found.alerts == ()


def test_about_this_benchmark_there_is_no_bootstrap(rows: Rows) -> None:
    found = success(laid(rows, of_matrix(A), of_matrix(B)), estimand="benchmark", margin=None)
    assert (found.comparison.estimand, found.comparison.bootstrap) == ("benchmark", None)


def test_cells_are_a_family(rows: Rows) -> None:
    a = [*of_matrix(A, observe_model="x"), *of_matrix(A, observe_model="y")]
    b = [*of_matrix(B, observe_model="x"), *of_matrix(A, observe_model="y")]
    (x, y), family = cell_figures(laid(rows, a, b), estimand="situations")
    alone = compare(Sample.of_matrix(B), Sample.of_matrix(A))
    assert (x.cell, x.interval, x.p_value) == (("x",), alone.interval, alone.test.mid_p_value)
    assert x.adjusted == pytest.approx(min(1.0, 2 * x.p_value))
    assert (y.rates[0], y.p_value, family.size) == (y.rates[1], 1.0, 2)


def test_a_cell_of_single_runs_tells_nothing_of_this_benchmark(rows: Rows) -> None:
    """What runs of one scenario vary by is not known there; a cell with several runs is a family of its own then."""
    a = [*of_matrix(A[:, :1], observe_model="x"), *of_matrix(A, observe_model="y")]
    b = [*of_matrix(B[:, :1], observe_model="x"), *of_matrix(B, observe_model="y")]
    cells = laid(rows, a, b)
    (x, y), family = cell_figures(cells, estimand="benchmark")
    assert (x.interval.low, x.p_value, x.adjusted) == (None, None, None)
    assert family.size == 1
    assert y.p_value == y.adjusted == pytest.approx(0.2074, abs=1e-4)
    assert y.p_value > 0.05
    assert y.interval.low < 0.0 < y.interval.high
    (x, _), family = cell_figures(cells, estimand="situations")
    assert x.p_value is not None
    assert family.size == 2


def test_metrics_leave_exceptions_and_missing_values_out(rows: Rows) -> None:
    a = [
        {"base_scenario_id": "s", "run_number": 1, "model_calls": 4},
        {"base_scenario_id": "s", "run_number": 2, "model_calls": 1, "ok": None},
        {"base_scenario_id": "t", "run_number": 1, "model_calls": 2},
        {"base_scenario_id": "u", "run_number": 1},
    ]
    b = [row | {"model_calls": 6} for row in a]
    (item,) = metrics(laid(rows, a, b))
    assert (item.name, item.means, item.interval.scenarios) == ("model_calls", (3.0, 6.0), 2)
    assert item.interval.estimate == pytest.approx(3.0)
