"""Resampled means and quantiles of a distribution on a grid."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from pare_runner.analysis.statistics.resampling import MANY, bootstrap_means, bootstrap_quantiles, mid_quantiles


def test_moments_are_those_of_the_bootstrap() -> None:
    values = np.array([0, 0, 0.25, 1, 1, 1, 0.5])
    drawn = bootstrap_means(values, resamples=200_000)
    assert drawn.mean() == pytest.approx(values.mean(), abs=0.002)
    assert drawn.std() == pytest.approx(values.std() / np.sqrt(7), rel=0.01)


def test_means_of_two_values_are_binomial() -> None:
    drawn = bootstrap_means(np.array([0.0, 1.0, 1.0, 0.0, 1.0]), resamples=50_000)
    observed = np.bincount(np.rint(drawn * 5).astype(int), minlength=6)
    expected = scipy.stats.binom.pmf(range(6), 5, 0.6) * 50_000
    assert scipy.stats.chisquare(observed, expected).pvalue > 0.001


@pytest.mark.parametrize("shape", [0.3, 1.0, 5.0])
def test_many_values_are_expanded(shape: float) -> None:
    """Drawing and the expansion agree, also where the values are skewed."""
    values = np.random.default_rng(3).gamma(shape, size=MANY + 1)
    expanded = bootstrap_quantiles(values, 1.96)
    assert expanded.note == "expansion of all resamples"
    low, high = np.quantile(bootstrap_means(values, resamples=30_000), (0.025, 0.975))
    assert expanded[:2] == pytest.approx((low, high), abs=0.015 * (high - low))
    assert bootstrap_quantiles(values[1:], 1.96).note != expanded.note


def test_few_values_are_drawn() -> None:
    values = np.repeat([0.0, 1 / 3, 1.0], 200)
    found = bootstrap_quantiles(values, 1.96, seed=4)
    assert found == bootstrap_quantiles(values, 1.96, seed=4)
    assert found[:2] != bootstrap_quantiles(values, 1.96, seed=5)[:2]
    assert found.note == "10000 resamples, seed 4"
    half = 1.96 * values.std() / np.sqrt(600)
    assert found[:2] == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03 * half)


def test_mid_quantiles_by_hand() -> None:
    """Points 0, 1, 2 with shares 1/4, 1/2, 1/4: the mid-distribution is 1/8, 1/2, 7/8 there."""
    draws = np.array([0, 1, 1, 2.0])
    assert mid_quantiles(draws, (1 / 8, 1 / 2)) == pytest.approx((0, 1))
    assert mid_quantiles(draws, (5 / 16, 7 / 8)) == pytest.approx((0.5, 2))
    assert mid_quantiles(draws, (0.01, 0.99)) == (0, 2), "held at the ends"


def test_rounding_makes_no_points() -> None:
    noise = np.array([0.3, 0.1 + 0.2, 0.3, 0.7, 0.7000000000000001])
    assert mid_quantiles(noise, (0.3, 0.8)) == pytest.approx((0.3, 0.7))
    assert mid_quantiles(np.zeros(4), (0.1, 0.5)) == (0.0, 0.0)


def test_quantiles_without_ties_are_the_usual_ones() -> None:
    draws = np.random.default_rng(1).normal(size=20_000)
    expected = np.quantile(draws, (0.025, 0.975), method="hazen")
    assert mid_quantiles(draws, (0.025, 0.975)) == pytest.approx(tuple(expected), abs=1e-9)


def test_bad_use() -> None:
    with pytest.raises(ValueError, match="at least 100 resamples, not 1"):
        bootstrap_quantiles(np.array([0.0, 1.0]), 1.96, resamples=1)
    with pytest.raises(ValueError, match="non-negative"):
        bootstrap_quantiles(np.array([0.0, 1.0]), 1.96, seed=-1)
