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


def test_far_from_the_bound_it_is_johnsons() -> None:
    """x = q√A + (third/A)(1/6 + q²/3) up to the next order, where nothing else counts."""
    q, variance, third = 1.96, 1e-6, 2e-11
    found = Side(1.0, variance, third, 1e-4).reach(q, 0.025)
    assert found == pytest.approx(q * math.sqrt(variance) + third / variance * (1 / 6 + q * q / 3), rel=1e-4)
    assert found > Side(1.0, variance, -third, 1e-4).reach(q, 0.025) == pytest.approx(q * math.sqrt(variance), rel=1e-4)


def test_the_worst_case_fades_as_more_is_seen_to_vary() -> None:
    growth = [Side(1.0, variance, 0.0, 0.05).growth(2.0, 0.025) for variance in (0.0, 1e-5, 1e-4, 1e-3, 1e-2)]
    assert growth[0] == pytest.approx(0.05, rel=0.1)
    assert growth == sorted(growth, reverse=True)
    assert growth[-1] < 0.001
