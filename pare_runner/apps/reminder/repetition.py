"""When a repeated reminder is due again."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta

from pare_runner.errors import bracketed_hint

UNITS = ("second", "minute", "hour", "day", "week", "month")

_REPEAT = re.compile(r"(?:([0-9]+)\s*)?([a-z]+?)s?", re.IGNORECASE)


def read_repeat(text: str) -> tuple[str, int]:
    """Unit and number of `1 week`, `2 days` or `month`; ValueError for anything else."""
    match = _REPEAT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"repeat {text!r} is not of the form '1 week' or '2 days'")
    number, unit = match.groups(default="1")
    checked = check_repetition(unit.lower(), int(number))[1]
    return unit.lower(), checked


def check_repetition(unit: str | None, value: int | None) -> tuple[str | None, int]:
    """Unit and number of a repetition, 1 for a number not given; ValueError for an unknown unit or a number below 1."""
    if unit is not None and unit not in UNITS:
        raise ValueError(f"a reminder cannot repeat by the {unit!r}{bracketed_hint(unit, UNITS)}")
    if value is not None and value < 1:
        raise ValueError(f"a reminder repeats every 1 or more units, not every {value}")
    return unit, 1 if value is None else value


def repetitions(due: datetime, unit: str, value: int, before: datetime, most: int) -> Iterator[datetime]:
    """The due times after `due` that come before `before`, at most `most`.

    All are counted from `due`: after a month that is too short for its day, the day comes back.
    """
    for number in range(1, most + 1):
        again = _later(due, unit, value * number)
        if again is None or again >= before:
            return
        yield again


def _later(due: datetime, unit: str, amount: int) -> datetime | None:
    """`due` plus so many units, None when that is after the last year there is."""
    try:
        if unit != "month":
            return due + timedelta(**{f"{unit}s": amount})
        years, month = divmod(due.month - 1 + amount, 12)
        year, month = due.year + years, month + 1
        if year > datetime.max.year:
            return None
        return due.replace(year=year, month=month, day=min(due.day, monthrange(year, month)[1]))
    except OverflowError:
        return None
