"""The reminder app: reminders, their repetitions, and the timers that tell when they are due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pare_runner.apps.core.dates import from_datetime, from_text, to_datetime, to_text
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool
from pare_runner.apps.reminder.models import Reminder, ReminderSection, check_title, in_utc
from pare_runner.apps.reminder.repetition import UNITS, check_repetition, repetitions
from pare_runner.apps.reminder.screens import EditReminder, ReminderDetail, ReminderList

HORIZON = 12 * 7 * 86400.0
"""How far ahead repetitions are made, in seconds."""

_REPETITION_ID = re.compile(r"(.+)_rep_[1-9][0-9]*", re.DOTALL)
_DUE = Notice("a reminder is due", user=("title", "description?", "due", "reminder_id"))


class StatefulReminderApp(StatefulApp):
    """Reminders. One that repeats has its repetitions beside it as `<id>_rep_1`, `<id>_rep_2` and so on.

    A reminder and its repetitions are a series: whoever changes or deletes the reminder does so to all of it, while a
    repetition can be changed or deleted alone.
    """

    name_in_benchmark: ClassVar[str] = "Reminders"
    state_fields: ClassVar[tuple[str, ...]] = ("reminders", "max_reminder_repetitions")
    section: ClassVar[type | None] = ReminderSection
    screens: ClassVar[tuple[type[Any], ...]] = (ReminderList, ReminderDetail, EditReminder)

    reminders: dict[str, Reminder]
    max_reminder_repetitions: int

    def __init__(
        self,
        name: str | None = None,
        reminders: dict[str, Reminder] | None = None,
        max_future_datetime: datetime | None = None,
        max_reminder_repetitions: int = 100,
    ) -> None:
        super().__init__(name)
        self.reminders = dict(reminders or {})
        self.max_future_datetime = None if max_future_datetime is None else in_utc(max_future_datetime)
        self.max_reminder_repetitions = max_reminder_repetitions
        self._adopt_keys()

    def root_screen(self) -> ReminderList:
        """The list of reminders."""
        return ReminderList(self)

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; the key of a reminder is its id, whatever the reminder says."""
        super().load_state(state)
        self._adopt_keys()

    def populate(self, section: ReminderSection) -> None:
        """Add the section's reminders and their repetitions."""
        if section.max_reminder_repetitions < 0:
            raise ValueError(f"max_reminder_repetitions must not be negative: {section.max_reminder_repetitions}")
        self.max_reminder_repetitions = section.max_reminder_repetitions
        taken = {entry.reminder_id for entry in section.reminders} | set(self.reminders)
        added: dict[str, Reminder] = {}
        for entry in section.reminders:
            unit, value = entry.repetition()
            try:
                check_title(entry.title)
            except ValueError as error:
                raise ValueError(f"reminder {entry.reminder_id!r}: {error}") from None
            series = self._series(
                Reminder(
                    reminder_id=entry.reminder_id or self.new_id("Reminder", taken),
                    title=entry.title,
                    due_datetime=entry.due_datetime,
                    description=entry.description,
                    repetition_unit=unit,
                    repetition_value=value,
                    time_notified=entry.time_notified,
                )
            )
            for reminder_id in series:
                if reminder_id in self.reminders or reminder_id in added:
                    raise ValueError(f"there are two reminders {reminder_id!r}")
            added |= series
        self.reminders |= added

    # Timers ---------------------------------------------------------------------------------------------------------

    def next_timer(self) -> float | None:
        """When the earliest reminder that was not told yet falls due; now if it is overdue."""
        waiting = [item.due_datetime for item in self.reminders.values() if item.time_notified is None]
        return max(from_datetime(min(waiting)), self.now) if waiting else None

    def fire_timers(self, time: float) -> list[str]:
        """Tell of each reminder that is due and was not told yet, earliest first."""
        waiting = [item for item in self.reminders.values() if item.time_notified is None]
        # Compared as floats, as `next_timer` gives them: a far date can differ from its float by a microsecond.
        due = sorted((item for item in waiting if from_datetime(item.due_datetime) <= time), key=_due)
        for item in due:
            item.time_notified = time
        return [self._text(item) for item in due]

    # Reading --------------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def get_all_reminders(self) -> list[Reminder]:
        """List all reminders, each repetition as one of its own.

        Returns:
            The reminders.
        """
        return list(self.reminders.values())

    @agent_tool(READ)
    def get_due_reminders(self) -> list[Reminder]:
        """List the reminders whose time has come, also those that were notified already.

        Returns:
            The due reminders.
        """
        now = to_datetime(self.now)
        return [item for item in self.reminders.values() if item.due_datetime <= now]

    def get_upcoming_reminders(self) -> list[Reminder]:
        """Reminders whose time is still to come, the next first."""
        now = to_datetime(self.now)
        return sorted((item for item in self.reminders.values() if item.due_datetime > now), key=_due)

    def get_reminder_with_id(self, reminder_id: str) -> Reminder:
        """The reminder with an id; ValueError if there is none."""
        if reminder_id not in self.reminders:
            raise ValueError(f"there is no reminder {reminder_id!r}")
        return self.reminders[reminder_id]

    # Changing -------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, text=("title", "description"))
    def add_reminder(
        self,
        title: str,
        due_datetime: str,
        description: str,
        repetition_unit: str | None = None,
        repetition_value: int | None = 1,
    ) -> str:
        """Add a reminder, and the repetitions of the next twelve weeks if it repeats.

        Args:
            title: What to remember.
            due_datetime: When to be reminded, `YYYY-MM-DD HH:MM:SS` UTC.
            description: More about it.
            repetition_unit: Unit of the time after which it repeats: second, minute, hour, day, week or month; nothing
                for a reminder that does not repeat.
            repetition_value: After how many of these units it repeats.

        Returns:
            Id of the new reminder.
        """
        unit, value = check_repetition(repetition_unit, repetition_value)
        due = to_datetime(from_text(due_datetime))
        check_title(title)
        reminder = Reminder(
            reminder_id=self.new_id("Reminder", self.reminders),
            title=title,
            due_datetime=due,
            description=description,
            repetition_unit=unit,
            repetition_value=value,
        )
        self.reminders |= self._series(reminder)
        return reminder.reminder_id

    @agent_tool(WRITE, text=("title", "description"))
    def update_reminder(
        self,
        reminder_id: str,
        title: str,
        description: str,
        due_datetime: str,
        repetition_unit: str | None,
        repetition_value: int | None,
    ) -> str:
        """Change a reminder and its repetitions, or one repetition alone.

        With the id of the reminder all repetitions follow: they get its title and description, and new times if due
        time or repetition change. With the id of a repetition only that one changes; how it repeats stays.

        Args:
            reminder_id: Id of the reminder or of one repetition.
            title: New title.
            description: New description.
            due_datetime: New time, `YYYY-MM-DD HH:MM:SS` UTC.
            repetition_unit: Unit of the time after which it repeats: second, minute, hour, day, week or month; nothing
                for a reminder that does not repeat.
            repetition_value: After how many of these units it repeats.

        Returns:
            Id of the reminder.
        """
        old = self.get_reminder_with_id(reminder_id)
        unit, value = check_repetition(repetition_unit, repetition_value)
        due = to_datetime(from_text(due_datetime))
        check_title(title)
        base_id = self._base_of(reminder_id)
        if base_id is not None and unit is not None and not old.is_for(unit, value):
            raise ValueError(f"{reminder_id!r} is a repetition: change how it repeats at {base_id!r}")
        if base_id is None and not (due == old.due_datetime and old.is_for(unit, value)):
            self._reschedule(
                Reminder(
                    reminder_id=reminder_id,
                    title=title,
                    due_datetime=due,
                    description=description,
                    repetition_unit=unit,
                    repetition_value=value,
                    time_notified=old.time_notified if due == old.due_datetime else None,
                )
            )
            return reminder_id
        if due != old.due_datetime:
            old.due_datetime, old.time_notified = due, None
        for changed in [reminder_id, *self._repetitions_of(reminder_id)]:
            self.reminders[changed].title, self.reminders[changed].description = title, description
        return reminder_id

    @agent_tool(WRITE)
    def delete_reminder(self, reminder_id: str) -> None:
        """Delete a reminder with all its repetitions, or one repetition alone.

        Args:
            reminder_id: Id of the reminder, or of the repetition.
        """
        self.get_reminder_with_id(reminder_id)
        for gone in [reminder_id, *self._repetitions_of(reminder_id)]:
            del self.reminders[gone]

    @agent_tool(WRITE)
    def delete_all_reminders(self) -> None:
        """Delete all reminders."""
        self.reminders = {}

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Units and numbers that are valid, and a time to come; the rest take ids.

        `update_reminder` gets no ids of repetitions, which it would refuse to repeat otherwise.
        """
        if argument in ("repetition_unit", "unit"):
            return list(UNITS)
        if argument in ("repetition_value", "value"):
            return [1]
        if argument == "due_datetime":
            return [to_text(self.now + 3600.0)]
        values = super().argument_values(tool, argument)
        return [value for value in values if self._base_of(value) is None] if tool.name == "update_reminder" else values

    # Series ---------------------------------------------------------------------------------------------------------

    def _series(self, base: Reminder) -> dict[str, Reminder]:
        """The reminder and its repetitions; of those already past nobody is told."""
        series = {base.reminder_id: base}
        unit, value = base.repetition_unit, base.repetition_value or 1
        if unit is None:
            return series
        now = to_datetime(self.now)
        before = self.max_future_datetime or to_datetime(self.now + HORIZON)
        due_times = repetitions(base.due_datetime, unit, value, before, self.max_reminder_repetitions)
        for number, due in enumerate(due_times, start=1):
            reminder_id = f"{base.reminder_id}_rep_{number}"
            series[reminder_id] = Reminder(
                reminder_id=reminder_id,
                title=base.title,
                due_datetime=due,
                description=base.description,
                repetition_unit=unit,
                repetition_value=value,
                time_notified=from_datetime(due) if due < now else None,
            )
        return series

    def _reschedule(self, base: Reminder) -> None:
        """Put a new series in the place of the old one; what stays due at its time is not told again."""
        new = self._series(base)
        old = {base.reminder_id, *self._repetitions_of(base.reminder_id)}
        for reminder_id, item in new.items():
            known = self.reminders.get(reminder_id)
            if known is None:
                continue
            if reminder_id not in old:
                raise ValueError(f"there is already a reminder {reminder_id!r}, which the repetition would be called")
            if known.due_datetime == item.due_datetime:
                item.time_notified = known.time_notified
        kept: dict[str, Reminder] = {}
        for reminder_id, item in self.reminders.items():
            if reminder_id == base.reminder_id:
                kept |= new
            elif reminder_id not in old:
                kept[reminder_id] = item
        self.reminders = kept

    def _base_of(self, reminder_id: str) -> str | None:
        """Id of the reminder that this one repeats, None if it repeats none."""
        match = _REPETITION_ID.fullmatch(reminder_id)
        base = self.reminders.get(match.group(1)) if match else None
        return base.reminder_id if base is not None and base.repetition_unit is not None else None

    def _repetitions_of(self, reminder_id: str) -> list[str]:
        """Ids of the repetitions of a reminder; none for one that is a repetition itself."""
        if self.reminders[reminder_id].repetition_unit is None or self._base_of(reminder_id) is not None:
            return []
        return [other for other in self.reminders if self._base_of(other) == reminder_id]

    def _adopt_keys(self) -> None:
        for reminder_id, item in self.reminders.items():
            item.reminder_id = reminder_id

    def _text(self, item: Reminder) -> str:
        due = to_text(from_datetime(item.due_datetime))
        fields = {
            "title": item.title,
            "description": item.description,
            "due": due,
            "reminder_id": item.reminder_id,
        }
        return _DUE.text(self.name, fields, for_user=True)


def _due(item: Reminder) -> datetime:
    return item.due_datetime
