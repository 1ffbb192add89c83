"""Is a difference smaller than a margin that matters: two one-sided tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pare_runner.analysis.statistics.intervals import Interval, spread, t_interval
from pare_runner.analysis.statistics.sample import Estimand, Means
from pare_runner.analysis.statistics.special import t_cdf

Verdict = Literal["equivalent", "not_equivalent", "undecided"]

ALPHA = 0.05


@dataclass(frozen=True)
class Equivalence:
    """`equivalent`: the interval lies inside ±margin. `not_equivalent`: it lies outside. `undecided`: neither, or no
    interval.

    `p_value` is the larger of the two one-sided ones, None where the interval is not of `t`.
    """

    verdict: Verdict
    margin: float
    alpha: float
    interval: Interval
    p_value: float | None


def equivalence(means: Means, margin: float, *, estimand: Estimand = "situations", alpha: float = ALPHA) -> Equivalence:
    """Two one-sided t-tests against -margin and +margin at level `alpha`, which is whether the interval of level 1 - 2α
    lies inside (Schuirmann, *Journal of Pharmacokinetics and Biopharmaceutics* 15 (1987), 657-680).

    `margin` has the unit of the differences: 0.05 is five points of a rate. ValueError unless it is above 0.
    """
    if not (margin > 0.0 and math.isfinite(margin)):
        raise ValueError(f"a margin is above 0, not {margin}")
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"the level of a one-sided test lies between 0 and 0.5, not {alpha}")
    found = t_interval(means, estimand=estimand, level=round(1.0 - 2.0 * alpha, 12))
    p_value = None
    error = spread(means, estimand)
    if error.error and error.df is not None:
        above_low = t_cdf(-(means.mean + margin) / error.error, error.df)
        below_high = t_cdf((means.mean - margin) / error.error, error.df)
        p_value = max(above_low, below_high)
    return Equivalence(_verdict(found, margin), margin, alpha, found, p_value)


def _verdict(found: Interval, margin: float) -> Verdict:
    if found.low is None or found.high is None:
        return "undecided"
    if -margin < found.low and found.high < margin:
        return "equivalent"
    return "not_equivalent" if found.low > margin or found.high < -margin else "undecided"
