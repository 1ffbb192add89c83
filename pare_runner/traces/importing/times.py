"""Times and durations as people write them, chosen so that reading them gives the same number."""

from __future__ import annotations

from pare_runner.apps.core.dates import read_duration, read_time, to_datetime

_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def written_time(time: float, *, rounded: bool = False) -> str | float:
    """`2025-11-18T09:00:00Z`, with a fraction if there is one; the number itself if no text gives exactly it.

    With `rounded` the text stands for it to the microsecond: the clock of a machine has no meaning beyond.
    """
    try:
        moment = to_datetime(time)
    except ValueError:
        return time
    text = f"{moment.replace(tzinfo=None).isoformat()}Z"
    return text if rounded or read_time(text) == time else time


def written_duration(seconds: float) -> str | float:
    """`10s`, `1h30m`, `0.5s`; the number itself if no text gives exactly it."""
    if seconds != int(seconds):
        text = f"{seconds!r}s"
    else:
        rest, text = int(seconds), ""
        for unit, size in _UNITS:
            count, rest = divmod(rest, size)
            text += f"{count}{unit}" if count else ""
        text = text or "0s"
    try:
        return text if read_duration(text) == seconds else seconds
    except ValueError:
        return seconds
