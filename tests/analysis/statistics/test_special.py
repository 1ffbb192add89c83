"""The special functions against scipy."""

from __future__ import annotations

import math

import pytest
import scipy.special
import scipy.stats

from pare_runner.analysis.statistics.special import (
    beta_cdf,
    binomial_cdf,
    log_beta,
    normal_quantile,
    t_cdf,
    t_quantile,
)

PROBABILITIES = (1e-9, 0.001, 0.025, 0.05, 0.2, 0.4, 0.5, 0.6, 0.8, 0.95, 0.975, 0.9995)
DEGREES = (1, 1.5, 2, 3, 5, 8.25, 19, 20, 29, 149, 1_000, 12_345.5, 1e6)


@pytest.mark.parametrize("df", DEGREES)
def test_t_equals_scipy(df: float) -> None:
    for probability in PROBABILITIES:
        assert t_quantile(probability, df) == pytest.approx(scipy.stats.t.ppf(probability, df), rel=1e-10, abs=1e-14)
    for x in (-40.0, -5.5, -2.0, -0.3, -1e-4, 0.0, 1e-3, 0.7, 1.96, 2.5, 9.0, 1e3):
        assert t_cdf(x, df) == pytest.approx(scipy.stats.t.cdf(x, df), rel=1e-10, abs=1e-13)


@pytest.mark.parametrize("df", [999_999.0, 1_000_001.0, 1e9, 1e15])
def test_t_close_to_normal(df: float) -> None:
    """Scipy loses digits here, so the value is the normal one and its first correction."""
    for probability in (0.001, 0.025, 0.8):
        z = scipy.stats.norm.ppf(probability)
        assert t_quantile(probability, df) == pytest.approx(z + (z**3 + z) / (4 * df), rel=1e-10)
        assert t_cdf(t_quantile(probability, df), df) == pytest.approx(probability, rel=1e-10)


def test_t_far_out() -> None:
    assert t_cdf(math.inf, 3) == 1.0
    assert t_cdf(-math.inf, 1e9) == 0.0
    assert t_cdf(-1e200, 2) == 0.0


def test_normal_quantile_equals_scipy() -> None:
    for probability in PROBABILITIES:
        assert normal_quantile(probability) == pytest.approx(scipy.stats.norm.ppf(probability), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("a", [0.5, 1.0, 3.7, 9.99, 10.0, 55.0, 1_234.0, 2e5])
@pytest.mark.parametrize("b", [0.5, 2.0, 10.0, 41.5, 9_000.0, 5e5])
def test_beta_equals_scipy(a: float, b: float) -> None:
    assert log_beta(a, b) == pytest.approx(scipy.special.betaln(a, b), rel=1e-9)
    mean = a / (a + b)
    for x in (1e-6, mean / 2, mean, min(1.1 * mean, 0.999), 1 - 1e-6):
        assert beta_cdf(x, a, b) == pytest.approx(scipy.special.betainc(a, b, x), rel=1e-9, abs=1e-10)


@pytest.mark.parametrize("b", [3.5, 10.0, 700.0, 5e5])
def test_log_beta_of_whole_numbers(b: float) -> None:
    """B(n, b) = (n - 1)! / (b (b + 1) … (b + n - 1)), to more digits than scipy has."""
    for n in (1, 9, 10, 30):
        exact = math.log(math.factorial(n - 1)) - math.fsum(math.log(b + i) for i in range(n))
        assert log_beta(n, b) == pytest.approx(exact, rel=1e-13)


def test_beta_ends() -> None:
    assert beta_cdf(0.0, 2, 3) == 0.0
    assert beta_cdf(1.0, 2, 3) == 1.0


@pytest.mark.parametrize("trials", [1, 2, 7, 40, 999, 100_000])
@pytest.mark.parametrize("probability", [0.01, 0.5, 0.9])
def test_binomial_equals_scipy(trials: int, probability: float) -> None:
    for successes in {-1, 0, trials // 3, trials // 2, trials - 1, trials}:
        expected = scipy.stats.binom.cdf(successes, trials, probability)
        assert binomial_cdf(successes, trials, probability) == pytest.approx(expected, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(("probability", "df"), [(0.0, 3), (1.0, 3), (-0.1, 3), (0.5, 0), (0.5, -1), (math.nan, 3)])
def test_no_quantile_outside(probability: float, df: float) -> None:
    with pytest.raises(ValueError, match="no quantile"):
        t_quantile(probability, df)
