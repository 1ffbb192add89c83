"""How long is waited: Retry-After in its forms, doubling bounds, the longest pause."""

from __future__ import annotations

import pytest

from pare_runner.llm.http.backoff import FIRST, asked_pause, pause


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "nan"}, None),
        ({"retry-after-ms": "250", "Retry-After": "1"}, 0.25),
        ({"Retry-After": "Fri, 20 Nov 2026 10:00:30 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 30.0),
        ({"Retry-After": "Fri, 20 Nov 2026 09:00:00 GMT", "Date": "Fri, 20 Nov 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "Fri, 20 Nov 2020 09:00:00 GMT"}, 0.0),
        ({"Retry-After": "Fri, 99 Nov 2026 09:00:00 GMT"}, None),
    ],
)
def test_what_the_service_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_pause(headers) == seconds


def test_a_pause_asked_for_is_kept_and_little_more() -> None:
    assert all(2.0 <= pause(0, 2.0, 60.0) <= 2.2 for _ in range(50))


def test_no_pause_is_longer_than_the_longest() -> None:
    assert pause(0, 3600.0, 60.0) == 60.0
    assert all(pause(retries, None, 0.3) <= 0.3 for retries in (0, 5, 10_000))


def test_the_bound_doubles_and_the_draw_is_even_below_it() -> None:
    for retries in range(4):
        bound = FIRST * 2**retries
        drawn = [pause(retries, None, 60.0) for _ in range(400)]
        assert max(drawn) <= bound
        assert 0.35 * bound < sum(drawn) / 400 < 0.65 * bound
