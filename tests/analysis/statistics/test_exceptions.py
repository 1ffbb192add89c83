"""Exceptions beside the rates, their bounds, and when a report leads with them."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from pare_runner.analysis.statistics.exceptions import Exceptions, alerts, exceptions
from pare_runner.analysis.statistics.sample import Sample

NAN = math.nan


def of(judged: int, raised: int) -> Exceptions:
    return Exceptions(judged, raised, 0.5, 0.4, 0.6)


def test_bounds_by_hand() -> None:
    """1 of 2 judged and an exception; 2 of 2; an exception only; one not judged, which is no exception."""
    values = [[1, 0, NAN], [1, 1, NAN], [NAN, NAN, NAN], [NAN, NAN, NAN]]
    marks = [[0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0]]
    found = exceptions(Sample.of_matrix(values, exception=marks))
    assert (found.judged, found.exceptions, found.runs) == (4, 2, 6)
    assert found.rate == pytest.approx((1 / 2 + 1) / 2)
    assert found.low == pytest.approx((1 / 3 + 1 + 0) / 3)
    assert found.high == pytest.approx((2 / 3 + 1 + 1) / 3)
    assert found.share == Fraction(2, 6)


def test_without_exceptions_bounds_are_the_rate() -> None:
    found = exceptions(Sample.of_matrix([[1, 0], [1, NAN]]))
    assert found.low == found.rate == found.high == 0.75


def test_nothing_judged() -> None:
    found = exceptions(Sample.of_matrix([[NAN]], exception=[[True]]))
    assert (found.rate, found.low, found.high) == (None, 0.0, 1.0)
    nothing = exceptions(Sample.of_rows([], []))
    assert (nothing.rate, nothing.low, nothing.high, nothing.share) == (None, None, None, None)


def test_counts_have_no_bounds() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        exceptions(Sample.of_matrix([[3.0]]))


@pytest.mark.parametrize(
    ("judged", "raised", "told"), [(98, 2, False), (97, 3, True), (4899, 101, True), (5, 0, False)]
)
def test_alert_above_two_percent(judged: int, raised: int, told: bool) -> None:
    found = alerts({"a": of(judged, raised)})
    assert bool(found) is told
    assert all(alert.kind == "share" and alert.arms == ("a",) for alert in found)


@pytest.mark.parametrize(("one", "two", "told"), [(0, 1, True), (1, 2, True), (1, 1, False)])
def test_alert_one_point_apart(one: int, two: int, told: bool) -> None:
    found = alerts({"a": of(100 - one, one), "b": of(100 - two, two)})
    assert bool(found) is told
    assert not alerts({"a": of(1000, 0), "b": of(991, 9)})


def test_alerts_say_what() -> None:
    share, gap = alerts({"gpt-5": of(9, 1), "other": of(10, 0), "empty": of(0, 0)})
    assert share.text == "gpt-5: 1 of 10 runs (10.0%) ended in an exception"
    assert (gap.kind, gap.arms, gap.value) == ("gap", ("gpt-5", "other"), 0.1)
    assert gap.text.startswith("gpt-5 and other: 10.0% and 0.0% of the runs ended in an exception")
