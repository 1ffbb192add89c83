"""Equivalence against statsmodels' two one-sided tests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_paired

from pare_runner.analysis.statistics.equivalence import equivalence
from pare_runner.analysis.statistics.sample import Sample

ONE = np.random.default_rng(1).integers(0, 2, (40, 5)).astype(float)
TWO = np.random.default_rng(2).integers(0, 2, (40, 5)).astype(float)
MEANS = Sample.of_matrix(ONE).minus(Sample.of_matrix(TWO))


@pytest.mark.parametrize("margin", [0.01, 0.05, 0.1, 0.15, 0.2, 0.3])
def test_equals_statsmodels(margin: float) -> None:
    """Of values without bounds, here the rates in per cent."""
    means = Sample.of_matrix(100 * ONE).minus(Sample.of_matrix(100 * TWO))
    found = equivalence(means, 100 * margin)
    expected = ttost_paired(ONE.mean(axis=1), TWO.mean(axis=1), -margin, margin)[0]
    assert found.p_value == pytest.approx(expected, rel=1e-9)
    assert (found.verdict == "equivalent") == (expected < 0.05)
    assert found.interval.level == pytest.approx(0.9)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.2])
def test_the_p_value_agrees_with_the_interval(alpha: float) -> None:
    """At the margin that the interval just reaches, p is the level."""
    few = Sample.of_matrix([[1, 1, 1]] * 18 + [[1, 0, 1]]).minus(Sample.of_matrix([[1, 1, 1]] * 19))
    for means in (MEANS, few):
        for estimand in ("situations", "benchmark"):
            found = equivalence(means, 0.1, estimand=estimand, alpha=alpha).interval
            widest = max(-found.low, found.high)
            assert equivalence(means, widest, estimand=estimand, alpha=alpha).p_value == pytest.approx(alpha)


def test_verdicts() -> None:
    low, high = equivalence(MEANS, 0.1).interval.low, equivalence(MEANS, 0.1).interval.high
    assert low is not None
    assert high is not None
    widest = max(-low, high)
    assert equivalence(MEANS, widest * 1.001).verdict == "equivalent"
    assert equivalence(MEANS, widest * 0.999).verdict == "undecided"
    apart = Sample.of_matrix([[1, 1]] * 19 + [[1, 0]]).minus(Sample.of_matrix([[0, 0]] * 20))
    assert equivalence(apart, 0.2).verdict == "not_equivalent"


def test_arms_alike() -> None:
    """10 scenarios without a difference leave room for 21 points, 200 for 1.3: as Wilson's 0 of so many."""
    for size in (10, 200):
        share = proportion_confint(0, size, alpha=0.1, method="wilson")[1]
        sample = Sample.of_matrix([[1, 0]] * size)
        found = equivalence(sample.minus(sample), 0.05)
        assert found.interval.high == pytest.approx(share)
        assert found.verdict == ("equivalent" if share < 0.05 else "undecided")
        assert found.p_value is None


def test_undecided_without_an_interval() -> None:
    one_run = Sample.of_matrix([[1.0], [0.0]])
    assert equivalence(one_run.minus(one_run), 0.1, estimand="benchmark").verdict == "undecided"


@pytest.mark.parametrize("margin", [0.0, -0.1, math.nan, math.inf])
def test_bad_margins(margin: float) -> None:
    with pytest.raises(ValueError, match="margin is above 0"):
        equivalence(MEANS, margin)


def test_bad_level() -> None:
    with pytest.raises(ValueError, match="one-sided"):
        equivalence(MEANS, 0.1, alpha=0.5)
