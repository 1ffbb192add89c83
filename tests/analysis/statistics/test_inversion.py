"""The test that belongs to a score interval."""

from __future__ import annotations

import numpy as np
import pytest

from pare_runner.analysis.statistics.comparisons import compare
from pare_runner.analysis.statistics.intervals import mean_interval
from pare_runner.analysis.statistics.inversion import LEAST, score_p_value
from pare_runner.analysis.statistics.sample import Means, Sample


def played(generator: np.random.Generator, scenarios: int, runs: int) -> Sample:
    rates = generator.random((scenarios, 1))
    return Sample.of_matrix((generator.random((scenarios, runs)) < rates).astype(float))


@pytest.mark.parametrize("estimand", ["benchmark", "situations"])
def test_it_rejects_at_a_level_where_the_interval_leaves_out_zero(estimand: str) -> None:
    generator = np.random.default_rng(1)
    for _ in range(60):
        scenarios, runs = int(generator.integers(2, 30)), int(generator.integers(2, 6))
        means = played(generator, scenarios, runs).minus(played(generator, scenarios, runs))
        p_value = score_p_value(means, estimand=estimand)
        for level in (0.5, 0.8, 0.95, 0.99, 0.999):
            found = mean_interval(means, estimand=estimand, level=level)
            assert (found.low > 0.0 or found.high < 0.0) == (p_value < 1 - level)


def test_scenarios_that_are_fixed_are_no_chance() -> None:
    """8 of 19 scenarios are lost and 3 won, in nearly all runs alike: in these scenarios there is a difference, and
    among others there may be none."""
    arm, baseline = np.zeros((19, 3)), np.zeros((19, 3))
    arm[:7], baseline[:4], baseline[7:15] = 1.0, 1.0, 1.0
    arm[0, 0] = baseline[8, 0] = 0.0
    one, other = Sample.of_matrix(arm), Sample.of_matrix(baseline)
    fixed, drawn = compare(one, other, estimand="benchmark"), compare(one, other)
    assert fixed.interval.high < 0.0
    assert fixed.p_value == fixed.score_p_value
    assert fixed.p_value < 0.001
    assert fixed.exact_p_value is None
    assert drawn.p_value == drawn.test.mid_p_value
    assert drawn.p_value > 0.1
    assert drawn.score_p_value is None


def test_the_border_of_p_values() -> None:
    alike = Sample.of_matrix(np.ones((5, 4)))
    assert score_p_value(alike.minus(alike), estimand="benchmark") == 1.0
    none = Sample.of_matrix(np.zeros((400, 40)))
    all_won = Sample.of_matrix(np.ones((400, 40)))
    assert score_p_value(all_won.minus(none), estimand="benchmark") == LEAST
    single = Sample.of_matrix([[1], [0]]).minus(Sample.of_matrix([[0], [0]]))
    assert score_p_value(single, estimand="benchmark") is None


def test_what_is_no_difference_of_rates() -> None:
    unknown = Means(np.array([1.0, 2.0]), np.ones((1, 2), dtype=np.int64), np.full((1, 2), np.nan), None, 0)
    for means in (unknown, Sample.of_matrix([[1, 0], [0, 1]]).means()):
        with pytest.raises(ValueError, match="differences of rates"):
            score_p_value(means, estimand="benchmark")
