"""What can be asked of the calendar."""

from __future__ import annotations

from pare_runner.apps.calendar.models import DAY, CalendarEvent, CalendarEventsResult, check_order
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.paging import page
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, agent_tool


class CalendarReading(StatefulApp):
    """The events, and the tools that read them."""

    events: dict[str, CalendarEvent]

    @agent_tool(READ)
    def get_calendar_event(self, event_id: str) -> CalendarEvent:
        """Read an event.

        Args:
            event_id: Id of the event.

        Returns:
            The event.
        """
        if event_id not in self.events:
            raise ValueError(f"there is no event {event_id!r}")
        return self.events[event_id]

    @agent_tool(READ)
    def get_calendar_events_from_to(
        self, start_datetime: str, end_datetime: str, offset: int = 0, limit: int = 10
    ) -> CalendarEventsResult:
        """List the events that lie in a stretch of time, wholly or in part; one that only touches it does not count.

        Args:
            start_datetime: Beginning of the stretch, `YYYY-MM-DD HH:MM:SS` UTC.
            end_datetime: End of the stretch, in the same form.
            offset: How many events to skip.
            limit: How many to return at most.

        Returns:
            events, the range of their positions, and the total number of events in the stretch.
        """
        start, end = from_text(start_datetime), from_text(end_datetime)
        check_order(start, end)
        return self.page_of(self.events_between(start, end), offset, limit)

    @agent_tool(READ)
    def read_today_calendar_events(self) -> CalendarEventsResult:
        """List all events of today, from 00:00 to 24:00 UTC.

        Returns:
            events, the range of their positions, and their number.
        """
        midnight = self.now - self.now % DAY
        events = self.events_between(midnight, midnight + DAY)
        return self.page_of(events, 0, len(events))

    @agent_tool(READ)
    def get_all_tags(self) -> list[str]:
        """List the tags that events have.

        Returns:
            The tags in alphabetical order, each once.
        """
        return sorted({event.tag for event in self.events.values() if event.tag})

    @agent_tool(READ)
    def get_calendar_events_by_tag(self, tag: str) -> list[CalendarEvent]:
        """Find the events with a tag.

        Args:
            tag: The tag, exactly as the events have it.

        Returns:
            The events.
        """
        if not tag:
            raise ValueError("the tag must not be empty")
        return [event for event in self.events.values() if event.tag == tag]

    @agent_tool(READ, data=True)
    def search_events(self, query: str) -> list[CalendarEvent]:
        """Find events by a text in title, description, location or the names of attendees, in any case.

        Args:
            query: The text.

        Returns:
            Matching events.
        """
        wanted = query.casefold()
        return [
            event
            for event in self.events.values()
            if any(
                wanted in text.casefold()
                for text in (event.title, event.description, event.location, *event.attendees)
                if text is not None
            )
        ]

    def events_between(
        self, start: float, end: float, tag: str | None = None, attendee: str | None = None
    ) -> list[CalendarEvent]:
        """Events that overlap [start, end), have the tag and the attendee if these are given; oldest entry first."""
        return [
            event
            for event in self.events.values()
            if event.start_datetime < end
            and event.end_datetime > start
            and (tag is None or event.tag == tag)
            and (attendee is None or attendee in event.attendees)
        ]

    @staticmethod
    def page_of(events: list[CalendarEvent], offset: int, limit: int) -> CalendarEventsResult:
        """A page of `events` with its place among them."""
        shown, span = page(events, offset, limit)
        return {"events": shown, "range": span, "total": len(events)}
