"""Data models of the calendar app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from pare_runner.apps.core.dates import to_datetime, to_text
from pare_runner.apps.core.fields import UNSET_TIME, Timestamp, hidden, identifier, timestamp

HOUR, DAY = 3600.0, 86400.0

# Not by `strftime`: its names of days follow the locale of the process.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(slots=True, kw_only=True)
class CalendarEvent:
    """An event; times are seconds since the epoch, `*_strftime` say the same in words and follow from them."""

    event_id: str = identifier()
    title: str = "Event"
    start_datetime: Timestamp = timestamp()
    end_datetime: Timestamp = timestamp()
    tag: str | None = None
    description: str | None = None
    location: str | None = None
    attendees: list[str] = field(default_factory=list)
    start_strftime: str | None = hidden()
    end_strftime: str | None = hidden()

    def __post_init__(self) -> None:
        self.move(self.start_datetime, self.end_datetime)

    def move(self, start: float, end: float) -> None:
        """Set both times and their texts; ValueError, and no change, for a time that is no date."""
        texts = _in_words(start), _in_words(end)
        self.start_datetime, self.end_datetime = start, end
        self.start_strftime, self.end_strftime = texts

    @property
    def summary(self) -> str:
        """Title, times and place in one line."""
        place = f", {self.location}" if self.location else ""
        return f"{self.title}: {self.start_strftime} to {self.end_strftime}{place}"


class CalendarEventsResult(TypedDict):
    """A page of events; `range` is [first, last) in the list of `total` events."""

    events: list[CalendarEvent]
    range: tuple[int, int]
    total: int


@dataclass(slots=True, kw_only=True)
class EditDraft:
    """What the editor holds until it is saved; without `event_id` it is a new event."""

    title: str = "Event"
    start_datetime: str | None = None
    end_datetime: str | None = None
    tag: str | None = None
    description: str | None = None
    location: str | None = None
    attendees: list[str] = field(default_factory=list)
    event_id: str | None = None


@dataclass(slots=True, kw_only=True)
class CalendarSection:
    """The YAML section: events; one without start begins now, one without end takes an hour."""

    events: list[CalendarEvent] = field(default_factory=list)


def check_title(title: str) -> str:
    """The title; ValueError if it is blank."""
    if not title.strip():
        raise ValueError("the title of an event must not be empty")
    return title


def check_order(start: float, end: float) -> None:
    """ValueError if `end` is before `start`."""
    if end < start:
        raise ValueError(f"the end {to_text(end)} is before the start {to_text(start)}")


def day_range(time: float) -> dict[str, str]:
    """First and last moment (00:00 of the next) of the UTC day of `time`, as tools write dates."""
    midnight = time - time % DAY
    return {"start_datetime": to_text(midnight), "end_datetime": to_text(midnight + DAY)}


def _in_words(time: float) -> str | None:
    if time == UNSET_TIME:
        return None
    try:
        moment = to_datetime(time)
    except OverflowError:
        raise ValueError(f"{time!r} seconds since the epoch is no date") from None
    return f"{_WEEKDAYS[moment.weekday()]}, {moment.isoformat(' ')[:19]}"
