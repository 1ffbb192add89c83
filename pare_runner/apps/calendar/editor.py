"""The editor of the calendar app, and what all its screens share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from pare_runner.apps.calendar.models import EditDraft, check_order, check_title
from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import pop
from pare_runner.errors import did_you_mean

if TYPE_CHECKING:
    from pare_runner.apps.calendar.app import StatefulCalendarApp


@dataclass
class CalendarScreen(Screen):
    """A screen of the calendar app."""

    app: StatefulCalendarApp


@dataclass
class EditEvent(CalendarScreen):
    """The editor of an event: it changes the draft, and only `save` the calendar."""

    draft: EditDraft | None = None
    _before: EditDraft = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._before = replace(self._form, attendees=list(self._form.attendees))

    @user_tool(WRITE, text=("title",))
    def set_title(self, title: str) -> dict[str, Any]:
        """Change the title in the draft.

        Args:
            title: New title.

        Returns:
            The draft.
        """
        self._form.title = check_title(title)
        return draft_fields(self._form)

    @user_tool(WRITE)
    def set_time_range(self, start_datetime: str, end_datetime: str) -> dict[str, Any]:
        """Change beginning and end in the draft.

        Args:
            start_datetime: When it begins, `YYYY-MM-DD HH:MM:SS` UTC.
            end_datetime: When it ends.

        Returns:
            The draft.
        """
        check_order(from_text(start_datetime), from_text(end_datetime))
        self._form.start_datetime, self._form.end_datetime = start_datetime, end_datetime
        return draft_fields(self._form)

    @user_tool(WRITE)
    def set_tag(self, tag: str | None) -> dict[str, Any]:
        """Change the tag in the draft.

        Args:
            tag: New tag, none if empty.

        Returns:
            The draft.
        """
        self._form.tag = tag or None
        return draft_fields(self._form)

    @user_tool(WRITE, text=("description",))
    def set_description(self, description: str | None) -> dict[str, Any]:
        """Change the description in the draft.

        Args:
            description: New description, none if empty.

        Returns:
            The draft.
        """
        self._form.description = description or None
        return draft_fields(self._form)

    @user_tool(WRITE)
    def set_location(self, location: str | None) -> dict[str, Any]:
        """Change the place in the draft.

        Args:
            location: New place, none if empty.

        Returns:
            The draft.
        """
        self._form.location = location or None
        return draft_fields(self._form)

    @user_tool(WRITE)
    def set_attendees(self, attendees: list[str]) -> dict[str, Any]:
        """Replace the attendees in the draft.

        Args:
            attendees: Names of all who take part.

        Returns:
            The draft.
        """
        self._form.attendees = list(attendees)
        return draft_fields(self._form)

    @user_tool(WRITE)
    def add_attendee(self, attendee: str) -> dict[str, Any]:
        """Add somebody to the draft; nothing changes if they are in it already.

        Args:
            attendee: Name of the person.

        Returns:
            The draft.
        """
        if not attendee.strip():
            raise ValueError("the name of the attendee must not be empty")
        if attendee not in self._form.attendees:
            self._form.attendees.append(attendee)
        return draft_fields(self._form)

    @user_tool(WRITE)
    def remove_attendee(self, attendee: str) -> dict[str, Any]:
        """Remove somebody from the draft.

        Args:
            attendee: Name of the person, as in the draft.

        Returns:
            The draft.
        """
        attendees = self._form.attendees
        if attendee not in attendees:
            hint = did_you_mean(attendee, attendees)
            raise ValueError(f"{attendee!r} is not among the attendees" + (f" ({hint})" if hint else ""))
        attendees.remove(attendee)
        return draft_fields(self._form)

    @user_tool(WRITE, to=pop())
    def save(self) -> str:
        """Put the draft into the calendar: a new event, or the changes made to an old one.

        Returns:
            Id of the event.
        """
        draft = self._form
        if draft.event_id is None:
            return self.app.add_calendar_event(
                draft.title,
                draft.start_datetime,
                draft.end_datetime,
                draft.tag,
                draft.description,
                draft.location,
                draft.attendees,
            )
        # Only what was edited here is written: the rest may have changed since the editor was opened.
        names = ("title", "start_datetime", "end_datetime", "tag", "description", "location", "attendees")
        return self.app.edit_calendar_event(draft.event_id, **{name: self._changed(name) for name in names})

    @user_tool(READ, to=pop())
    def discard(self) -> str:
        """Leave the editor and forget the draft.

        Returns:
            What became of it.
        """
        return "The draft is discarded."

    @property
    def _form(self) -> EditDraft:
        if self.draft is None:
            self.draft = EditDraft()
        return self.draft

    def _changed(self, name: str) -> Any:
        """What `edit_calendar_event` needs to be given: None if unchanged, an empty text if removed."""
        value = getattr(self._form, name)
        if value == getattr(self._before, name):
            return None
        return "" if value is None else value


def draft_fields(draft: EditDraft) -> dict[str, Any]:
    """A draft as screens return it; shares nothing with the draft."""
    return dict(to_json(draft))
