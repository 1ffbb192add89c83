"""Runs summed by scenario, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pare_runner.analysis.statistics.sample import Numbered, Sample

NAN = math.nan


def test_rows_are_summed_by_scenario() -> None:
    sample = Sample.of_rows(
        [2, 0, 0, 2, 0, 4], [1, 0, 1, NAN, 1, 1], exception=[False, False, False, True, False, True], scenarios=5
    )
    assert sample.runs.tolist() == [3, 0, 1, 0, 0]
    assert sample.sums.tolist() == [2, 0, 1, 0, 0]
    assert sample.exceptions.tolist() == [0, 0, 1, 0, 1], "the value of an exception is not looked at"
    assert sample.binary
    assert sample.rate
    means = sample.means()
    assert means.values.tolist() == pytest.approx([2 / 3, 1.0])
    assert means.variances[0, 0] == pytest.approx(1 / 3)
    assert math.isnan(means.variances[0, 1])
    assert means.left_out == 3
    assert means.mean == pytest.approx(5 / 6), "each scenario weighs the same"


def test_a_matrix_is_the_same_as_its_rows() -> None:
    matrix = np.array([[1, 0, NAN], [0.5, 0.25, 0.5]])
    sample = Sample.of_matrix(matrix, exception=np.isnan(matrix))
    rows = Sample.of_rows([1, 0, 1, 1, 0, 0], [0.25, 0, 0.5, 0.5, 1, NAN], exception=[0, 0, 0, 0, 0, 1])
    for name in ("runs", "sums", "squares", "exceptions"):
        assert getattr(sample, name).tolist() == getattr(rows, name).tolist()
    assert not sample.binary
    assert sample.rate


def test_values_beyond_one_are_no_rate() -> None:
    assert Sample.of_matrix([[3.0, 0.0]]).means().bounds is None


def test_variances_equal_numpys() -> None:
    values = np.random.default_rng(5).normal(100, 3, (6, 4))
    assert Sample.of_matrix(values).means().variances[0] == pytest.approx(values.var(axis=1, ddof=1))


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e6 + 0.1])
def test_equal_runs_have_no_variance(value: float) -> None:
    means = Sample.of_matrix(np.full((4, 7), value)).means()
    assert means.variances.tolist() == [[0.0] * 4]
    assert means.deviation == 0.0


def test_differences_need_both_arms() -> None:
    arm = Sample.of_matrix([[1, 1, 0], [1, NAN, NAN], [NAN] * 3, [0, 0, 0], [NAN] * 3])
    baseline = Sample.of_matrix([[1, 0], [0, 0], [1, 1], [NAN, NAN], [NAN, NAN]])
    means = arm.minus(baseline)
    assert means.values.tolist() == pytest.approx([2 / 3 - 1 / 2, 1.0])
    assert means.runs.tolist() == [[3, 1], [2, 2]]
    assert means.left_out == 2, "scenarios of one arm only; the one that nobody ran is nobody's"
    assert means.bounds == (-1.0, 1.0)


def test_equal_means_of_unlike_runs_differ_by_nothing() -> None:
    arm = Sample.of_matrix([[1, 0, 0, NAN, NAN, NAN]])
    baseline = Sample.of_matrix([[1, 1, 0, 0, 0, 0]])
    assert arm.minus(baseline).values.tolist() == [0.0]


def numbered(matrix: np.ndarray, runs: list[int]) -> Sample:
    """Runs of a matrix under the numbers of its columns."""
    scenario = np.repeat(np.arange(matrix.shape[0]), matrix.shape[1])
    return Sample.of_rows(scenario, matrix.ravel(), run=np.tile(runs, matrix.shape[0]))


def test_runs_of_one_number_are_paired() -> None:
    generator = np.random.default_rng(3)
    one, two = generator.integers(0, 2, (2, 7, 5)).astype(float)
    means = numbered(one, [1, 2, 3, 4, 5]).minus(numbered(two[:, ::-1], [5, 4, 3, 2, 1]))
    far = one - two
    assert means.values == pytest.approx(far.mean(axis=1))
    assert means.variances == pytest.approx(far.var(axis=1, ddof=1)[np.newaxis])
    assert means.thirds == pytest.approx(((far - far.mean(axis=1, keepdims=True)) ** 3).sum(axis=1)[np.newaxis] / 4)
    assert means.repeats.tolist() == [[5] * 7]
    assert means.runs.tolist() == [[5] * 7, [5] * 7]


def test_arms_with_the_same_outcome_of_every_run_differ_by_nothing_that_varies() -> None:
    values = np.random.default_rng(3).integers(0, 2, (7, 5)).astype(float)
    arm = numbered(values, [1, 2, 3, 4, 5])
    assert arm.minus(arm).variances.tolist() == [[0.0] * 7]
    apart = Sample.of_matrix(values)
    assert apart.minus(apart).variances.sum() > 1


def test_runs_without_a_partner_count_in_the_means_only() -> None:
    means = numbered(np.array([[1.0, 0.0, 1.0]]), [1, 2, 3]).minus(numbered(np.array([[0.0, 0.0, NAN]]), [1, 2, 3]))
    assert means.values.tolist() == pytest.approx([2 / 3])
    assert means.repeats.tolist() == [[2]]
    assert means.variances.ravel().tolist() == pytest.approx([0.5])


@pytest.mark.parametrize("numbers", [[3, 4], [1, 1]])
def test_runs_of_other_numbers_and_doubtful_ones_are_independent(numbers: list[int]) -> None:
    one, two = np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]])
    means = numbered(one, [1, 2]).minus(numbered(two, numbers))
    assert means.pairs is None
    assert means.variances.tolist() == [[0.5], [0.5]]


def test_numbers_are_whole() -> None:
    with pytest.raises(ValueError, match="whole number a run"):
        Sample.of_rows([0], [1.0], run=[0.5])


def test_nothing_at_all() -> None:
    for sample in (Sample.of_rows([], []), Sample.of_matrix([[NAN, NAN]])):
        means = sample.means()
        assert means.scenarios == 0
        assert math.isnan(means.mean)
        assert math.isnan(means.deviation)
        assert means.constant


@pytest.mark.parametrize(
    ("scenario", "value", "options", "says"),
    [
        ([0, 1], [1.0], {}, "one entry a run"),
        ([0], [1.0], {"exception": [True, False]}, "one entry a run"),
        ([0.0], [1.0], {}, "whole number"),
        ([-1], [1.0], {}, "from -1 to -1, expected 0"),
        ([0, 5], [1.0, 1.0], {"scenarios": 5}, "from 0 to 5, expected 0 to 4"),
        ([0], [math.inf], {}, "infinite"),
    ],
)
def test_bad_rows(scenario: list[float], value: list[float], options: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Sample.of_rows(scenario, value, **options)


def test_bad_shapes() -> None:
    with pytest.raises(ValueError, match="shape"):
        Sample.of_matrix([1.0, 0.0])
    with pytest.raises(ValueError, match="2 and 1 scenarios"):
        Sample.of_matrix([[1.0], [0.0]]).minus(Sample.of_matrix([[1.0]]))


@pytest.mark.parametrize("spread", [1, 1000])
def test_numbered_runs_are_put_in_order_however_sparse_their_numbers(spread: int) -> None:
    generator = np.random.default_rng(7)
    places = generator.permutation(60)[:50]
    scenario, run, value = places // 6, (places % 6) * spread - 3, generator.random(50)
    found = Numbered.of(scenario, run, value)
    order = np.lexsort((run, scenario))
    assert found is not None
    assert (found.scenario.tolist(), found.run.tolist()) == (scenario[order].tolist(), run[order].tolist())
    assert found.value.tolist() == value[order].tolist()
    twice = np.append(scenario, scenario[3]), np.append(run, run[3]), np.append(value, 0.5)
    assert Numbered.of(*twice) is None
