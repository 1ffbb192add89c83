"""The screens of the calendar app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pare_runner.apps.calendar.editor import CalendarScreen, draft_fields
from pare_runner.apps.calendar.models import CalendarEvent, EditDraft, day_range
from pare_runner.apps.core.dates import from_text, to_text
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, computed, own, pop, push, result


@dataclass(kw_only=True)
class AgendaView(CalendarScreen):
    """The events of a stretch of time, if wanted only those with a tag or an attendee."""

    start_datetime: str
    end_datetime: str
    tag_filter: str | None = None
    attendee_filter: str | None = None

    @user_tool(READ)
    def list_events(self, offset: int = 0, limit: int = 10) -> dict[str, Any]:
        """List the events shown.

        Args:
            offset: How many to skip.
            limit: How many to show.

        Returns:
            events, the range of their positions, and how many there are in all.
        """
        return dict(self.app.page_of(self._shown(self.tag_filter, self.attendee_filter), offset, limit))

    @user_tool(READ, to=push("EventDetail", event_id=arg("event_id")))
    def open_event_by_id(self, event_id: str) -> CalendarEvent:
        """Open an event.

        Args:
            event_id: Id of the event.

        Returns:
            The event.
        """
        return self.app.get_calendar_event(event_id)

    @user_tool(READ, to=push("EventDetail", event_id=result("event_id")))
    def open_event_by_index(self, index: int) -> CalendarEvent:
        """Open one of the events shown.

        Args:
            index: Its position in the list, from 0.

        Returns:
            The event.
        """
        events = self._shown(self.tag_filter, self.attendee_filter)
        if not 0 <= index < len(events):
            raise IndexError(f"there is no event number {index}, {len(events)} are shown (counted from 0)")
        return events[index]

    @user_tool(
        READ,
        to=push(
            "AgendaView",
            start_datetime=own("start_datetime"),
            end_datetime=own("end_datetime"),
            tag_filter=arg("tag"),
            attendee_filter=own("attendee_filter"),
            optional=("attendee_filter",),
        ),
    )
    def filter_by_tag(self, tag: str) -> list[CalendarEvent]:
        """Show only the events with a tag.

        Args:
            tag: The tag.

        Returns:
            The events left.
        """
        if not tag:
            raise ValueError("the tag must not be empty")
        return self._shown(tag, self.attendee_filter)

    @user_tool(
        READ,
        to=push(
            "AgendaView",
            start_datetime=own("start_datetime"),
            end_datetime=own("end_datetime"),
            tag_filter=own("tag_filter"),
            attendee_filter=arg("attendee"),
            optional=("tag_filter",),
        ),
    )
    def filter_by_attendee(self, attendee: str) -> list[CalendarEvent]:
        """Show only the events somebody attends.

        Args:
            attendee: Name of the person.

        Returns:
            The events left.
        """
        if not attendee:
            raise ValueError("the name of the attendee must not be empty")
        return self._shown(self.tag_filter, attendee)

    @user_tool(
        READ,
        to=push(
            "AgendaView",
            start_datetime=result("start_datetime"),
            end_datetime=result("end_datetime"),
            tag_filter=own("tag_filter"),
            attendee_filter=own("attendee_filter"),
            optional=("tag_filter", "attendee_filter"),
        ),
    )
    def set_day(self, date: str) -> dict[str, str]:
        """Show another day.

        Args:
            date: The day, `YYYY-MM-DD`.

        Returns:
            Beginning and end of the day.
        """
        return day_range(from_text(date))

    @user_tool(READ, to=push("EditEvent"))
    def start_create_event(self) -> str:
        """Start a new event; it is in the calendar when it is saved.

        Returns:
            What is shown now.
        """
        return "A new event can be filled in."

    @user_tool(READ)
    def search_events(self, query: str) -> list[CalendarEvent]:
        """Find events of any day by a text in title, description, location or the names of attendees.

        Args:
            query: The text.

        Returns:
            Matching events.
        """
        return self.app.search_events(query)

    @user_tool(READ)
    def get_all_tags(self) -> list[str]:
        """List the tags that events have.

        Returns:
            The tags in alphabetical order.
        """
        return self.app.get_all_tags()

    @user_tool(READ)
    def get_calendar_events_by_tag(self, tag: str) -> list[CalendarEvent]:
        """Find the events of any day with a tag.

        Args:
            tag: The tag.

        Returns:
            The events.
        """
        return self.app.get_calendar_events_by_tag(tag)

    @user_tool(READ)
    def read_today_calendar_events(self) -> dict[str, Any]:
        """List all events of today.

        Returns:
            events, the range of their positions, and their number.
        """
        return dict(self.app.read_today_calendar_events())

    @user_tool(WRITE, text=("title", "description"))
    def add_calendar_event_by_attendee(
        self,
        who_add: str,
        title: str = "Event",
        start_datetime: str | None = None,
        end_datetime: str | None = None,
        tag: str | None = None,
        description: str | None = None,
        location: str | None = None,
        attendees: list[str] | None = None,
    ) -> str:
        """Enter an event somebody else asked for; title and description say who, and they attend it.

        Args:
            who_add: Name of the person.
            title: What it is.
            start_datetime: When it begins, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.
            end_datetime: When it ends; an hour after it begins if not given.
            tag: A word to sort events by.
            description: More about it.
            location: Where it takes place.
            attendees: Names of those who take part.

        Returns:
            Id of the new event.
        """
        return self.app.add_calendar_event_by_attendee(
            who_add, title, start_datetime, end_datetime, tag, description, location, attendees
        )

    def _shown(self, tag: str | None, attendee: str | None) -> list[CalendarEvent]:
        start, end = from_text(self.start_datetime), from_text(self.end_datetime)
        return self.app.events_between(start, end, tag, attendee)


@dataclass
class EventDetail(CalendarScreen):
    """One event."""

    event_id: str

    @user_tool(READ)
    def refresh(self) -> CalendarEvent:
        """Read the event again.

        Returns:
            The event.
        """
        return self.app.get_calendar_event(self.event_id)

    @user_tool(READ)
    def list_attendees(self) -> list[str]:
        """List who takes part.

        Returns:
            Names of the attendees.
        """
        return list(self.app.get_calendar_event(self.event_id).attendees)

    @user_tool(READ, to=push("EditEvent", draft=computed(lambda screen, arguments, outcome: EditDraft(**outcome))))
    def edit_event(self) -> dict[str, Any]:
        """Edit the event; changes count when they are saved.

        Returns:
            What can be edited.
        """
        event = self.app.get_calendar_event(self.event_id)
        return draft_fields(
            EditDraft(
                title=event.title,
                start_datetime=to_text(event.start_datetime),
                end_datetime=to_text(event.end_datetime),
                tag=event.tag,
                description=event.description,
                location=event.location,
                attendees=event.attendees,
                event_id=event.event_id,
            )
        )

    @user_tool(WRITE, to=pop())
    def delete(self) -> str:
        """Delete the event.

        Returns:
            Id of the deleted event.
        """
        return self.app.delete_calendar_event(self.event_id)

    @user_tool(WRITE, to=pop())
    def delete_by_attendee(self, who_delete: str) -> str:
        """Delete the event in the name of somebody who attends it.

        Args:
            who_delete: Name of the attendee.

        Returns:
            Id of the deleted event.
        """
        return self.app.delete_calendar_event_by_attendee(self.event_id, who_delete)
