"""Data models of the reminder app."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pare_runner.apps.core.dates import from_datetime, to_datetime
from pare_runner.apps.core.fields import Timestamp, aliased, identifier
from pare_runner.apps.reminder.repetition import check_repetition, read_repeat


@dataclass(slots=True, kw_only=True)
class Reminder:
    """A reminder, or one repetition of it; `time_notified` says when it was told that it is due."""

    reminder_id: str = identifier()
    title: str
    due_datetime: datetime
    description: str
    repetition_unit: str | None = None
    repetition_value: int | None = 1
    time_notified: Timestamp | None = None

    def __post_init__(self) -> None:
        self.due_datetime = in_utc(self.due_datetime)

    @property
    def already_notified(self) -> bool:
        """Whether it was told that the reminder is due."""
        return self.time_notified is not None

    def is_for(self, unit: str | None, value: int) -> bool:
        """Whether it repeats every `value` `unit`s."""
        return unit == self.repetition_unit and (unit is None or value == self.repetition_value)


@dataclass(slots=True, kw_only=True)
class ReminderDraft:
    """What the editor holds until it is saved."""

    title: str = ""
    description: str = ""
    due_datetime: str = ""
    repetition_unit: str | None = None
    repetition_value: int | None = None


@dataclass(slots=True, kw_only=True)
class ReminderEntry:
    """A reminder as a scenario file writes it: `repeat: 2 weeks`, or unit and value apart."""

    reminder_id: str = identifier()
    title: str
    due_datetime: datetime = aliased("at")
    description: str = ""
    repeat: str | None = None
    repetition_unit: str | None = None
    repetition_value: int | None = None
    time_notified: Timestamp | None = None

    def __post_init__(self) -> None:
        self.repetition()

    def repetition(self) -> tuple[str | None, int]:
        """Unit and number; ValueError if they are not valid or given twice."""
        if self.repeat is None:
            return check_repetition(self.repetition_unit, self.repetition_value)
        if self.repetition_unit is not None or self.repetition_value is not None:
            raise ValueError("give either repeat or repetition_unit and repetition_value")
        return read_repeat(self.repeat)


@dataclass(slots=True, kw_only=True)
class ReminderSection:
    """The YAML section: reminders, and how often one is repeated at most."""

    reminders: list[ReminderEntry] = field(default_factory=list)
    max_reminder_repetitions: int = 100


def check_title(title: str) -> str:
    """The title; ValueError if it is blank."""
    if not title.strip():
        raise ValueError("the title of a reminder must not be empty")
    return title


def in_utc(moment: datetime) -> datetime:
    """The same moment in UTC; one without a zone is UTC already."""
    return moment if moment.tzinfo is UTC else to_datetime(from_datetime(moment))
