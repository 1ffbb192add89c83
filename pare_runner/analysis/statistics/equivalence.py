"""Is a difference smaller than a margin that matters: two one-sided tests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pare_runner.analysis.statistics.intervals import Interval, mean_interval, sides, spread
from pare_runner.analysis.statistics.sample import Estimand, Means
from pare_runner.analysis.statistics.special import normal_quantile, t_cdf, t_quantile

Verdict = Literal["equivalent", "not_equivalent", "undecided"]

ALPHA = 0.05


@dataclass(frozen=True)
class Equivalence:
    """`equivalent`: the interval lies inside ±margin. `not_equivalent`: it lies outside. `undecided`: neither, or no
    interval.

    `p_value` is the larger of the two one-sided ones, None where nothing varies.
    """

    verdict: Verdict
    margin: float
    alpha: float
    interval: Interval
    p_value: float | None


def equivalence(means: Means, margin: float, *, estimand: Estimand = "situations", alpha: float = ALPHA) -> Equivalence:
    """Two one-sided tests against -margin and +margin at level `alpha`, which is whether the interval of level 1 - 2α
    lies inside (Schuirmann, *Journal of Pharmacokinetics and Biopharmaceutics* 15 (1987), 657-680). Rates and their
    differences are tested with the error of `score_interval`, so test and interval agree.

    `margin` has the unit of the differences: 0.05 is five points of a rate. ValueError unless it is above 0.
    """
    if not (margin > 0.0 and math.isfinite(margin)):
        raise ValueError(f"a margin is above 0, not {margin}")
    if not 0.0 < alpha < 0.5:
        raise ValueError(f"the level of a one-sided test lies between 0 and 0.5, not {alpha}")
    found = mean_interval(means, estimand=estimand, level=round(1.0 - 2.0 * alpha, 12))
    p_value = _p_value(means, margin, estimand, alpha)
    return Equivalence(_verdict(found, margin), margin, alpha, found, p_value)


def _p_value(means: Means, margin: float, estimand: Estimand, alpha: float) -> float | None:
    found = spread(means, estimand)
    if not found.error or found.df is None:
        return None
    away = means.mean + margin, margin - means.mean
    errors = [found.error, found.error]
    if means.bounds is not None:
        # as in the interval: the error that the mean would have at the margin
        quantile, normal = t_quantile(1.0 - alpha, found.df), normal_quantile(1.0 - alpha)
        pair = zip(sides(means, found, estimand), away, strict=True)
        errors = [side.error(max(0.0, x), quantile, normal) for side, x in pair]
    return max(_beyond(x, error, found.df) for x, error in zip(away, errors, strict=True))


def _beyond(x: float, error: float, df: float) -> float:
    """The chance to be `x` or more off with this standard error."""
    if error == 0.0:
        return 0.0 if x > 0.0 else 1.0
    return t_cdf(-x / error, df)


def _verdict(found: Interval, margin: float) -> Verdict:
    if found.low is None or found.high is None:
        return "undecided"
    if -margin < found.low and found.high < margin:
        return "equivalent"
    return "not_equivalent" if found.low > margin or found.high < -margin else "undecided"
