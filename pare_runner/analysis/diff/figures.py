"""What came of both sides: success with paired statistics, cells one by one, exceptions, cost, tokens and latency."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pare_runner.analysis.diff.cells import METRICS, Cells, Runs
from pare_runner.analysis.statistics.comparisons import Comparison, compare
from pare_runner.analysis.statistics.exceptions import Alert, Exceptions, alerts, exceptions
from pare_runner.analysis.statistics.families import Family, holm
from pare_runner.analysis.statistics.intervals import LEVEL, Interval, mean_interval
from pare_runner.analysis.statistics.inversion import score_p_value
from pare_runner.analysis.statistics.permutation import sign_flip
from pare_runner.analysis.statistics.sample import Estimand, Means, Sample

Floats = NDArray[np.float64]

CELLS = 60
"""Cells that are compared one by one at most."""
FLIPS = 20_000
"""Random patterns of the test of a cell, where it is not exact: a p-value of 0.05 has a standard error of 0.0015."""


@dataclass(frozen=True)
class Success:
    """The success rates over what both sides have a verdict of; every difference is B less A.

    `rates` are means over scenarios. `exceptions` count all matched runs.
    """

    rates: tuple[float | None, float | None]
    comparison: Comparison
    exceptions: tuple[Exceptions, Exceptions]
    alerts: tuple[Alert, ...]


@dataclass(frozen=True)
class CellFigure:
    """Success in one cell; the p-values of a family of cells are corrected together.

    Both p-values are None where that of a `Comparison` is: without an estimate of *this benchmark*.
    """

    cell: tuple[Any, ...]
    scenarios: int
    rates: tuple[float, float]
    interval: Interval
    p_value: float | None
    adjusted: float | None


@dataclass(frozen=True)
class Metric:
    """A metric as mean over scenarios on both sides, where both have it; the difference is B less A."""

    name: str
    means: tuple[float, float]
    interval: Interval

    @property
    def same(self) -> bool:
        """Whether both means are equal, but for the order in which they were summed."""
        return math.isclose(*self.means, rel_tol=1e-9, abs_tol=1e-12)


def success(cells: Cells, *, estimand: Estimand, margin: float | None) -> Success:
    """Compare the success rates of both sides at the places that both have a verdict of."""
    a, b = cells.sample(0), cells.sample(1)
    found = exceptions(cells.sample(0, judged=False)), exceptions(cells.sample(1, judged=False))
    comparison = compare(b, a, estimand=estimand, margin=margin)
    return Success((_mean(a), _mean(b)), comparison, found, tuple(alerts({"A": found[0], "B": found[1]})))


def cell_figures(cells: Cells, *, estimand: Estimand) -> tuple[tuple[CellFigure, ...], Family]:
    """Success cell by cell, its score intervals and tests, corrected by Holm's method as one family."""
    found: dict[str, tuple[tuple[Any, ...], tuple[float, float], Means, Interval]] = {}
    p_values: dict[str, float | None] = {}
    judged = cells.both_judged
    for number, cell in enumerate(cells.keys.cells):
        there = judged[number]
        if not there.any() or len(found) == CELLS:
            continue
        a, b = (_cell_sample(cells, side, number, there) for side in (0, 1))
        means = b.minus(a)
        interval = mean_interval(means, estimand=estimand)
        found[str(number)] = (cell, (a.means().mean, b.means().mean), means, interval)
        p_values[str(number)] = (
            sign_flip(means, flips=FLIPS).mid_p_value
            if estimand == "situations"
            else score_p_value(means, estimand=estimand)
        )
    family = holm("cells", p_values)
    figures = [
        CellFigure(cell, means.scenarios, rates, interval, p_values[name], family.members[name].adjusted)
        for name, (cell, rates, means, interval) in found.items()
    ]
    return tuple(figures), family


def metrics(cells: Cells, *, level: float = LEVEL) -> tuple[Metric, ...]:
    """Every metric that both sides have, paired by scenario; exceptions, which were cut short, are left out."""
    matched = cells.matched.ravel()
    sides = [_finished(runs, matched) for runs in (cells.a, cells.b)]
    found = []
    for name in METRICS:
        a, b = (
            _by_scenario(runs, kept, name, len(cells.scenarios))
            for runs, kept in zip((cells.a, cells.b), sides, strict=True)
        )
        there = (a[1] > 0) & (b[1] > 0)
        if not there.any():
            continue
        one, two = a[0][there] / a[1][there], b[0][there] / b[1][there]
        unknown = np.full((2, one.size), np.nan)
        runs = np.stack([a[1][there], b[1][there]]).astype(np.int64)
        means = Means(two - one, runs, unknown, None, int((~there).sum()))
        found.append(Metric(name, (float(one.mean()), float(two.mean())), mean_interval(means, level=level)))
    return tuple(found)


def _mean(sample: Sample) -> float | None:
    means = sample.means()
    return means.mean if means.scenarios else None


def _cell_sample(cells: Cells, side: int, cell: int, there: NDArray[np.bool_]) -> Sample:
    runs = np.where(there, cells.judged[side][cell], 0).sum(axis=1)
    sums = np.where(there, cells.successes[side][cell], 0.0).sum(axis=1)
    return Sample(runs, sums, sums, np.zeros_like(runs), rate=True, binary=True)


def _finished(runs: Runs, matched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(matched[runs.place] & ~runs.exception)


def _by_scenario(runs: Runs, kept: NDArray[np.bool_], name: str, scenarios: int) -> tuple[Floats, Floats]:
    """Sum and number of the values of a column by scenario; runs without a value do not count."""
    values = runs.frame[name].cast(float).to_numpy()
    there = kept & ~np.isnan(values)
    where = runs.scenario[there]
    sums = np.bincount(where, weights=values[there], minlength=scenarios).astype(np.float64)
    return sums, np.bincount(where, minlength=scenarios).astype(np.float64)
