"""Times and durations as the import writes them: readable, and exactly what they were."""

from __future__ import annotations

import random

import pytest

from pare_runner.apps.core.dates import read_duration, read_time
from pare_runner.traces.importing.times import written_duration, written_time


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (1763456400.0, "2025-11-18T09:00:00Z"),
        (1763456400.5, "2025-11-18T09:00:00.500000Z"),
        (-86400.0, "1969-12-31T00:00:00Z"),
        (1e15, 1e15),
    ],
)
def test_times(time: float, text: str | float) -> None:
    assert written_time(time) == text


def test_a_time_that_no_text_gives_is_a_number_unless_rounded() -> None:
    time = 1795166858.2555397
    assert written_time(time) == time
    assert written_time(time, rounded=True) == "2026-11-20T09:27:38.255540Z"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0s"), (10.0, "10s"), (70.0, "1m10s"), (5400.0, "1h30m"), (90000.0, "1d1h"), (0.5, "0.5s"), (1e-9, 1e-9)],
)
def test_durations(seconds: float, text: str | float) -> None:
    assert written_duration(seconds) == text


@pytest.mark.parametrize("seed", range(50))
def test_whatever_is_written_is_read_as_the_same_number(seed: int) -> None:
    random_ = random.Random(seed)
    seconds = random_.choice([random_.uniform(0, 1e6), float(random_.randrange(10**7)), random_.randrange(10**7) / 8])
    assert read_duration(written_duration(seconds)) == seconds
    assert read_time(written_time(1.7e9 + seconds)) == 1.7e9 + seconds
