"""The few special functions that intervals and tests need, to 1e-10 against scipy (which only the tests need).

The incomplete beta function is the continued fraction of Press et al., *Numerical Recipes*, 3rd ed. 2007, section 6.4;
the logarithm of the beta function uses Stirling's series where differences of `lgamma` would lose digits, as in
Didonato and Morris, *ACM TOMS* 18 (1992), 360-373.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_TINY = 1e-300
_PRECISION = 1e-16
_STEPS = 100_000
_NORMAL = NormalDist()
_NEARLY_NORMAL = 1e6
"""Degrees of freedom above which the first correction to the normal distribution is exact to 1e-11, and the continued
fraction no longer is."""


def normal_quantile(probability: float) -> float:
    """The x with P(Z <= x) = `probability` for a standard normal Z; ValueError outside (0, 1)."""
    return _NORMAL.inv_cdf(probability)


def log_beta(a: float, b: float) -> float:
    """ln B(a, b) = ln Γ(a) + ln Γ(b) - ln Γ(a + b) for a, b > 0."""
    small, large = min(a, b), max(a, b)
    if large < 10.0:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    # ln Γ(large) - ln Γ(small + large), its large terms cancelled by hand
    ratio = -(large - 0.5) * math.log1p(small / large) - small * math.log(small + large) + small
    ratio += _stirling(large) - _stirling(small + large)
    if small < 10.0:
        return math.lgamma(small) + ratio
    rest = (small - 0.5) * math.log(small / (small + large)) - 0.5 * math.log(small + large)
    rest += 0.5 * math.log(2.0 * math.pi) - (large - 0.5) * math.log1p(small / large)
    return rest + _stirling(small) + _stirling(large) - _stirling(small + large)


def _stirling(x: float) -> float:
    """ln Γ(x) minus its leading terms, for x >= 10 (Abramowitz and Stegun 6.1.41)."""
    y = 1.0 / (x * x)
    return (1 / 12 + y * (-1 / 360 + y * (1 / 1260 + y * (-1 / 1680 + y * (1 / 1188 - y * 691 / 360360))))) / x


def beta_cdf(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for a, b > 0; x is held to [0, 1]."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta(a, b))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(1.0 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of I_x(a, b), by Lentz's method."""
    c, d = 1.0, 1.0 / _away_from_zero(1.0 - (a + b) * x / (a + 1.0))
    value = d
    for step in range(1, _STEPS):
        even = step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step))
        d = 1.0 / _away_from_zero(1.0 + even * d)
        c = _away_from_zero(1.0 + even / c)
        value *= d * c
        odd = -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1))
        d = 1.0 / _away_from_zero(1.0 + odd * d)
        c = _away_from_zero(1.0 + odd / c)
        value *= d * c
        if abs(d * c - 1.0) <= 3 * _PRECISION:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY


def t_cdf(x: float, df: float) -> float:
    """P(T <= x) for Student's t with `df` > 0 degrees of freedom (Abramowitz and Stegun 26.7.1, 26.7.8)."""
    square = x * x
    if math.isinf(square):
        return 0.0 if x < 0 else 1.0
    if df > _NEARLY_NORMAL:
        return _NORMAL.cdf(x * (1.0 - 0.25 / df) / math.sqrt(1.0 + 0.5 * square / df))
    if square < df:  # the side on which neither argument is lost to rounding
        middle = beta_cdf(square / (df + square), 0.5, df / 2.0)
        return 0.5 + math.copysign(0.5 * middle, x)
    tail = 0.5 * beta_cdf(df / (df + square), df / 2.0, 0.5)
    return tail if x < 0 else 1.0 - tail


@lru_cache(maxsize=4096)
def t_quantile(probability: float, df: float) -> float:
    """The x with P(T <= x) = `probability` for Student's t with `df` > 0; ValueError for a probability outside (0, 1).

    Newton steps on the logarithm of the lower tail, kept inside a bracket; Abramowitz and Stegun 26.7.5 for large `df`.
    """
    if not 0.0 < probability < 1.0 or not df > 0.0:
        raise ValueError(f"no quantile of Student's t for probability {probability} and {df} degrees of freedom")
    if probability == 0.5:
        return 0.0
    if probability > 0.5:
        return -t_quantile(1.0 - probability, df)
    if df > _NEARLY_NORMAL:
        z = normal_quantile(probability)
        return z + (z**3 + z) / (4.0 * df)
    low, high = -1.0, 0.0
    while t_cdf(low, df) > probability:
        low, high = 2.0 * low, low
    x = max(low, min(high, normal_quantile(probability)))
    scale = -log_beta(0.5, df / 2.0) - 0.5 * math.log(df)
    for _ in range(200):
        tail = t_cdf(x, df)
        if tail > probability:
            high = x
        else:
            low = x
        density = math.exp(scale - 0.5 * (df + 1.0) * math.log1p(x * x / df))
        step = tail * math.log(tail / probability) / density if tail > 0.0 and density > 0.0 else math.inf
        following = x - step
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - x) <= 4 * _PRECISION * abs(x):
            return following
        x = following
    return x


def binomial_cdf(successes: int, trials: int, probability: float) -> float:
    """P(X <= `successes`) for a binomial X, by I_{1-p}(n - k, k + 1) (Abramowitz and Stegun 26.5.24)."""
    if successes < 0:
        return 0.0
    if successes >= trials:
        return 1.0
    return beta_cdf(1.0 - probability, trials - successes, successes + 1.0)
