"""Intervals against scipy, statsmodels and values by hand."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
import scipy.stats
import statsmodels.api as sm
from statsmodels.stats.proportion import proportion_confint

from pare_runner.analysis.statistics.intervals import (
    bootstrap_interval,
    interval,
    mean_interval,
    score_interval,
    spread,
    t_interval,
    wilson_interval,
)
from pare_runner.analysis.statistics.permutation import sign_flip
from pare_runner.analysis.statistics.sample import Sample

NAN = math.nan


def runs(scenarios: int, count: int, seed: int = 1, rates: tuple[float, float] = (0.1, 0.9)) -> np.ndarray:
    generator = np.random.default_rng(seed)
    rate = np.where(np.arange(scenarios) % 2, *rates)
    return (generator.random((scenarios, count)) < rate[:, None]).astype(float)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_t_equals_scipy(level: float) -> None:
    values = runs(25, 4)
    found = t_interval(Sample.of_matrix(values).means(), level=level)
    expected = scipy.stats.ttest_1samp(values.mean(axis=1), 0).confidence_interval(level)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)
    assert (found.method, found.df, found.scenarios) == ("t", 24, 25)
    assert found.half_width == pytest.approx((expected.high - expected.low) / 2)


def test_the_error_is_cluster_robust() -> None:
    """For equal runs: the standard error of a regression on a constant with errors clustered by scenario, S/(S - 1)."""
    values = runs(12, 3)
    model = sm.OLS(values.ravel(), np.ones(values.size))
    options = {"groups": np.repeat(np.arange(12), 3), "use_correction": False}
    robust = model.fit(cov_type="cluster", cov_kwds=options).bse[0] * math.sqrt(12 / 11)
    assert spread(Sample.of_matrix(values).means(), "situations").error == pytest.approx(robust, rel=1e-12)


def test_missing_runs_leave_scenarios_equal() -> None:
    found = t_interval(Sample.of_matrix([[1, 1, 1, 1], [0, NAN, NAN, NAN], [1, 0, NAN, NAN]]).means())
    expected = scipy.stats.ttest_1samp([1, 0, 0.5], 0).confidence_interval()
    assert found.estimate == 0.5
    assert expected.low < 0 < 1 < expected.high
    assert (found.low, found.high) == (0.0, 1.0), "cut at what a rate can be"


def test_a_count_is_not_cut() -> None:
    found = mean_interval(Sample.of_matrix([[3.0], [0.0], [1.0]]).means())
    assert found.method == "t"
    assert found.low is not None
    assert found.low < 0


def test_this_benchmark_by_hand() -> None:
    """Variances 1/3, 0 and 1/2 of 3, 3 and 2 runs: √(1/9 + 0 + 1/4)/3, with 2 + 2 + 1 degrees of freedom."""
    found = t_interval(Sample.of_matrix([[1, 1, 0], [1, 1, 1], [1, 0, NAN]]).means(), estimand="benchmark")
    assert found.standard_error == pytest.approx(math.sqrt(1 / 9 + 1 / 4) / 3)
    assert found.df == 5
    assert found.estimate == pytest.approx((2 / 3 + 1 + 1 / 2) / 3)
    half = scipy.stats.t.ppf(0.975, 5) * math.sqrt(1 / 9 + 1 / 4) / 3
    assert (found.low, found.high) == (pytest.approx(found.estimate - half), 1.0)


def test_a_single_run_borrows_the_variance_of_others() -> None:
    """Pooled over the two scenarios with 3 and 2 runs: (2·1/3 + 1·1/2)/3 = 7/18."""
    found = spread(Sample.of_matrix([[1, 1, 0], [1, 0, NAN], [1, NAN, NAN]]).means(), "benchmark")
    assert found.error == pytest.approx(math.sqrt(1 / 9 + 1 / 4 + 7 / 18) / 3)
    assert found.df == 3


def test_this_benchmark_of_a_difference() -> None:
    one, two = runs(10, 3, seed=2), runs(10, 5, seed=3)
    found = spread(Sample.of_matrix(one).minus(Sample.of_matrix(two)), "benchmark")
    variance = (one.var(axis=1, ddof=1) / 3 + two.var(axis=1, ddof=1) / 5).sum() / 100
    assert found.error == pytest.approx(math.sqrt(variance))
    assert found.df == 10 * 2 + 10 * 4


def test_one_run_says_nothing_about_this_benchmark() -> None:
    found = interval(Sample.of_matrix([[1], [0], [1]]), estimand="benchmark")
    assert (found.low, found.high, found.method) == (None, None, "none")
    assert found.half_width is None
    assert "two runs" in found.note
    assert found.estimate == pytest.approx(2 / 3)


def test_one_scenario_says_nothing_about_situations() -> None:
    sample = Sample.of_matrix([[1, 0, 1]])
    for found in (mean_interval(sample.means()), bootstrap_interval(sample.means())):
        assert (found.low, found.method) == (None, "none")
        assert "one scenario" in found.note
    assert t_interval(sample.means(), estimand="benchmark").low is not None


def test_no_scenario() -> None:
    sample = Sample.of_matrix([[NAN]])
    for found in (interval(sample), t_interval(sample.means()), t_interval(sample.means(), estimand="benchmark")):
        assert (found.estimate, found.low, found.note) == (None, None, "no scenario has a judged run")


@pytest.mark.parametrize("level", [0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("size", [2, 8, 200])
@pytest.mark.parametrize("value", [1.0, 0.0])
def test_all_alike_is_wilsons(value: float, size: int, level: float) -> None:
    """However many runs a scenario has: no more is known of others."""
    sample = Sample.of_matrix(np.full((size, 3), value))
    found = mean_interval(sample.means(), level=level)
    wilson = proportion_confint(value * size, size, alpha=1 - level, method="wilson")
    assert found.method == "score"
    assert (found.low, found.high) == pytest.approx(wilson)
    boot = bootstrap_interval(sample.means(), level=level)
    assert (boot.estimate, boot.low, boot.high, boot.method) == (value, None, None, "none")
    assert boot.note == "all scenarios agree, and so would resamples"


def test_one_more_failure_never_raises_the_lower_end() -> None:
    for scenarios, runs in ((8, 3), (19, 2), (40, 5)):
        for estimand in ("situations", "benchmark"):
            played, lows, highs = np.ones((scenarios, runs)), [], []
            for scenario in range(scenarios):
                found = score_interval(Sample.of_matrix(played).means(), estimand=estimand)
                turned = score_interval(Sample.of_matrix(1.0 - played).means(), estimand=estimand)
                lows.append(found.low)
                highs.append(turned.high)
                played[scenario, 0] = 0.0
            assert lows == sorted(lows, reverse=True), (scenarios, estimand)
            assert highs == pytest.approx([1.0 - low for low in lows])


@pytest.mark.parametrize("runs", [2, 3])
@pytest.mark.parametrize(("scenarios", "worse"), [(8, 3), (8, 6), (8, 8), (19, 3), (19, 8)])
def test_interval_and_sign_flip_agree_where_a_run_is_lost_by_each(scenarios: int, worse: int, runs: int) -> None:
    """None better, and `worse` scenarios that lost one run: what differs was seen, however alike it is."""
    arm = np.ones((scenarios, runs))
    arm[:worse, 0] = 0.0
    means = Sample.of_matrix(arm).minus(Sample.of_matrix(np.ones((scenarios, runs))))
    assert (score_interval(means).high < 0.0) == (sign_flip(means).mid_p_value <= 0.05)


@pytest.mark.parametrize("wins", [5, 12, 20, 30])
def test_towards_the_skew_it_is_johnsons(wins: int) -> None:
    """Johnson's t for skew distributions on the side that fewer scenarios lie on: t se + κ/s²S (1/6 + t²/3)."""
    values = [1.0] * wins + [0.0] * (40 - wins)
    found = score_interval(Sample.of_matrix([[value] for value in values]).means())
    t, variance = scipy.stats.t.ppf(0.975, 39), statistics.variance(values)
    third = scipy.stats.moment(values, 3)
    reach = t * math.sqrt(variance / 40) + abs(third) / (variance * 40) * (1 / 6 + t * t / 3)
    p = wins / 40
    outer = p - found.low if p > 0.5 else found.high - p
    assert outer == pytest.approx(reach, abs=0.01)


