"""Is the change of a scenario's success rate more than its runs vary by themselves."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

EXACT = 400
"""Judged runs of a scenario, both sides together, up to which the test is exact."""

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Evidence:
    """`p_value` of the test that the sides are alike in every cell, and the `least` that so many runs could have given.

    A `least` above the level means that no outcome could have shown a difference: there are too few runs.
    """

    p_value: float
    least: float
    method: Literal["exact", "normal"]


def evidence(
    runs: tuple[NDArray[np.int64], NDArray[np.int64]], successes: tuple[NDArray[np.int64], NDArray[np.int64]]
) -> Evidence:
    """The test of one scenario: `runs` and `successes` of both sides in each cell.

    In each cell the runs of both sides are dealt anew: if the sides are alike, the successes of one are hypergeometric
    given those of both. The statistic is the distance of their sum from what is expected, two-sided; the exact
    conditional test of common odds ratio 1, of which the Cochran-Mantel-Haenszel test is the normal approximation
    (Agresti, *Categorical Data Analysis*, 3rd ed. 2013, section 7.3), used above `EXACT` runs, with its correction for
    continuity. Runs of one cell must be exchangeable, nothing is assumed of different cells.
    """
    (n_a, n_b), (s_a, s_b) = runs, successes
    there = (n_a > 0) & (n_b > 0)
    n_a, n_b, s_a, s_b = n_a[there], n_b[there], s_a[there], s_b[there]
    total, hits = n_a + n_b, s_a + s_b
    observed = int(s_b.sum())
    mean = hits * n_b / np.maximum(total, 1)
    expected = math.fsum(mean.tolist())
    if int(total.sum()) > EXACT:
        variance = mean * (n_a / total) * (total - hits) / np.maximum(total - 1, 1)
        return _normal(abs(observed - expected), math.fsum(variance.tolist()), (n_a, n_b, hits), expected)
    chances, low = _distribution(list(zip(n_a.tolist(), n_b.tolist(), hits.tolist(), strict=True)))
    distance = np.abs(np.arange(low, low + chances.size) - expected)
    far = distance >= abs(observed - expected) - _SAME
    farthest = distance >= distance.max() - _SAME
    return Evidence(min(1.0, float(chances[far].sum())), min(1.0, float(chances[farthest].sum())), "exact")


def _distribution(cells: list[tuple[int, int, int]]) -> tuple[NDArray[np.float64], int]:
    """The chances of each sum of the second side's successes, and the least sum; equal cells are taken together."""
    chances, low = np.ones(1), 0
    for (n_a, n_b, hits), times in sorted(Counter(cells).items()):
        least, most = max(0, hits - n_a), min(n_b, hits)
        ways = [math.comb(n_b, k) * math.comb(n_a, hits - k) for k in range(least, most + 1)]
        one = np.array([way / math.comb(n_a + n_b, hits) for way in ways])
        low += least * times
        for _ in range(times if one.size > 1 else 0):
            chances = np.convolve(chances, one)
    return chances, low


def _normal(
    distance: float,
    variance: float,
    cells: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    expected: float,
) -> Evidence:
    if variance <= 0.0:
        return Evidence(1.0, 1.0, "normal")
    n_a, n_b, hits = cells
    farthest = max(expected - int(np.maximum(0, hits - n_a).sum()), int(np.minimum(n_b, hits).sum()) - expected)
    p_value, least = (_tail(max(0.0, value - 0.5) / math.sqrt(variance)) for value in (distance, farthest))
    return Evidence(p_value, least, "normal")


def _tail(z: float) -> float:
    """P(|Z| >= z), never quite 0."""
    return max(math.erfc(z / math.sqrt(2.0)), math.ulp(0.0))
