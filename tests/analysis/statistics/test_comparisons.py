"""Two arms as a report shows them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats

from pare_runner.analysis.statistics.comparisons import compare
from pare_runner.analysis.statistics.intervals import mean_interval
from pare_runner.analysis.statistics.sample import Sample

NAN = math.nan
ARM = Sample.of_matrix([[1, 1, 1], [1, 1, 0], [0, 1, 0], [0, 0, 0], [1, 1, NAN], [1, 1, 1]])
BASELINE = Sample.of_matrix([[1, 1, 0], [0, 0, 0], [0, 1, 1], [0, 0, 0], [0, 1, 1], [NAN, NAN, NAN]])
DIFFERENCES = [1 / 3, 2 / 3, -1 / 3, 0, 1 / 3]


def test_a_comparison_by_hand() -> None:
    found = compare(ARM, BASELINE, margin=0.5)
    assert (found.scenarios, found.left_out) == (5, 1)
    assert (found.better, found.worse, found.equal) == (3, 1, 1)
    assert found.difference == pytest.approx(0.2)
    assert found.standardized == pytest.approx(0.2 / np.std(DIFFERENCES, ddof=1))
    expected = scipy.stats.ttest_1samp(DIFFERENCES, 0)
    assert (found.interval.standard_error, found.interval.df) == pytest.approx((0.2 / expected.statistic, 4))
    assert found.interval == mean_interval(ARM.minus(BASELINE))
    # of ±1 ±1 ±1 ±2 thirds, 8 of 16 sums are 3 or more away from 0, and 6 of these exactly 3
    assert found.p_value == pytest.approx((2 + 6 / 2) / 16)
    assert found.test.exact_p_value == pytest.approx(8 / 16)
    assert found.bootstrap is not None
    assert found.bootstrap.low < 0.2 < found.bootstrap.high
    assert found.mcnemar is None
    assert "independent" in found.mcnemar_note
    assert found.detectable.difference > 0.2
    assert found.equivalence.verdict == "undecided"
    assert found.variance.within is not None
    assert (found.detectable.alpha, found.equivalence.interval.level) == (0.05, 0.9)


def test_the_order_of_the_arms_is_a_sign() -> None:
    one, two = compare(ARM, BASELINE), compare(BASELINE, ARM)
    assert two.difference == pytest.approx(-one.difference)
    assert (two.better, two.worse) == (one.worse, one.better)
    assert two.p_value == one.p_value
    assert two.interval.low == pytest.approx(-one.interval.high)
    assert one.equivalence is None


def test_one_run_has_mcnemars_test() -> None:
    arm, baseline = Sample.of_matrix([[1]] * 9 + [[0]] * 5), Sample.of_matrix([[0]] * 7 + [[1]] * 3 + [[0]] * 4)
    found = compare(arm, baseline)
    assert (found.mcnemar.gained, found.mcnemar.lost, found.mcnemar_note) == (7, 1, "")
    assert found.mcnemar.p_value == pytest.approx(found.test.exact_p_value)
    assert found.mcnemar.mid_p_value == pytest.approx(found.p_value)


def test_this_benchmark_has_no_bootstrap_of_scenarios() -> None:
    found = compare(ARM, BASELINE, estimand="benchmark")
    assert found.bootstrap is None
    assert found.interval.estimand == "benchmark"
    assert found.interval.standard_error != compare(ARM, BASELINE).interval.standard_error


def test_no_common_scenario() -> None:
    found = compare(Sample.of_matrix([[1], [NAN]]), Sample.of_matrix([[NAN], [1]]), margin=0.1)
    assert (found.scenarios, found.left_out, found.difference, found.p_value) == (0, 2, None, None)
    assert found.interval.low is None
    assert found.standardized is None
    assert found.detectable.difference is None
    assert found.equivalence.verdict == "undecided"


def test_one_common_scenario() -> None:
    found = compare(Sample.of_matrix([[1, 1]]), Sample.of_matrix([[0, 1]]))
    assert found.difference == 0.5
    assert found.standardized is None
    assert (found.interval.low, found.interval.note) == (None, "one scenario says nothing about others")


def test_arms_alike() -> None:
    found = compare(ARM, ARM)
    assert (found.difference, found.p_value, found.standardized, found.equal) == (0.0, 1.0, None, 6)
    assert found.interval.method == "score"
    assert found.interval.note == "all scenarios agree"


def test_one_run_has_no_p_value_on_this_benchmark() -> None:
    one, two = Sample.of_matrix([[1], [1], [1], [0]]), Sample.of_matrix([[0], [0], [1], [0]])
    found = compare(one, two, estimand="benchmark")
    assert (found.interval.low, found.p_value, found.exact_p_value) == (None, None, None)
    assert "two runs" in found.interval.note
    assert compare(one, two).p_value is not None


def test_comparisons_repeat() -> None:
    assert compare(ARM, BASELINE, seed=2) == compare(ARM, BASELINE, seed=2)
