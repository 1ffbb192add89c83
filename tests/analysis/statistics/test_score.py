"""One side of a score interval, by itself."""

from __future__ import annotations

import math

import pytest

from pare_runner.analysis.statistics.score import Side


@pytest.mark.parametrize("third", [-1e-4, 0.0, 2e-4])
@pytest.mark.parametrize("variance", [0.0, 1e-6, 1e-3, 0.2])
def test_the_reach_solves_its_equation(variance: float, third: float) -> None:
    side = Side(0.9, variance, third if variance else 0.0, 0.05)
    x = side.reach(2.1, 0.025)
    assert 0.0 < x < 0.9
    assert x == pytest.approx(2.1 * side.error(x, 2.1, 0.025))


def test_at_the_bound_there_is_nothing() -> None:
    side = Side(0.0, 0.0, 0.0, 0.0)
    assert (side.reach(2.0, 0.025), side.error(0.0, 2.0, 0.025)) == (0.0, 0.0)


def test_wilson_by_hand() -> None:
    """3 of 100: the skew of a binomial, p(1 - p)(1 - 2p)/n², and the upper end of Wilson's interval."""
    p, n, z = 0.03, 100, 1.96
    found = p + Side(1 - p, p * (1 - p) / n, p * (1 - p) * (1 - 2 * p) / n**2, (1 - p) / n).reach(z, 0.025)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert found == pytest.approx((p + z * z / (2 * n) + half) / (1 + z * z / n), abs=2e-4)


def test_the_worst_case_fades_as_more_is_seen_to_vary() -> None:
    growth = [Side(1.0, variance, 0.0, 0.05).growth(2.0, 0.025) for variance in (0.0, 1e-5, 1e-4, 1e-3, 1e-2)]
    assert growth[0] == pytest.approx(0.05, rel=0.1)
    assert growth == sorted(growth, reverse=True)
    assert growth[-1] < 0.001
