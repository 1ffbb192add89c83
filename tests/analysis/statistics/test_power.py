"""Detectable differences and sizes against statsmodels' exact power of the t-test."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from statsmodels.stats.power import TTestPower

from pare_runner.analysis.statistics.intervals import mean_interval
from pare_runner.analysis.statistics.permutation import sign_flip
from pare_runner.analysis.statistics.power import STILL, TOO_FEW, detectable_difference, runs_needed, scenarios_needed
from pare_runner.analysis.statistics.sample import Estimand, Means, Sample
from pare_runner.analysis.statistics.variance import Components

FOUND = Components(between=0.04, within=0.3, of_means=0.14, scenarios=40)


def normal(size: int) -> Means:
    return Sample.of_matrix(np.random.default_rng(size).normal(0.1, 0.5, (size, 1))).means()


@pytest.mark.parametrize(("size", "tolerance"), [(5, 0.09), (20, 0.01), (40, 0.005), (143, 0.002)])
@pytest.mark.parametrize(("alpha", "power"), [(0.05, 0.8), (0.05, 0.9), (0.1, 0.8)])
def test_detectable_is_that_of_the_t_test(size: int, tolerance: float, alpha: float, power: float) -> None:
    means = normal(size)
    found = detectable_difference(means, alpha=alpha, power=power)
    exact = TTestPower().solve_power(nobs=size, alpha=alpha, power=power) * means.deviation
    assert found.method == "t"
    assert found.difference == pytest.approx(exact, rel=tolerance)


@pytest.mark.parametrize("estimand", ["situations", "benchmark"])
def test_detectable_of_rates_goes_with_the_interval(estimand: Estimand) -> None:
    one, two = np.random.default_rng(1).integers(0, 2, (2, 30, 4)).astype(float)
    means = Sample.of_matrix(one).minus(Sample.of_matrix(two))
    found, interval = detectable_difference(means, estimand=estimand), mean_interval(means, estimand=estimand)
    longer = max(interval.estimate - interval.low, interval.high - interval.estimate)
    ratio = scipy.stats.t.ppf(0.8, interval.df) / scipy.stats.t.ppf(0.975, interval.df)
    assert found.method == "score"
    assert found.difference == pytest.approx(longer * (1 + ratio))
    assert found.difference == pytest.approx(reach(interval.df) * interval.standard_error, rel=0.1)


def test_arms_alike_still_have_a_limit() -> None:
    sample = Sample.of_matrix([[1, 1, 1], [0, 0, 0]] * 10)
    means = sample.minus(sample)
    for estimand in ("situations", "benchmark"):
        found, interval = detectable_difference(means, estimand=estimand), mean_interval(means, estimand=estimand)
        assert found.difference > interval.high > 0.02


def test_nothing_beyond_100_points_is_detectable() -> None:
    few = Sample.of_matrix([[1.0], [1.0]])
    for means in (few.minus(few), few.minus(Sample.of_matrix([[0.0], [1.0]]))):
        found = detectable_difference(means)
        assert (found.difference, found.method) == (None, "none")
        assert found.note == TOO_FEW


def test_detectable_needs_data() -> None:
    one_run = Sample.of_matrix([[1], [0]]).means()
    assert detectable_difference(one_run, estimand="benchmark").difference is None
    assert "two runs" in detectable_difference(one_run, estimand="benchmark").note
    counts = Sample.of_matrix([[3.0], [3.0]]).means()
    assert detectable_difference(counts).difference is None
    assert "no bounds" in detectable_difference(counts).note


def reach(df: float) -> float:
    return scipy.stats.t.ppf(0.975, df) + scipy.stats.t.ppf(0.8, df)


@pytest.mark.parametrize("difference", [0.1, 0.12, 0.2, 0.3, 0.9])
def test_runs_are_the_fewest(difference: float) -> None:
    runs = runs_needed(difference, FOUND).runs

    def detected(count: int) -> float:
        return reach(39) * math.sqrt((0.04 + 0.3 / count) / 40)

    assert runs is not None
    assert detected(runs) <= difference * (1 + 1e-9)
    assert runs == 1 or detected(runs - 1) > difference


def test_no_number_of_runs_beats_the_scenarios() -> None:
    found = runs_needed(0.08, FOUND)
    assert reach(39) * math.sqrt(0.04 / 40) > 0.08
    assert found.runs is None
    assert "more scenarios" in found.note


@pytest.mark.parametrize("difference", [0.01, 0.08, 0.2, 0.9])
def test_runs_on_this_benchmark_are_the_fewest(difference: float) -> None:
    runs = runs_needed(difference, FOUND, estimand="benchmark").runs

    def detected(count: int) -> float:
        return reach(2 * 40 * (count - 1)) * math.sqrt(0.3 / (40 * count))

    assert runs is not None
    assert detected(runs) <= difference
    assert runs == 2 or detected(runs - 1) > difference


@pytest.mark.parametrize("difference", [0.02, 0.1, 0.25, 0.8])
@pytest.mark.parametrize(("runs", "variance"), [(None, 0.14), (1, 0.34), (5, 0.1)])
def test_scenarios_are_the_fewest(difference: float, runs: int | None, variance: float) -> None:
    size = scenarios_needed(difference, FOUND, runs=runs).scenarios
    assert size is not None
    assert reach(size - 1) * math.sqrt(variance / size) <= difference
    assert size == 5 or reach(size - 2) * math.sqrt(variance / (size - 1)) > difference


def test_scenarios_close_to_statsmodels() -> None:
    exact = TTestPower().solve_power(effect_size=0.1 / math.sqrt(0.14), alpha=0.05, power=0.8)
    assert scenarios_needed(0.1, FOUND).scenarios == pytest.approx(exact, abs=1.5)


def test_one_run_cannot_be_split() -> None:
    one_run = Components(None, None, 0.2, 30, "needs at least two runs of a scenario")
    assert runs_needed(0.1, one_run).runs is None
    assert "two runs" in runs_needed(0.1, one_run).note
    assert scenarios_needed(0.1, one_run, runs=3).scenarios is None
    assert scenarios_needed(0.1, one_run).scenarios is not None


def test_nothing_varies() -> None:
    still = Components(0.0, 0.0, 0.0, 10)
    for found in (runs_needed(0.1, still), runs_needed(0.1, still, estimand="benchmark")):
        assert (found.runs, found.note) == (None, STILL)
    assert (scenarios_needed(0.1, still).scenarios, scenarios_needed(0.1, still).note) == (None, STILL)


def test_four_scenarios_never_show_anything() -> None:
    """2^-4 is above 5 %: the sign-flip test rejects nothing, whatever their differences."""
    for size, known in ((4, False), (5, True)):
        means = Sample.of_matrix([[1.0]] * (size - 1) + [[0.5]]).means()
        assert (detectable_difference(means).difference is not None) is known
    assert sign_flip(Sample.of_matrix([[1.0]] * 4).means()).mid_p_value > 0.05
    assert scenarios_needed(0.9, FOUND).scenarios == 5
    assert scenarios_needed(0.9, FOUND, alpha=0.01).scenarios == 7


@pytest.mark.parametrize("difference", [0.0, -0.1, math.nan, math.inf])
def test_bad_differences(difference: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        runs_needed(difference, FOUND)
    with pytest.raises(ValueError, match="above 0"):
        scenarios_needed(difference, FOUND)


@pytest.mark.parametrize(("alpha", "power"), [(0.0, 0.8), (1.0, 0.8), (0.05, 1.0), (0.05, 0.2)])
def test_bad_levels(alpha: float, power: float) -> None:
    with pytest.raises(ValueError, match="level"):
        detectable_difference(normal(5), alpha=alpha, power=power)