def test_one_more_failure_moves_the_ends_a_little() -> None:
    """19 scenarios with two runs; the next failure is one more scenario's, and then a second of the same."""
    values = np.ones((19, 2))
    places = [(0, 0), (1, 0), (2, 0), (2, 1), (0, 1), (3, 0)]
    for estimand, step in (("situations", 0.085), ("benchmark", 0.065)):
        played = values.copy()
        before = mean_interval(Sample.of_matrix(played).means(), estimand=estimand)
        difference = mean_interval(Sample.of_matrix(played).minus(Sample.of_matrix(values)), estimand=estimand)
        for place in places:
            played[place] = 0.0
            sample = Sample.of_matrix(played)
            after = mean_interval(sample.means(), estimand=estimand)
            assert after.low == pytest.approx(before.low, abs=step)
            assert after.high == pytest.approx(before.high, abs=step)
            assert after.high < 1.0, "a failure was seen"
            following = mean_interval(sample.minus(Sample.of_matrix(values)), estimand=estimand)
            assert following.low == pytest.approx(difference.low, abs=step + 0.01)
            assert following.high == pytest.approx(difference.high, abs=step + 0.01)
            before, difference = after, following


def test_what_was_seen_is_not_excluded() -> None:
    values = np.zeros((19, 2))
    values[:2] = 1.0
    found = score_interval(Sample.of_matrix(values).means())
    assert 0.0 < found.low < found.estimate < found.high < 1.0
    turned = score_interval(Sample.of_matrix(1.0 - values).means())
    assert (1.0 - turned.high, 1.0 - turned.low) == pytest.approx((found.low, found.high))


