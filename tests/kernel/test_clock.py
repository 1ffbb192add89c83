"""The clock moves when told to, and only forward."""

from __future__ import annotations

from pare_runner.kernel.clock import Clock


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = Clock(5)
    clock.advance_to(7.5)
    assert clock.now == 7.5


def test_the_clock_never_goes_back() -> None:
    clock = Clock(5)
    clock.advance_to(3)
    assert clock.now == 5.0
