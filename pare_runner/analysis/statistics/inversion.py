"""The test that belongs to a score interval: it rejects at a level where the interval of that level leaves out 0."""

from __future__ import annotations

import math

from pare_runner.analysis.statistics.intervals import sides, spread
from pare_runner.analysis.statistics.sample import Estimand, Means
from pare_runner.analysis.statistics.special import normal_quantile, t_quantile

LEAST = 1e-12
"""The smallest p-value that is told; beyond it the quantiles are no longer exact."""
_STEPS = 50


def score_p_value(means: Means, *, estimand: Estimand) -> float | None:
    """The two-sided p-value of a mean difference of 0: the level α at which the interval of level 1 - α would end there
    (the duality of tests and intervals; Lehmann and Romano, *Testing Statistical Hypotheses*, 3rd ed. 2005, section
    3.5). None where there is no interval.

    It errs as often as the interval fails to cover. For *this benchmark* it is the test to make: scenarios are fixed
    there, and a sign-flip test by scenario would take what lies between them for chance. ValueError for values that are
    no differences of rates.
    """
    if means.bounds is None or means.bounds[0] >= 0.0:
        raise ValueError("the test is for differences of rates, between -1 and 1")
    found = spread(means, estimand)
    if found.error is None or found.df is None:
        return None
    size = abs(means.mean)
    if size == 0.0:
        return 1.0
    below, above = sides(means, found, estimand)
    side, df = below if means.mean > 0.0 else above, found.df

    def leaves_out_zero(alpha: float) -> bool:
        return side.reach(-t_quantile(alpha / 2, df), -normal_quantile(alpha / 2)) < size

    if leaves_out_zero(LEAST):
        return LEAST
    low, high = math.log(LEAST), 0.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if leaves_out_zero(math.exp(middle)) else (middle, high)
    return math.exp(high)
