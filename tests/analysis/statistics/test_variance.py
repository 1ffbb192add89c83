"""Components of variance against the analysis of variance."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import statsmodels.formula.api as smf
from pandas import DataFrame

from pare_runner.analysis.statistics.intervals import spread
from pare_runner.analysis.statistics.power import runs_needed
from pare_runner.analysis.statistics.sample import Sample
from pare_runner.analysis.statistics.variance import components

NAN = math.nan


def test_equal_runs_are_the_analysis_of_variance() -> None:
    values = np.random.default_rng(1).normal(0, 1, (9, 1)) + np.random.default_rng(2).normal(0, 0.7, (9, 4))
    found = components(Sample.of_matrix(values).means())
    within = values.var(axis=1, ddof=1).mean()
    ratio = scipy.stats.f_oneway(*values).statistic
    assert found.within == pytest.approx(within)
    assert found.between == pytest.approx(within * (ratio - 1) / 4)
    assert found.share_between == pytest.approx(found.between / (found.between + within))


def test_paired_runs_vary_as_their_differences() -> None:
    """Both arms fail in the same runs, and one in some more: what they share adds nothing."""
    generator = np.random.default_rng(5)
    noise = generator.random((20, 8)) < 0.5
    one, two = noise.astype(float), (noise & (generator.random((20, 8)) < 0.9)).astype(float)
    scenario, run = np.repeat(np.arange(20), 8), np.tile(np.arange(8), 20)
    arms = [Sample.of_rows(scenario, values.ravel(), run=run) for values in (one, two)]
    found = components(arms[0].minus(arms[1]))
    apart = components(Sample.of_matrix(one).minus(Sample.of_matrix(two)))
    assert found.within == pytest.approx((one - two).var(axis=1, ddof=1).mean())
    assert found.within < 0.2 * apart.within
    assert (found.parts, apart.parts) == (1, 2)
    needed = [runs_needed(0.05, item, estimand="benchmark").runs for item in (found, apart)]
    assert needed[0] < 0.3 * needed[1]
    means = arms[0].minus(arms[1])
    assert spread(means, "benchmark").error == pytest.approx(np.sqrt((one - two).var(axis=1, ddof=1).sum() / 8) / 20)
    assert spread(means, "benchmark").df == 20 * 7


def test_close_to_restricted_likelihood() -> None:
    """With equal runs REML is the same estimate."""
    values = np.random.default_rng(3).normal(0, 1, (30, 1)) + np.random.default_rng(4).normal(0, 1, (30, 3))
    frame = DataFrame({"y": values.ravel(), "s": np.repeat(np.arange(30), 3)})
    model = smf.mixedlm("y ~ 1", frame, groups="s").fit(reml=True)
    found = components(Sample.of_matrix(values).means())
    assert found.within == pytest.approx(model.scale, rel=1e-4)
    assert found.between == pytest.approx(float(model.cov_re.iloc[0, 0]), rel=1e-3)


def test_missing_runs_by_hand() -> None:
    """Variances 1/2, 0 and 1/3 with weights 1, 1 and 2: 7/24. Means 1/2, 1, 1/3, 0 of 2, 2, 3 and 1 runs."""
    found = components(Sample.of_matrix([[1, 0, NAN], [1, 1, NAN], [1, 0, 0], [0, NAN, NAN]]).means())
    pooled = (1 / 2 + 0 + 2 / 3) / 4
    of_means = np.var([1 / 2, 1, 1 / 3, 0], ddof=1)
    assert found.within == pytest.approx(pooled)
    assert found.of_means == pytest.approx(of_means)
    assert found.between == pytest.approx(max(0.0, of_means - pooled * (1 / 2 + 1 / 2 + 1 / 3 + 1) / 4))


def test_a_difference_has_the_runs_of_both_arms() -> None:
    generator = np.random.default_rng(5)
    one, two = generator.integers(0, 2, (12, 3)).astype(float), generator.integers(0, 2, (12, 5)).astype(float)
    found = components(Sample.of_matrix(one).minus(Sample.of_matrix(two)))
    first, second = one.var(axis=1, ddof=1).mean(), two.var(axis=1, ddof=1).mean()
    assert found.within == pytest.approx(first + second)
    spread = np.var(one.mean(axis=1) - two.mean(axis=1), ddof=1)
    assert found.between == pytest.approx(max(0.0, spread - first / 3 - second / 5))


def test_runs_may_explain_everything() -> None:
    found = components(Sample.of_matrix([[1, 0], [0, 1], [1, 0]]).means())
    assert (found.between, found.share_between) == (0.0, 0.0)
    assert "runs explain" in found.note


def test_what_cannot_be_told() -> None:
    one_run = components(Sample.of_matrix([[1], [0], [1]]).means())
    assert (one_run.between, one_run.within, one_run.share_between) == (None, None, None)
    assert one_run.of_means == pytest.approx(1 / 3)
    assert "two runs" in one_run.note
    one_scenario = components(Sample.of_matrix([[1, 0, 1]]).means())
    assert (one_scenario.between, one_scenario.of_means) == (None, None)
    assert one_scenario.within == pytest.approx(1 / 3)
    alike = components(Sample.of_matrix([[1, 1]] * 3).means())
    assert (alike.between, alike.within, alike.share_between) == (0.0, 0.0, None)
