"""The screens of the reminder app."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.dates import from_datetime, from_text, to_text
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, clear, own, push, result, return_to
from pare_runner.apps.reminder.models import Reminder, ReminderDraft, check_title
from pare_runner.apps.reminder.repetition import check_repetition

if TYPE_CHECKING:
    from pare_runner.apps.reminder.app import StatefulReminderApp


@dataclass
class ReminderScreen(Screen):
    """A screen of the reminder app."""

    app: StatefulReminderApp


@dataclass
class ReminderList(ReminderScreen):
    """The reminders."""

    @user_tool(READ)
    def list_all_reminders(self) -> list[Reminder]:
        """List all reminders, each repetition as one of its own.

        Returns:
            The reminders.
        """
        return self.app.get_all_reminders()

    @user_tool(READ)
    def list_upcoming_reminders(self) -> list[Reminder]:
        """List the reminders whose time is still to come, the next first.

        Returns:
            The reminders to come.
        """
        return self.app.get_upcoming_reminders()

    @user_tool(READ)
    def list_due_reminders(self) -> list[Reminder]:
        """List the reminders whose time has come.

        Returns:
            The due reminders.
        """
        return self.app.get_due_reminders()

    @user_tool(READ, to=push("ReminderDetail", reminder_id=arg("reminder_id")))
    def open_reminder(self, reminder_id: str) -> Reminder:
        """Open a reminder.

        Args:
            reminder_id: Id of the reminder.

        Returns:
            The reminder.
        """
        return self.app.get_reminder_with_id(reminder_id)

    @user_tool(WRITE, to=push("EditReminder"), opens=True)
    def create_new(self) -> ReminderDraft:
        """Start a new reminder; it is added when it is saved.

        Returns:
            The empty draft.
        """
        return ReminderDraft()


@dataclass
class ReminderDetail(ReminderScreen):
    """One reminder."""

    reminder_id: str

    @user_tool(WRITE, to=push("EditReminder", reminder_id=own("reminder_id")), opens=True)
    def edit(self) -> str:
        """Edit the reminder; changes count when they are saved.

        Returns:
            Id of the reminder.
        """
        return self.app.get_reminder_with_id(self.reminder_id).reminder_id

    @user_tool(WRITE, to=clear("ReminderList"))
    def delete(self) -> str:
        """Delete the reminder with all its repetitions, or this one alone if it is a repetition.

        Returns:
            Id of the deleted reminder.
        """
        self.app.delete_reminder(self.reminder_id)
        return self.reminder_id


@dataclass
class EditReminder(ReminderScreen):
    """The editor of a reminder: it changes the draft, and only `save` the reminders."""

    reminder_id: str | None = None
    draft: ReminderDraft = field(init=False)

    def __post_init__(self) -> None:
        self.draft = ReminderDraft()
        if self.reminder_id is not None:
            reminder = self.app.get_reminder_with_id(self.reminder_id)
            self.draft = ReminderDraft(
                title=reminder.title,
                description=reminder.description,
                due_datetime=to_text(from_datetime(reminder.due_datetime)),
                repetition_unit=reminder.repetition_unit,
                repetition_value=reminder.repetition_value,
            )

    @user_tool(WRITE, text=("title",))
    def set_title(self, title: str) -> ReminderDraft:
        """Change the title in the draft.

        Args:
            title: What to remember.

        Returns:
            The draft.
        """
        self.draft.title = check_title(title)
        return self.draft

    @user_tool(WRITE, text=("description",))
    def set_description(self, description: str) -> ReminderDraft:
        """Change the description in the draft.

        Args:
            description: More about it.

        Returns:
            The draft.
        """
        self.draft.description = description
        return self.draft

    @user_tool(WRITE)
    def set_due_datetime(self, due_datetime: str) -> ReminderDraft:
        """Change the due time in the draft.

        Args:
            due_datetime: When to be reminded, `YYYY-MM-DD HH:MM:SS` UTC.

        Returns:
            The draft.
        """
        self.draft.due_datetime = to_text(from_text(due_datetime))
        return self.draft

    @user_tool(WRITE)
    def set_repetition(self, unit: str | None, value: int | None = None) -> ReminderDraft:
        """Change in the draft how the reminder repeats.

        Args:
            unit: second, minute, hour, day, week or month; nothing for a reminder that does not repeat.
            value: After how many of these units it repeats, 1 if not given.

        Returns:
            The draft.
        """
        check_repetition(unit, value)
        self.draft.repetition_unit, self.draft.repetition_value = unit, value
        return self.draft

    @user_tool(WRITE, to=return_to("ReminderDetail", reminder_id=result()))
    def save(self) -> str:
        """Save the draft: a new reminder, or the changes made to an old one.

        Returns:
            Id of the reminder.
        """
        draft = self.draft
        if self.reminder_id is None:
            return self.app.add_reminder(
                draft.title, draft.due_datetime, draft.description, draft.repetition_unit, draft.repetition_value
            )
        return self.app.update_reminder(
            self.reminder_id,
            draft.title,
            draft.description,
            draft.due_datetime,
            draft.repetition_unit,
            draft.repetition_value,
        )

    @user_tool(READ, to=(return_to("ReminderDetail", reminder_id=own("reminder_id")), clear("ReminderList")))
    def cancel(self) -> str:
        """Leave the editor and forget the draft.

        Returns:
            What became of it.
        """
        return "The draft is discarded."
