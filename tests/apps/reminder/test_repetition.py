"""When a repeated reminder is due again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pare_runner.apps.reminder.repetition import UNITS, check_repetition, read_repeat, repetitions

FAR = datetime(9999, 1, 1, tzinfo=UTC)


def days(due: datetime, unit: str, value: int, most: int) -> list[str]:
    return [f"{again:%m-%d}" for again in repetitions(due, unit, value, FAR, most)]


@pytest.mark.parametrize(
    ("text", "repetition"),
    [
        ("1 week", ("week", 1)),
        ("2 days", ("day", 2)),
        ("month", ("month", 1)),
        (" 10 Seconds ", ("second", 10)),
        ("3h", None),
        ("0 days", None),
        ("-1 day", None),
        ("1 fortnight", None),
        ("", None),
        ("7", None),
    ],
)
def test_reading(text: str, repetition: tuple[str, int] | None) -> None:
    if repetition is not None:
        assert read_repeat(text) == repetition
    else:
        with pytest.raises(ValueError, match=r"repeat"):
            read_repeat(text)


def test_checking() -> None:
    assert check_repetition(None, None) == (None, 1)
    assert [check_repetition(unit, 2) for unit in UNITS] == [(unit, 2) for unit in UNITS]
    with pytest.raises(ValueError, match="did you mean 'week'"):
        check_repetition("weekly", 1)
    with pytest.raises(ValueError, match="not every 0"):
        check_repetition("week", 0)


def test_months_end_where_they_must_and_come_back() -> None:
    assert days(datetime(2025, 12, 31, tzinfo=UTC), "month", 1, 4) == ["01-31", "02-28", "03-31", "04-30"]
    assert days(datetime(2027, 11, 30, tzinfo=UTC), "month", 3, 2) == ["02-29", "05-30"]


@pytest.mark.parametrize(
    ("unit", "second"),
    [
        ("second", "2025-11-18T09:00:02"),
        ("minute", "2025-11-18T09:02:00"),
        ("hour", "2025-11-18T11:00:00"),
        ("day", "2025-11-20T09:00:00"),
        ("week", "2025-12-02T09:00:00"),
        ("month", "2026-01-18T09:00:00"),
    ],
)
def test_units(unit: str, second: str) -> None:
    due = datetime(2025, 11, 18, 9, tzinfo=UTC)
    assert [again.isoformat() for again in repetitions(due, unit, 1, FAR, 2)][1] == second + "+00:00"
    assert [again.isoformat() for again in repetitions(due, unit, 2, FAR, 1)] == [second + "+00:00"]


def test_the_end_is_not_included() -> None:
    due = datetime(2025, 11, 18, tzinfo=UTC)
    assert len(list(repetitions(due, "day", 1, datetime(2025, 11, 21, tzinfo=UTC), 100))) == 2
    assert len(list(repetitions(due, "day", 1, FAR, 5))) == 5
    assert list(repetitions(due, "day", 1, FAR, 0)) == []


@pytest.mark.parametrize("unit", UNITS)
def test_the_last_year_there_is(unit: str) -> None:
    assert list(repetitions(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), unit, 1, FAR, 3)) == []
    due = datetime(2025, 11, 18, tzinfo=UTC)
    assert list(repetitions(due, unit, 10**15, datetime.max.replace(tzinfo=UTC), 3)) == []