def test_with_many_scenarios_it_is_that_of_t() -> None:
    means = Sample.of_matrix(runs(4000, 3)).means()
    for estimand in ("situations", "benchmark"):
        score, t = score_interval(means, estimand=estimand), t_interval(means, estimand=estimand)
        assert (score.low, score.high) == pytest.approx((t.low, t.high), abs=2e-4)
        assert (score.standard_error, score.df) == (t.standard_error, t.df)


def test_scenarios_alike_between_the_ends() -> None:
    """Every scenario 1 of 2: the mean may be moved by the share u of other scenarios, to 0 or to 1."""
    share = proportion_confint(0, 6, method="wilson")[1]
    found = mean_interval(Sample.of_matrix([[1, 0]] * 6).means())
    assert (found.low, found.high) == pytest.approx((0.5 * (1 - share), 0.5 * (1 - share) + share))
    assert found.note == "all scenarios agree"


def test_scenarios_that_differ_alike_go_by_their_runs() -> None:
    """Each loses one run of three: s²/3 = 1/9 for each of 8 scenarios, with t of 7 degrees."""
    arm = Sample.of_matrix([[0, 1, 1]] * 8)
    found = mean_interval(arm.minus(Sample.of_matrix([[1, 1, 1]] * 8)))
    reach = scipy.stats.t.ppf(0.975, 7) * math.sqrt(1 / 9 / 8)
    assert found.low == pytest.approx(-1 / 3 - reach, abs=0.03)
    assert found.high == pytest.approx(-1 / 3 + reach, abs=0.03)


def test_runs_alike_on_this_benchmark() -> None:
    """No run of 4 · 3 was other than the runs of its scenario; 6 of them could have failed, and 6 succeeded."""
    sample = Sample.of_matrix([[1, 1, 1], [0, 0, 0], [1, 1, 1], [0, 0, 0]])
    found = mean_interval(sample.means(), estimand="benchmark")
    share = proportion_confint(0, 6, method="wilson")[1] / 2
    assert (found.low, found.high) == pytest.approx((0.5 - share, 0.5 + share))
    assert found.note == "all runs of each scenario agree"


def test_counts_alike_have_no_bounds() -> None:
    found = mean_interval(Sample.of_matrix([[3.0, 3.0]] * 5).means())
    assert (found.low, found.method) == (None, "none")
    assert "no bounds" in found.note


@pytest.mark.parametrize("wins", [0, 1, 7, 19, 20])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_wilson_equals_statsmodels(wins: int, level: float) -> None:
    sample = Sample.of_matrix([[1.0]] * wins + [[0.0]] * (20 - wins) + [[NAN]])
    found = interval(sample, level=level)
    expected = proportion_confint(wins, 20, alpha=1 - level, method="wilson")
    assert found.method == "wilson"
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-12)


def test_wilson_is_for_one_run() -> None:
    with pytest.raises(ValueError, match="one run a scenario"):
        wilson_interval(Sample.of_matrix(runs(5, 2)))
    assert interval(Sample.of_matrix(runs(5, 2))).method == "score"
    assert interval(Sample.of_matrix([[0.5], [1.0]])).method == "score"


def test_bootstrap_close_to_scipys() -> None:
    """Many scenarios and values without ties, where every good interval agrees."""
    values = np.random.default_rng(4).beta(2, 3, 400)
    found = bootstrap_interval(Sample.of_matrix(values[:, None]).means())
    generator = np.random.default_rng(1)
    expected = scipy.stats.bootstrap((values,), np.mean, n_resamples=9999, method="percentile", rng=generator)
    half = found.high - found.low
    assert found.low == pytest.approx(expected.confidence_interval.low, abs=0.03 * half)
    assert found.high == pytest.approx(expected.confidence_interval.high, abs=0.03 * half)


def test_bootstrap_is_seeded() -> None:
    means = Sample.of_matrix(runs(30, 3)).means()
    assert bootstrap_interval(means, seed=3) == bootstrap_interval(means, seed=3)
    assert bootstrap_interval(means, seed=3).low != bootstrap_interval(means, seed=4).low
    assert "seed 3" in bootstrap_interval(means, seed=3).note


def test_bootstrap_does_not_leave_the_values() -> None:
    means = Sample.of_matrix([[1, 1]] * 9 + [[1, 0]]).means()
    found = bootstrap_interval(means)
    assert 0.5 < found.low < found.estimate < found.high <= 1.0


@pytest.mark.parametrize("level", [0.0, 1.0, 95, NAN])
def test_bad_levels(level: float) -> None:
    sample = Sample.of_matrix([[1], [0]])
    for make in (t_interval, bootstrap_interval, score_interval):
        with pytest.raises(ValueError, match="confidence level"):
            make(sample.means(), level=level)
    with pytest.raises(ValueError, match="confidence level"):
        wilson_interval(sample, level=level)
