"""Tools, state and section of the calendar."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.calendar.models import CalendarEvent
from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.dates import from_text, to_text
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import EventType

Fill = Callable[[dict[str, Any]], StatefulCalendarApp]


def titles(events: list[CalendarEvent]) -> list[str]:
    return [event.title for event in events]


# The data model -------------------------------------------------------------------------------------------------------


def test_times_in_words_follow_the_times() -> None:
    event = CalendarEvent(title="Dentist", start_datetime=1760000000.0, end_datetime=1760003600.0, start_strftime="no")
    assert event.start_strftime == "Thursday, 2025-10-09 08:53:20"
    assert event.end_strftime == "Thursday, 2025-10-09 09:53:20"
    event.move(1760003600.0, 1760090000.0)
    assert event.end_strftime == "Friday, 2025-10-10 09:53:20"
    assert event.summary == "Dentist: Thursday, 2025-10-09 09:53:20 to Friday, 2025-10-10 09:53:20"


@pytest.mark.parametrize("time", [1e15, float("inf"), float("nan")])
def test_a_time_that_is_no_date_is_refused(time: float) -> None:
    event = CalendarEvent(start_datetime=0.0, end_datetime=0.0)
    with pytest.raises(ValueError, match=r".+"):
        event.move(0.0, time)
    assert event == CalendarEvent(start_datetime=0.0, end_datetime=0.0)


# Reading --------------------------------------------------------------------------------------------------------------


def test_a_stretch_of_time_shows_what_overlaps_it(calendar: StatefulCalendarApp) -> None:
    found = calendar.get_calendar_events_from_to("2025-11-18 11:30:00", "2025-11-18 14:10:00")
    assert titles(found["events"]) == ["Dentist", "Review"]
    assert (found["range"], found["total"]) == ((0, 2), 2)


def test_an_event_that_only_touches_is_not_shown(calendar: StatefulCalendarApp) -> None:
    assert calendar.get_calendar_events_from_to("2025-11-18 12:00:00", "2025-11-18 14:00:00")["events"] == []


def test_pages(calendar: StatefulCalendarApp) -> None:
    week = ("2025-11-18 00:00:00", "2025-11-25 00:00:00")
    page = calendar.get_calendar_events_from_to(*week, offset=1, limit=1)
    assert (titles(page["events"]), page["range"], page["total"]) == (["Review"], (1, 2), 3)
    assert calendar.get_calendar_events_from_to(*week, offset=3)["events"] == []
    with pytest.raises(ValueError, match="between 0 and 3"):
        calendar.get_calendar_events_from_to(*week, offset=4)


@pytest.mark.parametrize(
    ("start", "end"), [("2025-11-19 00:00:00", "2025-11-18 00:00:00"), ("soon", "2025-11-18 00:00:00")]
)
def test_no_stretch_of_time(calendar: StatefulCalendarApp, start: str, end: str) -> None:
    with pytest.raises(ValueError, match=r"before the start|not a date"):
        calendar.get_calendar_events_from_to(start, end)


def test_today_is_the_virtual_day_and_is_shown_whole(phone: Phone, calendar: StatefulCalendarApp) -> None:
    for hour in range(12):
        calendar.add_calendar_event(f"Call {hour}", f"2025-11-19 {hour:02}:00:00")
    assert calendar.read_today_calendar_events()["total"] == 2
    phone.services.clock.advance_to(from_text("2025-11-19 23:00:00"))
    today = calendar.read_today_calendar_events()
    assert (len(today["events"]), today["range"], today["total"]) == (12, (0, 12), 12)


def test_tags(calendar: StatefulCalendarApp) -> None:
    assert titles(calendar.get_calendar_events_by_tag("work")) == ["Review"]
    assert calendar.get_calendar_events_by_tag("Work") == []
    with pytest.raises(ValueError, match="empty"):
        calendar.get_calendar_events_by_tag("")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("DENT", ["Dentist"]),
        ("third", ["Review"]),
        ("room", ["Dentist"]),
        ("tove", ["Review", "Dinner"]),
        ("work", []),
    ],
)
def test_search(calendar: StatefulCalendarApp, query: str, found: list[str]) -> None:
    assert titles(calendar.search_events(query)) == found


# Changing -------------------------------------------------------------------------------------------------------------


def test_adding(calendar: StatefulCalendarApp) -> None:
    names = ["Tove Lind"]
    event_id = calendar.add_calendar_event(
        "Lunch", "2025-11-19 12:00:00", "2025-11-19 13:30:00", "food", "", "Café", names
    )
    names.append("Tom Abel")
    event = calendar.get_calendar_event(event_id)
    assert (event.event_id, event.title, event.tag, event.description) == (event_id, "Lunch", "food", None)
    assert event.end_strftime == "Wednesday, 2025-11-19 13:30:00"
    assert event.attendees == ["Tove Lind"]


@pytest.mark.parametrize(
    "arguments",
    [
        {"title": " "},
        {"start_datetime": "tomorrow"},
        {"start_datetime": "2025-11-19 12:00:00", "end_datetime": "2025-11-19 11:00:00"},
        {"end_datetime": "2025-11-18 08:00:00"},
        {"start_datetime": "9999-12-31 23:30:00"},
    ],
)
def test_adding_what_is_no_event_changes_nothing(calendar: StatefulCalendarApp, arguments: dict[str, Any]) -> None:
    before = calendar.get_state()
    with pytest.raises(ValueError, match=r".+"):
        calendar.add_calendar_event(**arguments)
    assert calendar.get_state() == before


def test_editing_changes_what_is_given(calendar: StatefulCalendarApp) -> None:
    before = copy.deepcopy(calendar.events["dinner"])
    assert calendar.edit_calendar_event("dinner", description="Table for 5", end_datetime="2025-11-21 22:00:00") == (
        "dinner"
    )
    event = calendar.events["dinner"]
    assert (event.description, event.end_strftime) == ("Table for 5", "Friday, 2025-11-21 22:00:00")
    assert (event.title, event.start_datetime, event.attendees) == (
        before.title,
        before.start_datetime,
        before.attendees,
    )


def test_an_event_loaded_with_its_end_before_its_start_can_be_edited(fill: Fill) -> None:
    app = fill({})
    app.load_state({"events": {"a": {"event_id": "a", "start_datetime": 100.0, "end_datetime": 50.0}}})
    app.edit_calendar_event("a", title="Turned round")
    app.edit_calendar_event("a", end_datetime="1970-01-01 01:00:00")
    assert app.events["a"].end_datetime == 3600.0


def test_deleting(calendar: StatefulCalendarApp) -> None:
    assert calendar.delete_calendar_event("dinner") == "dinner"
    assert list(calendar.events) == ["dentist", "review"]
    for tool in (calendar.delete_calendar_event, calendar.get_calendar_event):
        with pytest.raises(ValueError, match="no event 'dinner'"):
            tool("dinner")


def test_an_attendee_adds_an_event(calendar: StatefulCalendarApp) -> None:
    event_id = calendar.add_calendar_event_by_attendee(
        "Tove Lind", "Walk", "2025-11-19 12:00:00", description="By the lake", attendees=["Tom Abel"]
    )
    event = calendar.events[event_id]
    assert event.title.endswith("Tove Lind: Walk")
    assert event.description is not None
    assert event.description.endswith("Tove Lind: By the lake")
    assert event.attendees == ["Tom Abel", "Tove Lind"]
    plain = calendar.events[calendar.add_calendar_event_by_attendee("Tom Abel", attendees=["Tom Abel"])]
    assert (plain.description, plain.attendees) == (None, ["Tom Abel"])
    with pytest.raises(ValueError, match="who adds"):
        calendar.add_calendar_event_by_attendee("")


def test_only_an_attendee_takes_an_event_back(calendar: StatefulCalendarApp) -> None:
    with pytest.raises(ValueError, match="did you mean 'Tove Lind'"):
        calendar.delete_calendar_event_by_attendee("dinner", "tove lind")
    with pytest.raises(ValueError, match="no event"):
        calendar.delete_calendar_event_by_attendee("lunch", "Tove Lind")
    assert calendar.delete_calendar_event_by_attendee("dinner", "Tove Lind") == "dinner"
    assert "dinner" not in calendar.events


def test_setting_an_event(calendar: StatefulCalendarApp) -> None:
    calendar.set_calendar_event(CalendarEvent(event_id="dinner", title="Supper", start_datetime=0.0))
    assert list(calendar.events) == ["dentist", "review", "dinner"]
    assert (calendar.events["dinner"].title, calendar.events["dinner"].end_datetime) == ("Supper", 3600.0)
    calendar.set_calendar_event({"title": "New", "start_datetime": "2025-11-19T12:00:00Z"})
    assert titles(list(calendar.events.values()))[-1] == "New"
    before = calendar.get_state()
    for wrong in ({"titel": "New"}, {"title": ""}, {"start_datetime": 7200.0, "end_datetime": 3600.0}):
        with pytest.raises(ValueError, match=r"did you mean 'title'|empty|before the start"):
            calendar.set_calendar_event(wrong)
    assert calendar.get_state() == before


def test_the_environment_is_told_of(phone: Phone) -> None:
    phone.call(
        EventType.ENV,
        "Calendar",
        "add_calendar_event_by_attendee",
        {
            "who_add": "Tove Lind",
            "title": "Walk",
            "start_datetime": "2025-11-19 12:00:00",
            "attendees": ["Tom", "Ann"],
        },
    )
    phone.call(
        EventType.ENV,
        "Calendar",
        "delete_calendar_event_by_attendee",
        {"event_id": "dinner", "who_delete": "Tove Lind"},
    )
    phone.call(EventType.ENV, "Calendar", "set_calendar_event", {"event": {"title": "Quiet"}})
    for_user = [notification.message for notification in phone.notifications.user]
    for_agent = [notification.message for notification in phone.notifications.agent]
    assert len(for_user) == len(for_agent) == 2
    for text in (for_user[0], for_agent[0]):
        assert "Tove Lind" in text
        assert "Walk" in text
        assert "2025-11-19 12:00:00" in text
    assert "Tom, Ann" in for_agent[0]
    assert "Tom, Ann" not in for_user[0]
    assert for_user[1] == for_agent[1]
    assert "dinner" in for_user[1]


# State and section ----------------------------------------------------------------------------------------------------


def test_state_round_trip(calendar: StatefulCalendarApp, fill: Fill) -> None:
    state = calendar.get_state()
    assert state is not None
    assert list(state["events"]) == ["dentist", "review", "dinner"]
    assert state["events"]["dentist"]["start_strftime"] == "Tuesday, 2025-11-18 14:00:00"
    other = fill({"events": [{"title": "Old"}]})
    other.load_state(state)
    assert other.get_state() == state
    other.edit_calendar_event("dinner", attendees=["Nobody"])
    assert calendar.get_state() == state


def test_a_state_says_only_what_it_must(fill: Fill) -> None:
    app = fill({})
    app.load_state({"events": {"a": {"title": "Anniversary", "colour": "red"}}})
    event = app.get_calendar_event("a")
    assert (event.event_id, event.start_datetime, event.end_datetime) == ("a", app.now, app.now + 3600.0)


def test_a_state_that_does_not_fit_changes_nothing(calendar: StatefulCalendarApp) -> None:
    before = calendar.get_state()
    with pytest.raises(ValueError, match=r"events\.a\.title"):
        calendar.load_state({"events": {"a": {"title": 7}}})
    with pytest.raises(ValueError, match=r"events\.a"):
        calendar.load_state({"events": {"a": {"start_datetime": 1e18}}})
    assert calendar.get_state() == before


def test_reading_changes_nothing(calendar: StatefulCalendarApp) -> None:
    before = calendar.get_state()
    calendar.get_calendar_event("dinner")
    calendar.get_calendar_events_from_to("2025-11-18 00:00:00", "2025-11-25 00:00:00")
    calendar.read_today_calendar_events()
    calendar.get_all_tags()
    calendar.get_calendar_events_by_tag("work")
    calendar.search_events("d")
    assert calendar.get_state() == before


def test_the_section_completes_times_and_ids(fill: Fill) -> None:
    app = fill({"events": [{"title": "Now"}, {"title": "Later", "start_datetime": "+1d"}, {"id": "x"}]})
    now, later, unnamed = app.events.values()
    assert now.start_datetime == app.now
    assert later.end_datetime == app.now + 90000.0
    assert len({*app.events}) == 3
    assert (unnamed.event_id, unnamed.title) == ("x", "Event")
    assert fill({"events": [{"title": "Now"}]}).events.keys() <= app.events.keys()


def test_documented_names_serve_in_the_section(calendar: StatefulCalendarApp, fill: Fill) -> None:
    state = calendar.get_state()
    assert state is not None
    assert fill({"events": list(state["events"].values())}).get_state() == state


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([{"id": "a"}, {"id": "a"}], "two events 'a'"),
        ([{"id": "a", "title": ""}], "event 'a': the title"),
        ([{"title": "Back", "start_datetime": "+2h", "end_datetime": "+1h"}], "event 'Back': the end"),
    ],
)
def test_a_section_that_does_not_fit_together(fill: Fill, events: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fill({"events": events})


def test_the_section_names_its_keys() -> None:
    shape = section_shape(StatefulCalendarApp)
    assert shape is not None
    keys = shape.schema()["properties"]["events"]["items"]["properties"]
    assert list(keys) == [
        "id",
        "event_id",
        "title",
        "start_datetime",
        "end_datetime",
        "tag",
        "description",
        "location",
        "attendees",
    ]
    conversion = Conversion()
    shape.convert({"events": [{"start": 0}]}, conversion)
    assert conversion.problems[0][0] == ("events", 0, "start")


def test_values_for_arguments_are_valid(calendar: StatefulCalendarApp) -> None:
    tools = calendar.tools()

    def values(tool: str, argument: str) -> list[Any]:
        return calendar.argument_values(tools[tool], argument)

    assert values("edit_calendar_event", "event_id") == ["dentist", "review", "dinner"]
    assert values("get_calendar_events_by_tag", "tag") == ["health", "work"]
    assert values("delete_calendar_event_by_attendee", "who_delete") == ["Tove Lind", "Tom Abel"]
    assert values("add_calendar_event", "title") == []
    start, end = values("add_calendar_event", "start_datetime")[0], values("add_calendar_event", "end_datetime")[0]
    assert start == to_text(calendar.now)
    calendar.edit_calendar_event("dinner", start_datetime=start, end_datetime=end)
