"""The smallest difference a comparison could have detected, and the runs or scenarios that a given one needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pare_runner.analysis.statistics.intervals import sides, spread
from pare_runner.analysis.statistics.sample import Estimand, Means
from pare_runner.analysis.statistics.special import normal_quantile, t_quantile
from pare_runner.analysis.statistics.variance import Components

ALPHA = 0.05
POWER = 0.8
TOO_FEW = "so few data would not show even a difference of 100 points"
STILL = "nothing varied, which does not tell how much it takes"
_ALMOST = 1e-9


@dataclass(frozen=True)
class Detectable:
    """The smallest true difference found at two-sided level `alpha` with chance `power`; None with a reason in `note`.

    `method` is `score` for rates and their differences, `t` for everything else.
    """

    difference: float | None
    alpha: float
    power: float
    estimand: Estimand
    method: Literal["score", "t", "none"]
    note: str = ""


@dataclass(frozen=True)
class Needed:
    """The `runs` of each scenario and arm and `scenarios` that detect `difference`; None with a `note` if none do."""

    difference: float
    runs: int | None
    scenarios: int | None
    estimand: Estimand
    note: str = ""


def detectable_difference(
    means: Means, *, estimand: Estimand = "situations", alpha: float = ALPHA, power: float = POWER
) -> Detectable:
    """(t(1 - α/2) + t(power)) × standard error, degrees of freedom as in `spread` (Bloom, *Evaluation Review* 19
    (1995), 547-556); within 1 % of the exact power of the t-test from 20 scenarios on.

    For rates and their differences the standard error is the longer side of `score_interval` over t(1 - α/2), so that
    it is not too small where little was seen to vary. None above 1, a difference of 100 points, and where scenarios are
    so few that the sign-flip test cannot find any.
    """
    _check(alpha, power)
    found = spread(means, estimand)
    if found.error is None or found.df is None:
        return Detectable(None, alpha, power, estimand, "none", found.reason)
    reach = _reach(alpha, power, found.df)
    if means.bounds is None:
        if found.error > 0.0:
            return Detectable(reach * found.error, alpha, power, estimand, "t")
        return Detectable(None, alpha, power, estimand, "none", "nothing varied, and the values have no bounds")
    if estimand == "situations" and means.scenarios < _fewest(alpha):
        return Detectable(None, alpha, power, estimand, "none", TOO_FEW)
    quantile = t_quantile(1.0 - alpha / 2, found.df)
    normal = normal_quantile(1.0 - alpha / 2)
    longer = max(side.reach(quantile, normal) for side in sides(means, found, estimand))
    difference = reach / quantile * longer
    if difference > 1.0:
        return Detectable(None, alpha, power, estimand, "none", TOO_FEW)
    return Detectable(difference, alpha, power, estimand, "score")


def runs_needed(
    difference: float,
    found: Components,
    *,
    scenarios: int | None = None,
    estimand: Estimand = "situations",
    alpha: float = ALPHA,
    power: float = POWER,
) -> Needed:
    """The fewest runs of each scenario in each arm, with `scenarios` (default: as many as `found` had) held fixed.

    The standard error is √((between + within/runs)/S) for *situations like these* and √(within/(runs·S)) for *this
    benchmark* (Cochran, *Sampling Techniques*, 3rd ed. 1977, chapter 10: two stages); the difference must reach
    (t(1 - α/2) + t(power)) times that. More runs never help below the part that scenarios add: `runs` is None then.
    *This benchmark* needs two runs at least, or its error cannot be seen.
    """
    _check(alpha, power)
    _check_difference(difference)
    size = found.scenarios if scenarios is None else scenarios
    if found.within is None or (estimand == "situations" and found.between is None):
        return Needed(difference, None, size, estimand, found.note)
    if found.within == 0.0 and (estimand == "benchmark" or found.between == 0.0):
        return Needed(difference, None, size, estimand, STILL)
    if estimand == "benchmark":
        runs = max(2, math.ceil(found.within * _reach(alpha, power, math.inf) ** 2 / (size * difference**2) - _ALMOST))
        while (
            _reach(alpha, power, found.parts * size * (runs - 1)) * math.sqrt(found.within / (runs * size)) > difference
        ):
            runs += 1
        return Needed(difference, runs, size, estimand)
    if size < 2 or found.between is None:
        return Needed(difference, None, size, estimand, "one scenario says nothing about others")
    left = size * (difference / _reach(alpha, power, size - 1.0)) ** 2 - found.between
    if left <= 0.0:
        return Needed(difference, None, size, estimand, "no number of runs is enough: it takes more scenarios")
    return Needed(difference, max(1, math.ceil(found.within / left - _ALMOST)), size, estimand)


def scenarios_needed(
    difference: float,
    found: Components,
    *,
    runs: int | None = None,
    alpha: float = ALPHA,
    power: float = POWER,
) -> Needed:
    """The fewest scenarios for *situations like these* with `runs` of each in each arm; None: the runs there were.

    The same formula solved for S, but never fewer than the sign-flip test needs to find anything. With the runs there
    were it needs `of_means` only, so one run is enough.
    """
    _check(alpha, power)
    _check_difference(difference)
    if runs is None:
        variance = found.of_means
    elif found.between is None or found.within is None:
        variance = None
    else:
        variance = found.between + found.within / runs
    if variance is None:
        return Needed(difference, runs, None, "situations", found.note or "one scenario says nothing about others")
    if variance == 0.0:
        return Needed(difference, runs, None, "situations", STILL)
    size = max(_fewest(alpha), math.ceil(variance * _reach(alpha, power, math.inf) ** 2 / difference**2 - _ALMOST))
    while _reach(alpha, power, size - 1.0) * math.sqrt(variance / size) > difference:
        size += 1
    return Needed(difference, runs, size, "situations")


def _fewest(alpha: float) -> int:
    """The fewest scenarios with which the least mid-p of the sign-flip test, 2^-S, is within `alpha`."""
    return max(2, math.ceil(-math.log2(alpha) - _ALMOST))


def _reach(alpha: float, power: float, df: float) -> float:
    if math.isinf(df):
        return normal_quantile(1 - alpha / 2) + normal_quantile(power)
    return t_quantile(1 - alpha / 2, df) + t_quantile(power, df)


def _check(alpha: float, power: float) -> None:
    if not 0.0 < alpha < 1.0 or not 0.5 <= power < 1.0:
        raise ValueError(f"a level lies between 0 and 1 and a power from 0.5 up to 1, not {alpha} and {power}")


def _check_difference(difference: float) -> None:
    if not (difference > 0.0 and math.isfinite(difference)):
        raise ValueError(f"a difference to detect is above 0, not {difference}")
