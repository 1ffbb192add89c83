"""One side of a score interval, by itself."""

from __future__ import annotations

import math

import pytest

from pare_runner.analysis.statistics.score import Side


@pytest.mark.parametrize("third", [-1e-4, 0.0, 2e-4])
@pytest.mark.parametrize("variance", [0.0, 1e-6, 1e-3, 0.2])
def test_the_reach_solves_its_equation(variance: float, third: float) -> None:
    side = Side(0.9, variance, third if variance else 0.0, 0.05, variance / 0.05**2)
    x = side.reach(2.1, 1.96)
    assert 0.0 < x < 0.9
    assert x == pytest.approx(2.1 * side.error(x, 2.1, 1.96))


def test_at_the_bound_there_is_nothing() -> None:
    side = Side(0.0, 0.0, 0.0, 0.0, 0.0)
    assert (side.reach(2.0, 1.96), side.error(0.0, 2.0, 1.96)) == (0.0, 0.0)


def test_far_from_the_bound_it_is_johnsons() -> None:
    """x = q√A + (third/A)(1/6 + q²/3) up to the next order, where nothing else counts."""
    q, variance, third = 1.96, 1e-6, 2e-11
    found = Side(1.0, variance, third, 1e-4, 9.0).reach(q, 1.96)
    assert found == pytest.approx(q * math.sqrt(variance) + third / variance * (1 / 6 + q * q / 3), rel=1e-4)
    assert (
        found
        > Side(1.0, variance, -third, 1e-4, 9.0).reach(q, 1.96)
        == pytest.approx(q * math.sqrt(variance), rel=1e-4)
    )


def test_the_worst_case_fades_as_more_is_seen_to_vary() -> None:
    growth = [Side(1.0, 1e-4, 0.0, 0.05, seen).growth(2.0, 1.96) for seen in (0.0, 0.1, 0.2, 0.4, 0.5, 2.0)]
    assert growth[0] == pytest.approx(0.05 * (1.96 / 2.0) ** 2)
    assert growth == sorted(growth, reverse=True)
    assert growth[-2:] == [0.0, 0.0]


def test_wilson_where_nothing_was_seen() -> None:
    """0 of 20, whatever the quantile of t: z²/(n + z²)."""
    assert Side(1.0, 0.0, 0.0, 0.05, 0.0).reach(2.09, 1.96) == pytest.approx(1.96**2 / (20 + 1.96**2))
