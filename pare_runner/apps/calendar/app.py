"""The calendar app: events with times, tags and attendees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, cast

from pare_runner.apps.calendar.editor import EditEvent
from pare_runner.apps.calendar.models import (
    HOUR,
    CalendarEvent,
    CalendarSection,
    check_order,
    check_title,
    day_range,
)
from pare_runner.apps.calendar.reading import CalendarReading
from pare_runner.apps.calendar.screens import AgendaView, EventDetail
from pare_runner.apps.core.dates import from_text, to_text
from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.shapes import Conversion, shape_of
from pare_runner.apps.core.tools import WRITE, ToolSpec, agent_tool, env_tool
from pare_runner.errors import did_you_mean


class StatefulCalendarApp(CalendarReading):
    """The user's calendar; other people may put events into it and take back those they attend."""

    name_in_benchmark: ClassVar[str] = "Calendar"
    state_fields: ClassVar[tuple[str, ...]] = ("events",)
    section: ClassVar[type | None] = CalendarSection
    screens: ClassVar[tuple[type[Any], ...]] = (AgendaView, EventDetail, EditEvent)
    notices: ClassVar[dict[str, Notice]] = {
        "add_calendar_event_by_attendee": Notice(
            "event added by an attendee",
            user=("who_add", "title", "start_datetime?"),
            agent=(
                "who_add",
                "title",
                "start_datetime?",
                "end_datetime?",
                "description?",
                "location?",
                "attendees?",
            ),
        ),
        "delete_calendar_event_by_attendee": Notice(
            "event deleted by an attendee", user=("event_id", "who_delete"), agent=("event_id", "who_delete")
        ),
    }

    def __init__(self, name: str | None = None, events: dict[str, CalendarEvent] | None = None) -> None:
        super().__init__(name)
        self.events = dict(events or {})
        self._complete()

    def root_screen(self) -> AgendaView:
        """Today's agenda."""
        return AgendaView(self, **day_range(self.now))

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; the key of an event is its id, whatever the event says."""
        super().load_state(state)
        self._complete()

    def populate(self, section: CalendarSection) -> None:
        """Add the section's events."""
        taken = {event.event_id for event in section.events} | set(self.events)
        added: dict[str, CalendarEvent] = {}
        for entry in section.events:
            event_id = entry.event_id or self.new_id("CalendarEvent", taken)
            if event_id in self.events or event_id in added:
                raise ValueError(f"there are two events {event_id!r}")
            event = replace(entry, event_id=event_id, attendees=list(entry.attendees))
            self._fill_in_times(event)
            try:
                check_title(event.title)
                check_order(event.start_datetime, event.end_datetime)
            except ValueError as error:
                raise ValueError(f"event {entry.event_id or entry.title!r}: {error}") from None
            added[event_id] = event
        self.events |= added

    # Changing -------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, data=True, text=("title", "description"))
    def add_calendar_event(
        self,
        title: str = "Event",
        start_datetime: str | None = None,
        end_datetime: str | None = None,
        tag: str | None = None,
        description: str | None = None,
        location: str | None = None,
        attendees: list[str] | None = None,
    ) -> str:
        """Add an event.

        Args:
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
        start = self.now if start_datetime is None else from_text(start_datetime)
        end = start + HOUR if end_datetime is None else from_text(end_datetime)
        check_order(start, end)
        event = CalendarEvent(
            title=check_title(title),
            start_datetime=start,
            end_datetime=end,
            tag=tag or None,
            description=description or None,
            location=location or None,
            attendees=list(attendees or []),
        )
        event.event_id = self.new_id("CalendarEvent", self.events)
        self.events[event.event_id] = event
        return event.event_id

    @agent_tool(WRITE, data=True, text=("title", "description"))
    def edit_calendar_event(
        self,
        event_id: str,
        title: str | None = None,
        start_datetime: str | None = None,
        end_datetime: str | None = None,
        tag: str | None = None,
        description: str | None = None,
        location: str | None = None,
        attendees: list[str] | None = None,
    ) -> str:
        """Change an event; what is not given stays as it is.

        An empty text removes tag, description or location, an empty list removes all attendees. Title and times can
        be changed but not removed.

        Args:
            event_id: Id of the event.
            title: New title.
            start_datetime: New beginning, `YYYY-MM-DD HH:MM:SS` UTC.
            end_datetime: New end.
            tag: New tag, or an empty text for none.
            description: New description, or an empty text for none.
            location: New place, or an empty text for none.
            attendees: Names of all who take part from now on; an empty list for nobody.

        Returns:
            Id of the event.
        """
        event = self.events.get(event_id)
        if event is None:
            raise IndexError(f"there is no event {event_id!r}")
        new_title = event.title if title is None else check_title(title)
        if start_datetime is not None or end_datetime is not None:
            start = event.start_datetime if start_datetime is None else from_text(start_datetime)
            end = event.end_datetime if end_datetime is None else from_text(end_datetime)
            check_order(start, end)
            event.move(start, end)
        event.title = new_title
        if tag is not None:
            event.tag = tag or None
        if description is not None:
            event.description = description or None
        if location is not None:
            event.location = location or None
        if attendees is not None:
            event.attendees = list(attendees)
        return event_id

    @agent_tool(WRITE, data=True)
    def delete_calendar_event(self, event_id: str) -> str:
        """Delete an event.

        Args:
            event_id: Id of the event.

        Returns:
            Id of the deleted event.
        """
        self.get_calendar_event(event_id)
        del self.events[event_id]
        return event_id

    # From outside ---------------------------------------------------------------------------------------------------

    @env_tool(WRITE, data=True, text=("title", "description"))
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
        """Somebody else puts an event into the calendar; title and description say who, and they attend it.

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
        if not who_add.strip():
            raise ValueError("the name of who adds the event must not be empty")
        names = list(attendees or [])
        if who_add not in names:
            names.append(who_add)
        origin = f"Invitation from {who_add}: "
        return self.add_calendar_event(
            title=origin + check_title(title),
            start_datetime=start_datetime,
            end_datetime=end_datetime,
            tag=tag,
            description=origin + description if description else None,
            location=location,
            attendees=names,
        )

    @env_tool(WRITE)
    def delete_calendar_event_by_attendee(self, event_id: str, who_delete: str) -> str:
        """Somebody who attends an event deletes it.

        Args:
            event_id: Id of the event.
            who_delete: Name of the person, as in the list of attendees.

        Returns:
            Id of the deleted event.
        """
        attendees = self.get_calendar_event(event_id).attendees
        if who_delete not in attendees:
            hint = did_you_mean(who_delete, attendees)
            raise ValueError(f"{who_delete!r} does not attend event {event_id!r}" + (f" ({hint})" if hint else ""))
        del self.events[event_id]
        return event_id

    @env_tool(WRITE)
    def set_calendar_event(self, event: CalendarEvent | dict[str, Any]) -> None:
        """Put a whole event into the calendar, in place of the one with its id if there is one.

        Args:
            event: The event, or its fields by name.
        """
        given = event if isinstance(event, CalendarEvent) else _read_event(event)
        placed = replace(given, attendees=list(given.attendees))
        self._fill_in_times(placed)
        check_title(placed.title)
        check_order(placed.start_datetime, placed.end_datetime)
        placed.event_id = placed.event_id or self.new_id("CalendarEvent", self.events)
        self.events[placed.event_id] = placed

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Tags and attendees there are, and the hour to come for times; the rest take ids."""
        if argument == "tag":
            return list(self.get_all_tags())
        if argument in ("attendee", "who_delete"):
            return list(dict.fromkeys(name for event in self.events.values() for name in event.attendees))
        if argument in ("start_datetime", "end_datetime", "date"):
            return [to_text(self.now + HOUR if argument == "end_datetime" else self.now)]
        return super().argument_values(tool, argument)

    def _complete(self) -> None:
        for event_id, event in self.events.items():
            event.event_id = event_id
            self._fill_in_times(event)

    def _fill_in_times(self, event: CalendarEvent) -> None:
        start, end = event.start_datetime, event.end_datetime
        if UNSET_TIME in (start, end):
            start = self.now if start == UNSET_TIME else start
            event.move(start, start + HOUR if end == UNSET_TIME else end)


def _read_event(fields: dict[str, Any]) -> CalendarEvent:
    conversion = Conversion()
    event = shape_of(CalendarEvent).convert(fields, conversion)
    for path, message, hint in conversion.problems:
        where = f", {path[0]}" if path else ""
        raise ValueError(f"event{where}: {message}" + (f" ({hint})" if hint else ""))
    return cast(CalendarEvent, event)
