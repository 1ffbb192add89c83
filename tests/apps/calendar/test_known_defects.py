"""What PARE gets wrong with the calendar, by the number in the list of known defects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.blueprint import Blueprint
from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.calendar.editor import EditEvent
from pare_runner.apps.calendar.screens import AgendaView, EventDetail
from pare_runner.apps.core.services import Services
from pare_runner.apps.core.tools import WRITE
from pare_runner.apps.phone import Phone
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

Fill = Callable[[dict[str, Any]], StatefulCalendarApp]
Tap = Callable[..., CompletedEvent]


def test_kd_3_new_events_overwrite_none(fill: Fill) -> None:
    blueprint = Blueprint([fill({"events": [{"title": f"Event {number}"} for number in range(5)]})])
    services = Services(Clock(1.7e9), IdSource("fill"))
    phone = Phone(blueprint.build(services), services)
    app = phone.apps["Calendar"]
    assert isinstance(app, StatefulCalendarApp)
    before = dict(app.events)
    services.begin("initial")
    app.add_calendar_event("Same cause as the first populated one")
    phone.call(EventType.AGENT, "Calendar", "add_calendar_event", {"title": "Another"})
    assert len(app.events) == 7
    assert before.items() <= app.events.items()


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("open_event_by_id", {"event_id": "nothing"}),
        ("open_event_by_index", {"index": 2}),
        ("open_event_by_index", {"index": -1}),
        ("set_day", {"date": "someday"}),
        ("filter_by_tag", {"tag": ""}),
        ("filter_by_attendee", {"attendee": ""}),
    ],
)
def test_kd_14_a_tap_that_fails_leads_nowhere(
    phone: Phone, calendar: StatefulCalendarApp, tap: Tap, tool: str, arguments: dict[str, Any]
) -> None:
    shown = calendar.current_state
    logged = len(phone.log)
    assert tap(tool, **arguments).failed()
    assert calendar.current_state is shown
    assert calendar.navigation_stack == []
    assert len(phone.log) == logged + 1


def test_kd_18_a_tap_is_one_user_event(phone: Phone, tap: Tap) -> None:
    logged = len(phone.log)
    tap("open_event_by_id", event_id="dinner")
    tap("edit_event")
    tap("set_title", title="Supper")
    tap("save")
    tap("delete_by_attendee", who_delete="Tove Lind")
    tap("add_calendar_event_by_attendee", who_add="Tove Lind")
    events = list(phone.log)[logged:]
    assert len(events) == 6
    assert {event.event_type for event in events} == {EventType.USER}
    assert phone.notifications.user == []


def test_kd_19_what_writes_is_declared_as_writing(calendar: StatefulCalendarApp) -> None:
    assert calendar.tools()["edit_calendar_event"].operation is WRITE
    assert AgendaView.tools()["add_calendar_event_by_attendee"].operation is WRITE
    assert EventDetail.tools()["delete"].operation is WRITE
    assert EventDetail.tools()["delete_by_attendee"].operation is WRITE
    writing = {name for name, tool in EditEvent.tools().items() if tool.operation is WRITE}
    assert writing == set(EditEvent.tools()) - {"discard"}


def test_kd_28_fields_can_be_cleared(calendar: StatefulCalendarApp) -> None:
    calendar.edit_calendar_event("dentist", tag="", location="")
    calendar.edit_calendar_event("review", description="", attendees=[])
    dentist, review = calendar.events["dentist"], calendar.events["review"]
    assert (dentist.tag, dentist.location) == (None, None)
    assert (review.description, review.attendees, review.tag) == (None, [], "work")


@pytest.mark.parametrize(
    "arguments",
    [
        {"start_datetime": "2025-11-21 22:00:00"},
        {"end_datetime": "2025-11-21 18:00:00"},
        {"start_datetime": "2025-11-21 18:00:00", "end_datetime": "soon"},
        {"start_datetime": "", "tag": "x"},
        {"title": ""},
    ],
)
def test_kd_28_an_edit_that_fails_changes_nothing(calendar: StatefulCalendarApp, arguments: dict[str, Any]) -> None:
    before = calendar.get_state()
    with pytest.raises(ValueError, match=r"before the start|not a date|empty"):
        calendar.edit_calendar_event("dinner", **{"description": "Changed", "location": "Elsewhere", **arguments})
    with pytest.raises(IndexError):
        calendar.edit_calendar_event("lunch", **arguments)
    assert calendar.get_state() == before


def test_kd_28_an_event_without_end_takes_an_hour_from_its_start(calendar: StatefulCalendarApp) -> None:
    event = calendar.events[calendar.add_calendar_event("Later", "2025-12-24 18:00:00")]
    assert event.end_strftime == "Wednesday, 2025-12-24 19:00:00"
    now = calendar.events[calendar.add_calendar_event("Now")]
    assert (now.start_datetime, now.end_datetime) == (calendar.now, calendar.now + 3600.0)


def test_kd_28_pages_are_cut_after_filtering(calendar: StatefulCalendarApp, tap: Tap) -> None:
    for number in range(12):
        calendar.add_calendar_event(f"Noise {number}", "2025-11-18 10:00:00")
    for number in range(12):
        calendar.add_calendar_event(f"Call {number}", "2025-11-18 10:00:00", tag="call")
    assert len(tap("filter_by_tag", tag="call").metadata.return_value) == 12
    page = tap("list_events", offset=10, limit=5).metadata.return_value
    assert [event["title"] for event in page["events"]] == ["Call 10", "Call 11"]
    assert (page["range"], page["total"]) == ([10, 12], 12)
    assert tap("open_event_by_index", index=11).metadata.return_value["title"] == "Call 11"


def test_kd_28_tags_are_sorted(calendar: StatefulCalendarApp) -> None:
    for tag in ("zoo", "art", "mid", "art"):
        calendar.add_calendar_event(tag=tag)
    assert calendar.get_all_tags() == ["art", "health", "mid", "work", "zoo"]


def test_kd_35_the_detail_reads_the_present_and_logs_nothing_itself(
    phone: Phone, calendar: StatefulCalendarApp, tap: Tap
) -> None:
    logged = len(phone.log)
    tap("open_event_by_id", event_id="dinner")
    assert len(phone.log) == logged + 1
    phone.call(
        EventType.AGENT,
        "Calendar",
        "edit_calendar_event",
        {"event_id": "dinner", "title": "Supper", "attendees": ["Ann Ek"]},
    )
    assert tap("list_attendees").metadata.return_value == ["Ann Ek"]
    assert tap("edit_event").metadata.return_value["title"] == "Supper"
