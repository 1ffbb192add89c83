"""Tools, state, section and timers of the reminder app."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.apps.reminder.models import Reminder
from pare_runner.apps.reminder.repetition import UNITS
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.ids import IdSource

Fill = Callable[[dict[str, Any]], StatefulReminderApp]


def series(app: StatefulReminderApp, reminder_id: str) -> list[str]:
    """Ids of a reminder and its repetitions, in the order of the state."""
    return [other for other in app.reminders if other == reminder_id or other.startswith(f"{reminder_id}_rep_")]


# Tools ----------------------------------------------------------------------------------------------------------------


def test_adding(reminders: StatefulReminderApp) -> None:
    reminder_id = reminders.add_reminder("Call Ann", "2025-11-19 10:00:00", "about Friday")
    assert reminders.get_reminder_with_id(reminder_id) == Reminder(
        reminder_id=reminder_id,
        title="Call Ann",
        due_datetime=datetime(2025, 11, 19, 10, tzinfo=UTC),
        description="about Friday",
    )
    assert series(reminders, reminder_id) == [reminder_id]


@pytest.mark.parametrize(
    "arguments",
    [
        {"title": " "},
        {"due_datetime": "tomorrow"},
        {"repetition_unit": "weekly"},
        {"repetition_unit": "week", "repetition_value": 0},
    ],
)
def test_what_is_no_reminder_changes_nothing(reminders: StatefulReminderApp, arguments: dict[str, Any]) -> None:
    given = {"title": "A", "due_datetime": "2025-11-19 10:00:00", "description": "", **arguments}
    complete = {"repetition_unit": None, "repetition_value": None, **given}
    before = reminders.get_state()
    with pytest.raises(ValueError, match=r".+"):
        reminders.add_reminder(**given)
    for reminder_id in ("rent", "bins", "bins_rep_2"):
        with pytest.raises(ValueError, match=r".+"):
            reminders.update_reminder(reminder_id, **complete)
    assert reminders.get_state() == before


def test_repetitions_reach_twelve_weeks(reminders: StatefulReminderApp) -> None:
    assert series(reminders, "bins") == ["bins", *(f"bins_rep_{number}" for number in range(1, 12))]
    last = reminders.reminders["bins_rep_11"]
    assert last.due_datetime == datetime(2025, 11, 18, 10, tzinfo=UTC) + timedelta(weeks=11)
    assert (last.title, last.repetition_unit, last.repetition_value, last.time_notified) == (
        "Bins out",
        "week",
        1,
        None,
    )


def test_repetitions_are_a_hundred_at_most(reminders: StatefulReminderApp) -> None:
    reminder_id = reminders.add_reminder("Breathe", "2025-11-18 09:00:00", "", "second", None)
    assert len(series(reminders, reminder_id)) == 101
    reminders.max_reminder_repetitions = 2
    assert len(series(reminders, reminders.add_reminder("Breathe", "2025-11-18 09:00:00", "", "second", 5))) == 3


def test_a_last_time_can_be_given() -> None:
    app = StatefulReminderApp(max_future_datetime=datetime(1970, 1, 4))
    assert len(series(app, app.add_reminder("Daily", "1970-01-01 00:00:00", "", "day"))) == 3


def test_twelve_weeks_count_from_the_call(phone: Phone, reminders: StatefulReminderApp) -> None:
    phone.services.clock.advance_to(from_text("2027-01-01 00:00:00"))
    assert len(series(reminders, reminders.add_reminder("Weekly", "2027-01-01 00:00:00", "", "week"))) == 12


def test_updating_texts_keeps_the_times(reminders: StatefulReminderApp) -> None:
    reminders.fire_timers(reminders.now + 3600.0)
    reminders.delete_reminder("bins_rep_2")
    assert reminders.update_reminder("bins", "Bins in", "green", "2025-11-18 10:00:00", "week", 1) == "bins"
    items = [reminders.reminders[reminder_id] for reminder_id in series(reminders, "bins")]
    assert len(items) == 11
    assert {(item.title, item.description) for item in items} == {("Bins in", "green")}
    assert items[0].time_notified == reminders.now + 3600.0


def test_updating_the_schedule_moves_the_series_in_place(reminders: StatefulReminderApp) -> None:
    reminders.add_reminder("Last", "2025-11-19 10:00:00", "")
    reminders.fire_timers(reminders.now + 3600.0)
    reminders.update_reminder("bins", "Bins out", "", "2025-11-18 10:00:00", "month", 1)
    assert series(reminders, "bins") == ["bins", "bins_rep_1", "bins_rep_2"]
    assert list(reminders.reminders)[2:5] == ["bins", "bins_rep_1", "bins_rep_2"]
    assert reminders.reminders["bins"].time_notified is not None
    assert reminders.reminders["bins_rep_1"].due_datetime == datetime(2025, 12, 18, 10, tzinfo=UTC)
    reminders.update_reminder("bins", "Bins out", "", "2025-11-20 10:00:00", None, None)
    assert series(reminders, "bins") == ["bins"]
    assert reminders.reminders["bins"].time_notified is None
    assert (reminders.reminders["bins"].repetition_unit, reminders.reminders["bins"].repetition_value) == (None, 1)


def test_a_repetition_is_changed_alone(reminders: StatefulReminderApp) -> None:
    reminders.update_reminder("bins_rep_2", "Bins out early", "", "2025-12-01 10:00:00", None, None)
    reminders.update_reminder("bins_rep_3", "Bins out", "late", "2025-12-09 12:00:00", "week", 1)
    assert reminders.reminders["bins"].title == reminders.reminders["bins_rep_1"].title == "Bins out"
    assert reminders.reminders["bins_rep_2"].due_datetime == datetime(2025, 12, 1, 10, tzinfo=UTC)
    assert reminders.reminders["bins_rep_2"].repetition_unit == "week"
    assert len(series(reminders, "bins")) == 12
    with pytest.raises(ValueError, match="change how it repeats at 'bins'"):
        reminders.update_reminder("bins_rep_2", "Bins", "", "2025-12-01 10:00:00", "day", 1)


def test_a_repetition_is_deleted_alone(reminders: StatefulReminderApp) -> None:
    reminders.delete_reminder("bins_rep_1")
    assert len(series(reminders, "bins")) == 11


def test_a_reminder_that_is_only_called_like_a_repetition_is_left_alone(fill: Fill) -> None:
    app = fill({"reminders": [{"id": "a", "title": "A", "at": "+1h"}, {"id": "a_rep_1", "title": "B", "at": "+2h"}]})
    before = app.get_state()
    with pytest.raises(ValueError, match="already a reminder 'a_rep_1'"):
        app.update_reminder("a", "A", "", "2025-11-18 10:00:00", "day", 1)
    assert app.get_state() == before
    app.update_reminder("a_rep_1", "B", "", "2025-11-18 10:00:00", "month", 1)
    app.delete_reminder("a")
    assert list(app.reminders) == ["a_rep_1", "a_rep_1_rep_1", "a_rep_1_rep_2"]


def test_unknown_ids(reminders: StatefulReminderApp) -> None:
    with pytest.raises(ValueError, match="no reminder 'x'"):
        reminders.delete_reminder("x")
    with pytest.raises(ValueError, match="no reminder 'x'"):
        reminders.update_reminder("x", "A", "", "2025-11-18 10:00:00", None, None)


def test_deleting_all(reminders: StatefulReminderApp) -> None:
    reminders.delete_all_reminders()
    assert reminders.get_all_reminders() == []
    assert reminders.next_timer() is None


def test_due_and_upcoming(phone: Phone, reminders: StatefulReminderApp) -> None:
    assert reminders.get_due_reminders() == []
    phone.services.clock.advance_to(from_text("2025-11-18 10:00:00"))
    phone.fire_timers(phone.services.clock.now)
    assert [item.reminder_id for item in reminders.get_due_reminders()] == ["plants", "bins"]
    assert [item.reminder_id for item in reminders.get_upcoming_reminders()][:3] == ["rent", "bins_rep_1", "bins_rep_2"]
    assert len(reminders.get_all_reminders()) == 14


# Timers ---------------------------------------------------------------------------------------------------------------


def test_timers(reminders: StatefulReminderApp) -> None:
    start = reminders.now
    assert reminders.next_timer() == start + 60.0
    assert reminders.fire_timers(start + 59.0) == []
    (text,) = reminders.fire_timers(start + 60.0)
    for part in ("Reminders", "Water plants", "balcony", "2025-11-18 09:01:00", "plants"):
        assert part in text
    assert reminders.reminders["plants"].time_notified == start + 60.0
    assert reminders.reminders["plants"].already_notified
    assert reminders.fire_timers(start + 60.0) == []
    assert reminders.next_timer() == start + 3600.0


def test_several_at_once_are_told_one_by_one_earliest_first(reminders: StatefulReminderApp) -> None:
    texts = reminders.fire_timers(reminders.now + 90000.0)
    assert [next(title for title in ("plants", "Bins", "rent") if title in text) for text in texts] == [
        "plants",
        "Bins",
        "rent",
    ]


def test_what_is_overdue_is_told_now(reminders: StatefulReminderApp) -> None:
    reminders.add_reminder("Missed", "2025-11-17 09:00:00", "", "hour", 1)
    assert reminders.next_timer() == reminders.now
    (missed, now) = reminders.fire_timers(reminders.now)
    assert "2025-11-17 09:00:00" in missed
    assert "2025-11-18 09:00:00" in now


def test_a_reminder_put_off_is_told_again(reminders: StatefulReminderApp) -> None:
    time = reminders.now + 60.0
    reminders.fire_timers(time)
    reminders.update_reminder("plants", "Water plants", "", "2025-11-18 09:05:00", None, None)
    assert reminders.next_timer() == time + 240.0
    assert len(reminders.fire_timers(time + 240.0)) == 1


@pytest.mark.parametrize("due", ["2025-11-18 09:00:00.123457", "9998-11-18 09:00:00.123457"])
def test_a_timer_fires_when_it_says(reminders: StatefulReminderApp, due: str) -> None:
    reminders.delete_all_reminders()
    reminders.add_reminder("Exactly", due, "")
    time = reminders.next_timer()
    assert time is not None
    assert len(reminders.fire_timers(time)) == 1


# State and section ----------------------------------------------------------------------------------------------------


def test_state_round_trip(reminders: StatefulReminderApp, fill: Fill) -> None:
    reminders.fire_timers(reminders.now + 60.0)
    state = reminders.get_state()
    assert state is not None
    assert list(state) == ["reminders", "max_reminder_repetitions"]
    assert state["reminders"]["plants"] == {
        "reminder_id": "plants",
        "title": "Water plants",
        "due_datetime": "2025-11-18T09:01:00+00:00",
        "description": "balcony",
        "repetition_unit": None,
        "repetition_value": 1,
        "time_notified": reminders.now + 60.0,
    }
    other = fill({"reminders": [{"title": "Old", "at": "+1h"}], "max_reminder_repetitions": 3})
    other.load_state(state)
    assert other.get_state() == state
    other.delete_reminder("bins")
    assert list(other.reminders) == ["plants", "rent"]
    assert reminders.get_state() == state


def test_no_state_is_accepted(reminders: StatefulReminderApp) -> None:
    before = reminders.get_state()
    reminders.load_state(None)
    assert reminders.get_state() == before


def test_a_state_that_does_not_fit_changes_nothing(reminders: StatefulReminderApp) -> None:
    before = reminders.get_state()
    with pytest.raises(ValueError, match=r"reminders\.a\.due_datetime"):
        reminders.load_state({"reminders": {"a": {"title": "A", "due_datetime": "soon", "description": ""}}})
    assert reminders.get_state() == before


def test_times_are_kept_in_utc() -> None:
    app = StatefulReminderApp()
    zone = timezone(timedelta(hours=2))
    app.load_state(
        {
            "reminders": {
                "a": {"title": "A", "due_datetime": datetime(2025, 11, 18, 9), "description": ""},
                "b": {"title": "B", "due_datetime": datetime(2025, 11, 18, 9, tzinfo=zone), "description": ""},
                "c": {"title": "C", "due_datetime": "2025-11-18T09:00:00.123456+02:00", "description": ""},
            }
        }
    )
    assert [item.due_datetime.isoformat() for item in app.reminders.values()] == [
        "2025-11-18T09:00:00+00:00",
        "2025-11-18T07:00:00+00:00",
        "2025-11-18T07:00:00.123456+00:00",
    ]
    assert [item.reminder_id for item in app.reminders.values()] == ["a", "b", "c"]


def test_reading_changes_nothing(phone: Phone, reminders: StatefulReminderApp) -> None:
    phone.services.clock.advance_to(from_text("2025-11-18 12:00:00"))
    before = reminders.get_state()
    reminders.get_all_reminders()
    reminders.get_due_reminders()
    reminders.get_upcoming_reminders()
    reminders.next_timer()
    assert reminders.get_state() == before


def test_the_section_takes_the_documented_names(fill: Fill) -> None:
    start = from_text("2025-11-18 09:00:00")
    app = fill(
        {
            "reminders": [
                {
                    "reminder_id": "a",
                    "title": "A",
                    "due_datetime": "2025-11-18T10:00:00Z",
                    "repetition_unit": "month",
                    "repetition_value": 2,
                    "time_notified": "-1h",
                }
            ],
            "max_reminder_repetitions": 5,
        }
    )
    assert list(app.reminders) == ["a", "a_rep_1"]
    assert app.reminders["a"].time_notified == start - 3600.0
    assert app.reminders["a_rep_1"].time_notified is None
    assert app.max_reminder_repetitions == 5


def test_of_a_series_from_the_past_only_the_reminder_itself_is_told(fill: Fill) -> None:
    app = fill({"reminders": [{"id": "pills", "title": "Pills", "at": "-3d 08:00", "repeat": "1 day"}]})
    assert len(app.fire_timers(app.now)) == 1
    assert app.next_timer() == from_text("2025-11-19 08:00:00")


def test_entries_without_id_get_one_each(fill: Fill) -> None:
    app = fill({"reminders": [{"title": "A", "at": "+1h"}, {"title": "B", "at": "+1h", "repeat": "2 months"}]})
    assert len(app.reminders) == 3
    first, second, repeated = app.reminders
    assert first != second
    assert repeated == f"{second}_rep_1"


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([{"id": "a", "title": "A"}] * 2, "two reminders 'a'"),
        ([{"id": "a", "title": "A", "repeat": "week"}, {"id": "a_rep_1", "title": "B"}], "two reminders 'a_rep_1'"),
        ([{"id": "a_rep_1", "title": "B"}, {"id": "a", "title": "A", "repeat": "week"}], "two reminders 'a_rep_1'"),
        ([{"id": "a", "title": ""}], "reminder 'a': the title"),
    ],
)
def test_a_section_that_does_not_fit_together(fill: Fill, entries: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fill({"reminders": [{"at": "+1h", **entry} for entry in entries]})


@pytest.mark.parametrize(
    ("entry", "path", "message"),
    [
        ({"title": "A"}, ("reminders", 0), "'at' is missing"),
        ({"at": "+1h"}, ("reminders", 0), "'title' is missing"),
        ({"title": "A", "at": "later"}, ("reminders", 0, "at"), "not a date"),
        ({"title": "A", "at": "+1h", "repeat": "weekly"}, ("reminders", 0), "did you mean 'week'"),
        ({"title": "A", "at": "+1h", "repeat": "week", "repetition_unit": "day"}, ("reminders", 0), "give either"),
        ({"title": "A", "at": "+1h", "due_datetime": "+1h"}, ("reminders", 0, "due_datetime"), "given twice"),
    ],
)
def test_a_section_that_is_wrong_says_where(entry: dict[str, Any], path: tuple[Any, ...], message: str) -> None:
    shape = section_shape(StatefulReminderApp)
    assert shape is not None
    conversion = Conversion(start=0.0)
    shape.convert({"reminders": [entry]}, conversion)
    ((where, what, _),) = conversion.problems
    assert where == path
    assert message in what


def test_a_negative_maximum_is_refused(fill: Fill) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        fill({"max_reminder_repetitions": -1})


def test_values_for_arguments_are_valid(reminders: StatefulReminderApp) -> None:
    tool = reminders.tools()["update_reminder"]
    values = {
        argument.name: reminders.argument_values(tool, argument.name)
        for argument in tool.arguments
        if not argument.free_text
    }
    assert values["reminder_id"] == ["plants", "rent", "bins"]
    assert reminders.argument_values(reminders.tools()["delete_reminder"], "reminder_id") == list(reminders.reminders)
    assert values["repetition_unit"] == list(UNITS)
    arguments = {name: options[0] for name, options in values.items()}
    assert reminders.update_reminder(title="A", description="", **arguments) == "plants"


def test_ids_are_new_and_the_same_each_time() -> None:
    def make() -> list[str]:
        with building(Services(Clock(0.0), IdSource("again"))):
            app = StatefulReminderApp()
        return [app.add_reminder(f"R{number}", "2025-11-18 09:00:00", "") for number in range(3)]

    assert make() == make()
    assert len(set(make())) == 3
