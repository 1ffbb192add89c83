"""Taps through the calendar."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.calendar.editor import EditEvent
from pare_runner.apps.calendar.models import EditDraft
from pare_runner.apps.calendar.screens import AgendaView, EventDetail
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def today(calendar: StatefulCalendarApp) -> AgendaView:
    return AgendaView(calendar, start_datetime="2025-11-18 00:00:00", end_datetime="2025-11-19 00:00:00")


def edited(calendar: StatefulCalendarApp) -> EditDraft:
    screen = calendar.current_state
    assert isinstance(screen, EditEvent)
    assert screen.draft is not None
    return screen.draft


def test_opening_shows_the_virtual_day(phone: Phone, calendar: StatefulCalendarApp, tap: Tap) -> None:
    assert calendar.current_state == today(calendar)
    listed = tap("list_events").metadata.return_value
    assert [event["event_id"] for event in listed["events"]] == ["dentist", "review"]
    phone.services.clock.advance_to(from_text("2025-11-21 00:00:00"))
    phone.call(EventType.USER, "System", "go_home", {})
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Calendar"})
    assert [event["event_id"] for event in tap("list_events").metadata.return_value["events"]] == ["dinner"]


def test_reading_in_the_agenda(calendar: StatefulCalendarApp, tap: Tap) -> None:
    assert tap("get_all_tags").metadata.return_value == ["health", "work"]
    assert [event["title"] for event in tap("search_events", query="tove").metadata.return_value] == [
        "Review",
        "Dinner",
    ]
    assert len(tap("get_calendar_events_by_tag", tag="health").metadata.return_value) == 1
    assert tap("read_today_calendar_events").metadata.return_value["total"] == 2
    assert calendar.current_state == today(calendar)


def test_opening_events(calendar: StatefulCalendarApp, tap: Tap) -> None:
    assert tap("open_event_by_index", index=1).metadata.return_value["title"] == "Review"
    assert calendar.current_state == EventDetail(calendar, "review")
    assert tap("list_attendees").metadata.return_value == ["Tove Lind", "Tom Abel"]
    tap("go_back")
    assert calendar.current_state == today(calendar)
    tap("open_event_by_id", event_id="dinner")
    assert calendar.current_state == EventDetail(calendar, "dinner")


def test_another_day_and_filters_add_up(calendar: StatefulCalendarApp, tap: Tap) -> None:
    assert [event["title"] for event in tap("filter_by_attendee", attendee="Tove Lind").metadata.return_value] == [
        "Review"
    ]
    range_of_day = {"start_datetime": "2025-11-21 00:00:00", "end_datetime": "2025-11-22 00:00:00"}
    assert tap("set_day", date="2025-11-21").metadata.return_value == range_of_day
    assert calendar.current_state == AgendaView(calendar, **range_of_day, attendee_filter="Tove Lind")
    assert tap("open_event_by_index", index=0).metadata.return_value["title"] == "Dinner"
    tap("go_back")
    assert tap("filter_by_tag", tag="work").metadata.return_value == []
    assert calendar.current_state == AgendaView(
        calendar, **range_of_day, tag_filter="work", attendee_filter="Tove Lind"
    )
    for _ in range(3):
        assert not tap("go_back").failed()
    assert calendar.current_state == today(calendar)


def test_a_new_event(calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("start_create_event")
    assert edited(calendar) == EditDraft()
    tap("set_title", title="Lunch")
    tap("set_time_range", start_datetime="2025-11-18 12:00:00", end_datetime="2025-11-18 13:00:00")
    tap("set_tag", tag="food")
    tap("set_location", location="Café")
    tap("set_attendees", attendees=["Tom Abel"])
    tap("add_attendee", attendee="Ann Ek")
    tap("add_attendee", attendee="Ann Ek")
    draft = tap("remove_attendee", attendee="Tom Abel").metadata.return_value
    assert (draft["title"], draft["attendees"], draft["event_id"]) == ("Lunch", ["Ann Ek"], None)
    event_id = tap("save").metadata.return_value
    assert calendar.current_state == today(calendar)
    event = calendar.get_calendar_event(event_id)
    assert (event.title, event.tag, event.location, event.attendees) == ("Lunch", "food", "Café", ["Ann Ek"])
    assert event.start_strftime == "Tuesday, 2025-11-18 12:00:00"


def test_editing_an_event(calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("open_event_by_id", event_id="dinner")
    assert tap("edit_event").metadata.return_value["start_datetime"] == "2025-11-21 19:00:00"
    tap("set_description", description=None)
    tap("set_tag", tag="friends")
    assert calendar.events["dinner"].description == "Table for 6"
    assert tap("save").metadata.return_value == "dinner"
    assert calendar.current_state == EventDetail(calendar, "dinner")
    event = tap("refresh").metadata.return_value
    assert (event["description"], event["tag"], event["attendees"]) == (None, "friends", ["Tove Lind"])


def test_saving_writes_only_what_was_edited(phone: Phone, calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("open_event_by_id", event_id="dinner")
    tap("edit_event")
    phone.call(EventType.AGENT, "Calendar", "edit_calendar_event", {"event_id": "dinner", "description": "Table for 5"})
    tap("add_attendee", attendee="Tom Abel")
    tap("save")
    event = calendar.events["dinner"]
    assert (event.description, event.attendees) == ("Table for 5", ["Tove Lind", "Tom Abel"])


def test_discarding(calendar: StatefulCalendarApp, tap: Tap) -> None:
    before = calendar.get_state()
    tap("open_event_by_id", event_id="dinner")
    tap("edit_event")
    tap("remove_attendee", attendee="Tove Lind")
    tap("discard")
    assert calendar.current_state == EventDetail(calendar, "dinner")
    assert calendar.get_state() == before
    tap("edit_event")
    assert edited(calendar).attendees == ["Tove Lind"]


def test_mistakes_in_the_editor_leave_the_draft(calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("open_event_by_id", event_id="dinner")
    tap("edit_event")
    assert tap("set_title", title="").failed()
    assert tap("set_time_range", start_datetime="2025-11-18 12:00:00", end_datetime="noon").failed()
    assert tap("set_time_range", start_datetime="2025-11-18 12:00:00", end_datetime="2025-11-18 11:00:00").failed()
    assert "did you mean 'Tove Lind'" in (tap("remove_attendee", attendee="Tove Lint").metadata.exception or "")
    assert tap("add_attendee", attendee="").failed()
    draft = edited(calendar)
    assert (draft.title, draft.start_datetime, draft.attendees) == ("Dinner", "2025-11-21 19:00:00", ["Tove Lind"])


def test_deleting_goes_back(calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("filter_by_tag", tag="work")
    tap("open_event_by_index", index=0)
    assert tap("delete").metadata.return_value == "review"
    assert isinstance(calendar.current_state, AgendaView)
    assert calendar.current_state.tag_filter == "work"
    tap("open_event_by_id", event_id="dinner")
    assert tap("delete_by_attendee", who_delete="Nobody").failed()
    assert tap("delete_by_attendee", who_delete="Tove Lind").metadata.return_value == "dinner"
    assert list(calendar.events) == ["dentist"]


def test_entering_for_somebody_else(phone: Phone, calendar: StatefulCalendarApp, tap: Tap) -> None:
    event_id = tap("add_calendar_event_by_attendee", who_add="Tove Lind", title="Walk").metadata.return_value
    assert calendar.events[event_id].attendees == ["Tove Lind"]
    assert phone.notifications.user == []


def test_an_event_that_vanishes_leaves_a_way_back(phone: Phone, calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("open_event_by_id", event_id="dinner")
    tap("edit_event")
    tap("set_title", title="Supper")
    phone.call(EventType.AGENT, "Calendar", "delete_calendar_event", {"event_id": "dinner"})
    assert tap("save").failed()
    assert not tap("discard").failed()
    assert tap("refresh").failed()
    assert not tap("go_back").failed()
    assert calendar.current_state == today(calendar)


def test_without_a_screen_below_saving_shows_today(calendar: StatefulCalendarApp, tap: Tap) -> None:
    tap("start_create_event")
    calendar.navigation_stack.clear()
    tap("save")
    assert calendar.current_state == today(calendar)
    assert calendar.navigation_stack == []
