"""A moving rate: of the last seconds, and honest at the beginning."""

from __future__ import annotations

import pytest

from pare_runner.cli.progress.window import Window


def test_what_is_older_does_not_count() -> None:
    window = Window(30.0, 100.0)
    for second in range(60):
        window.add(100.0 + second, 2)
    assert window.per_second(160.0) == pytest.approx(2.0, rel=0.05)
    assert window.per_second(1000.0) == 0.0


def test_a_short_time_is_measured_as_it_is_but_never_below_a_second() -> None:
    window = Window(30.0, 0.0)
    window.add(0.1, 10)
    assert window.per_second(0.1) == 10.0
    assert window.per_second(5.0) == 2.0


def test_many_events_are_kept_as_few() -> None:
    window = Window(300.0, 0.0)
    for number in range(10_000):
        window.add(number / 1000, 1)
    assert len(window._steps) == 10
    assert window.per_second(10.0) == 1000.0
