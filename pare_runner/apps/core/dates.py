"""Times as people write them: ISO text, offsets from the start, a day offset with a clock time."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta

DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"
"""How tools read and write dates (the documented format; always UTC)."""

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"w": 604800.0, "d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)\s*([wdhms]))", re.IGNORECASE)
_DAY_AND_CLOCK = re.compile(r"([+-]\d+)d\s+(\d{1,2}):(\d{2})(?::(\d{2}))?")


def to_datetime(time: float) -> datetime:
    """The aware UTC datetime of seconds since the epoch; ValueError beyond the years 1 to 9999."""
    try:
        return _EPOCH + timedelta(seconds=time)
    except OverflowError:
        raise ValueError(f"{time} seconds since the epoch is no date") from None


def to_text(time: float) -> str:
    """`time` as `YYYY-MM-DD HH:MM:SS`, UTC."""
    return to_datetime(time).strftime(DATETIME_FORMAT)


def to_spoken(time: float) -> str:
    """`time` with its day of the week, `Tuesday, YYYY-MM-DD HH:MM:SS`, UTC."""
    return f"{WEEKDAYS[to_datetime(time).weekday()]}, {to_text(time)}"


def from_datetime(moment: datetime) -> float:
    """Seconds since the epoch; a naive datetime is UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return (moment - _EPOCH).total_seconds()
    except OverflowError:
        raise ValueError(f"{moment.isoformat()} is out of range") from None


def from_text(text: str) -> float:
    """Seconds since the epoch of `YYYY-MM-DD HH:MM:SS` or ISO 8601 text; no zone means UTC. ValueError otherwise."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a date of the form YYYY-MM-DD HH:MM:SS") from None
    return from_datetime(moment)


def read_duration(value: str | int | float) -> float:
    """Seconds of `90`, `90s`, `1h30m`, `2d`, `1.5h`; a leading sign counts. ValueError otherwise."""
    text = str(value).strip()
    sign = -1.0 if text.startswith("-") else 1.0
    body = text.lstrip("+-").strip()
    parts = _DURATION.findall(body)
    try:
        if parts and not _DURATION.sub("", body).strip():
            seconds = sum(float(amount) * _UNITS[unit.lower()] for amount, unit in parts)
        else:
            seconds = float(body)
    except ValueError:
        seconds = math.nan
    if isinstance(value, bool) or not math.isfinite(seconds):
        raise ValueError(f"{value!r} is not a duration like 10s, 5m or 1h30m")
    return sign * seconds


def read_time(value: str | int | float, start: float | None = None) -> float:
    """Seconds since the epoch of a number, ISO text, an offset from `start` (`-2d4h`) or `+3d 19:00`.

    `+3d 19:00` is 19:00 UTC on the third day after the day of `start`. ValueError when it is none of these.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    text = str(value).strip()
    if text[:1] in ("+", "-"):
        if start is None:
            raise ValueError(f"{value!r} is an offset, but there is no start time to count from")
        match = _DAY_AND_CLOCK.fullmatch(text)
        if match is None:
            return start + read_duration(text)
        days, hour, minute, second = match.groups(default="0")
        if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
            raise ValueError(f"{value!r} has no valid clock time")
        midnight = start - start % 86400.0
        return midnight + int(days) * 86400.0 + int(hour) * 3600.0 + int(minute) * 60.0 + int(second)
    try:
        return from_text(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a date: write 2025-11-18T09:00:00Z, -2d4h or +3d 19:00") from None


def read_datetime(value: str | int | float, start: float | None = None) -> datetime:
    """Like `read_time`, as an aware datetime."""
    return to_datetime(read_time(value, start))
