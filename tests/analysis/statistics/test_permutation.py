"""The sign-flip test against scipy's permutation test, all patterns by hand, and McNemar's test."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.stats

from pare_runner.analysis.statistics.permutation import MANY, sign_flip
from pare_runner.analysis.statistics.sample import Means, Sample


def differences(values: list[float], runs: int = 1) -> Means:
    array = np.array(values, dtype=float)
    return Means(array, np.full((2, array.size), runs), np.full((2, array.size), np.nan), (-1.0, 1.0), 0)


def by_hand(values: list[float]) -> tuple[float, float]:
    """(mid-p, exact p) from all sign patterns, zeros included."""
    sums = [
        sum(s * v for s, v in zip(signs, values, strict=True))
        for signs in itertools.product((1, -1), repeat=len(values))
    ]
    far = np.abs(sums)
    total = abs(sum(values))
    above, equal = (far > total + 1e-9).mean(), (np.abs(far - total) <= 1e-9).mean()
    return above + equal / 2, above + equal


NO_GRID = 10_007
"""A number of runs whose fractions are too fine to go through."""

ON_A_GRID = [
    [1, 1, 1, 1, 1],
    [1, 1, -1, 0, 0, 1, 1],
    [1 / 3, -2 / 3, 1, 1 / 3, 0, 2 / 3, 1 / 3],
    [1 / 3] * 4 + [-1 / 3],
    [1, -1],
    [-1, -1, -1, -1, 1, 0],
]


@pytest.mark.parametrize("values", ON_A_GRID)
def test_exact_on_a_grid(values: list[float]) -> None:
    found = sign_flip(differences(values, runs=3))
    assert (found.mid_p_value, found.exact_p_value) == pytest.approx(by_hand(values))
    assert found.method == "all_patterns"
    assert found.different == sum(value != 0 for value in values)
    assert found.flips == 0


@pytest.mark.parametrize("values", [[0.123, -0.7, 0.55, 0.01, 0.3], [math.pi / 4, 0.2, 0.2, -0.1, 0, 0.77, 0.5]])
def test_exact_without_a_grid(values: list[float]) -> None:
    found = sign_flip(differences(values))
    assert (found.mid_p_value, found.exact_p_value) == pytest.approx(by_hand(values))
    assert found.method == "all_patterns"


def test_both_exact_ways_agree() -> None:
    """Eighths are on a grid of 8 runs, and on none that 7 runs give."""
    values = [0.125, 0.25, -0.5, 0.375, 0.875, 0.125, 0.625]
    assert sign_flip(differences(values, runs=8)) == sign_flip(differences(values, runs=7))


def test_equals_scipys_permutation_test() -> None:
    values = np.random.default_rng(2).normal(0.3, 1, 12)
    expected = scipy.stats.permutation_test((values,), np.sum, permutation_type="samples", n_resamples=np.inf)
    assert sign_flip(differences(values.tolist())).exact_p_value == pytest.approx(expected.pvalue)


def test_monte_carlo_approaches_the_exact_value() -> None:
    values = np.random.default_rng(8).integers(-5, 7, 30) / 5
    exact = sign_flip(differences(values.tolist(), runs=5))
    assert exact.method == "all_patterns"
    random = sign_flip(differences(values.tolist(), runs=NO_GRID))
    assert random.method == "monte_carlo"
    error = math.sqrt(exact.mid_p_value * (1 - exact.mid_p_value) / random.flips)
    assert random.mid_p_value == pytest.approx(exact.mid_p_value, abs=4 * error)


def test_monte_carlo_counts_the_observed_pattern() -> None:
    values = np.random.default_rng(1).random(40) + 5
    found = sign_flip(differences(values.tolist()), flips=999)
    assert found.exact_p_value == 1 / 1000, "no random pattern is all of one sign"
    assert found.mid_p_value == 0.5 / 1000
    assert found.note == "999 random patterns, seed 0"


def test_monte_carlo_is_seeded() -> None:
    means = differences(np.random.default_rng(1).normal(0.1, 1, 90).tolist())
    assert sign_flip(means, flips=5_000, seed=7) == sign_flip(means, flips=5_000, seed=7)
    assert sign_flip(means, flips=5_000, seed=7) != sign_flip(means, flips=5_000, seed=8)


def test_bad_flips() -> None:
    with pytest.raises(ValueError, match="at least one random pattern"):
        sign_flip(differences([1.0, 0.5]), flips=0)


def test_stream_of_signs_is_fixed() -> None:
    """The bits are PCG64's, which no numpy changes: this value holds on every machine."""
    means = differences((np.sqrt(np.arange(1, 71)) * np.where(np.arange(70) % 3, 0.1, -0.2)).tolist())
    assert sign_flip(means, flips=2_000).exact_p_value == 1783 / 2001


@pytest.mark.parametrize("drift", [0.0, 0.02, 0.05, 0.1])
def test_very_many_differences_are_normal(drift: float) -> None:
    """Thirds on a grid of 3 runs count exactly, and off the grid in the limit."""
    values = (np.random.default_rng(6).integers(-3, 4, MANY + 700) / 3) * 0.5
    values[: int(values.size * drift)] = np.abs(values[: int(values.size * drift)])
    exact, normal = (
        sign_flip(differences(values.tolist(), runs=6)),
        sign_flip(differences(values.tolist(), runs=NO_GRID)),
    )
    assert (exact.method, normal.method) == ("all_patterns", "normal")
    assert normal.mid_p_value == pytest.approx(exact.mid_p_value, rel=5e-3)


def test_very_small_p_values_stay_above_0() -> None:
    found = sign_flip(differences([1.0] * 5_000, runs=NO_GRID))
    assert 0.0 < found.mid_p_value < 1e-300


def test_nothing_differs() -> None:
    found = sign_flip(differences([0.0, 0.0, 1e-17]))
    assert (found.mid_p_value, found.exact_p_value, found.different, found.method) == (1.0, 1.0, 0, "no_difference")
    assert sign_flip(differences([])).mid_p_value == 1.0


@pytest.mark.parametrize(("gained", "lost"), [(1, 0), (5, 0), (7, 2), (3, 3), (60, 41), (0, 300)])
def test_one_run_is_the_sign_test(gained: int, lost: int) -> None:
    found = sign_flip(differences([1.0] * gained + [-1.0] * lost + [0.0] * 20))
    expected = scipy.stats.binomtest(gained, gained + lost).pvalue
    assert found.exact_p_value == pytest.approx(expected, rel=1e-9)


def test_unequal_runs_stay_exact() -> None:
    generator = np.random.default_rng(3)
    arm, baseline = (generator.integers(0, 2, (40, 6)).astype(float) for _ in range(2))
    arm[::3, 4:] = np.nan
    baseline[::4, 2:] = np.nan
    means = Sample.of_matrix(arm).minus(Sample.of_matrix(baseline))
    found = sign_flip(means)
    assert found.method == "all_patterns"
    random = sign_flip(differences(means.values.tolist(), runs=NO_GRID))
    assert random.method == "monte_carlo"
    assert found.exact_p_value == pytest.approx(random.exact_p_value, abs=0.005)
    assert found.mid_p_value == pytest.approx(random.mid_p_value, abs=0.005)
