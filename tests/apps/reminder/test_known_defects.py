"""What PARE gets wrong with reminders, by the number in the list of known defects."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pare_runner.apps.blueprint import Blueprint
from pare_runner.apps.core.tools import WRITE
from pare_runner.apps.phone import Phone
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.kernel.events import CompletedEvent, EventType

Fill = Callable[[dict[str, Any]], StatefulReminderApp]
Tap = Callable[..., CompletedEvent]


def test_kd_6_upcoming_reminders_are_listed_next_first(phone: Phone, reminders: StatefulReminderApp, tap: Tap) -> None:
    reminders.add_reminder("Sooner", "2025-11-18 09:00:30", "")
    phone.services.clock.advance_to(reminders.now + 10.0)
    listed = tap("list_upcoming_reminders").metadata.return_value
    assert [item["title"] for item in listed][:4] == ["Sooner", "Water plants", "Bins out", "Pay rent"]
    phone.services.clock.advance_to(reminders.now + 20.0)
    assert tap("list_upcoming_reminders").metadata.return_value[0]["title"] == "Water plants"


def test_kd_7_reminders_are_state(reminders: StatefulReminderApp, fill: Fill) -> None:
    class_name, state = Blueprint([reminders]).states["Reminders"]
    assert class_name == "StatefulReminderApp"
    assert state is not None
    assert len(state["reminders"]) == 14
    restored = fill({})
    restored.load_state(state)
    assert restored.reminders == reminders.reminders


def test_kd_8_ids_of_repetitions_do_not_nest(reminders: StatefulReminderApp) -> None:
    reminder_id = reminders.add_reminder("Daily", "2025-11-18 12:00:00", "", "day")
    assert [other for other in reminders.reminders if other.startswith(reminder_id)][:4] == [
        reminder_id,
        f"{reminder_id}_rep_1",
        f"{reminder_id}_rep_2",
        f"{reminder_id}_rep_3",
    ]
    assert not [other for other in reminders.reminders if other.count("_rep_") > 1]


def test_kd_8_deleting_leaves_no_repetition_behind(reminders: StatefulReminderApp) -> None:
    before = reminders.get_state()
    reminders.delete_reminder(reminders.add_reminder("Breathe", "2025-11-18 12:00:00", "", "second"))
    assert reminders.get_state() == before


def test_kd_8_updating_leaves_no_repetition_behind(reminders: StatefulReminderApp) -> None:
    reminders.update_reminder("bins", "Bins out", "", "2025-11-18 10:00:00", "week", 4)
    assert list(reminders.reminders) == ["plants", "rent", "bins", "bins_rep_1", "bins_rep_2"]


def test_kd_8_a_month_without_the_day_takes_its_last(reminders: StatefulReminderApp) -> None:
    reminder_id = reminders.add_reminder("Rent", "2025-12-31 08:00:00", "", "month")
    assert reminders.reminders[f"{reminder_id}_rep_1"].due_datetime == datetime(2026, 1, 31, 8, tzinfo=UTC)
    later = StatefulReminderApp(max_future_datetime=datetime(2026, 12, 31, tzinfo=UTC))
    reminder_id = later.add_reminder("Rent", "2026-01-31 08:00:00", "", "month")
    assert later.reminders[f"{reminder_id}_rep_1"].due_datetime == datetime(2026, 2, 28, 8, tzinfo=UTC)
    assert later.reminders[f"{reminder_id}_rep_2"].due_datetime == datetime(2026, 3, 31, 8, tzinfo=UTC)


def test_kd_9_due_reminders_notify_once_and_log_nothing(phone: Phone, reminders: StatefulReminderApp) -> None:
    start, clock = reminders.now, phone.services.clock
    for minute in range(61):
        clock.advance_to(start + 60.0 * minute)
        due = phone.next_timer()
        if due is not None and due <= clock.now:
            phone.fire_timers(clock.now)
        phone.fire_timers(clock.now)
    assert len(phone.log) == 0
    for told in (phone.notifications.user, phone.notifications.agent):
        assert [(item.timestamp - start, item.event) for item in told] == [(60.0, None), (3600.0, None)]
        assert "Water plants" in told[0].message
        assert "Bins out" in told[1].message


def test_kd_14_a_tap_that_fails_leads_nowhere(phone: Phone, reminders: StatefulReminderApp, tap: Tap) -> None:
    shown = reminders.current_state
    assert tap("open_reminder", reminder_id="nothing").failed()
    assert reminders.current_state is shown
    assert reminders.navigation_stack == []
    tap("create_new")
    editor = reminders.current_state
    tap("set_title", title="Never saved")
    assert tap("save").failed()
    assert reminders.current_state is editor
    tap("cancel")
    tap("open_reminder", reminder_id="rent")
    phone.call(EventType.AGENT, "Reminders", "delete_all_reminders", {})
    detail = reminders.current_state
    assert tap("edit").failed()
    assert tap("delete").failed()
    assert reminders.current_state is detail
    assert len(reminders.navigation_stack) == 1


def test_kd_18_a_tap_is_one_user_event(phone: Phone, tap: Tap) -> None:
    logged = len(phone.log)
    tap("create_new")
    tap("set_title", title="Call Ann")
    tap("set_due_datetime", due_datetime="2025-11-19 10:00:00")
    tap("save")
    tap("edit")
    tap("save")
    tap("delete")
    events = list(phone.log)[logged:]
    assert len(events) == 7
    assert {event.event_type for event in events} == {EventType.USER}


def test_kd_19_updating_is_a_write_of_the_agent(phone: Phone) -> None:
    spec = phone.apps["Reminders"].tools()["update_reminder"]
    assert (spec.event_type, spec.operation) == (EventType.AGENT, WRITE)
    arguments = {
        "reminder_id": "rent",
        "title": "Pay the rent",
        "description": "",
        "due_datetime": "2025-11-19 08:00:00",
        "repetition_unit": None,
        "repetition_value": None,
    }
    completed = phone.call(EventType.AGENT, "Reminders", "update_reminder", arguments)
    assert not completed.failed()
    assert completed.event_type is EventType.AGENT
    assert phone.notifications.user == phone.notifications.agent == []
