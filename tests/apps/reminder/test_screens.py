"""Taps through the reminder app."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.core.dates import from_text
from pare_runner.apps.phone import Phone
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.apps.reminder.models import ReminderDraft
from pare_runner.apps.reminder.screens import EditReminder, ReminderDetail, ReminderList
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def draft_of(app: StatefulReminderApp) -> ReminderDraft:
    screen = app.current_state
    assert isinstance(screen, EditReminder)
    return screen.draft


def test_the_lists(phone: Phone, reminders: StatefulReminderApp, tap: Tap) -> None:
    phone.services.clock.advance_to(from_text("2025-11-18 10:00:00"))
    assert len(tap("list_all_reminders").metadata.return_value) == 14
    assert [item["reminder_id"] for item in tap("list_due_reminders").metadata.return_value] == ["plants", "bins"]
    assert tap("list_upcoming_reminders").metadata.return_value[0]["reminder_id"] == "rent"
    assert reminders.current_state == ReminderList(reminders)


def test_a_new_reminder_is_shown_and_leads_back_to_the_list(reminders: StatefulReminderApp, tap: Tap) -> None:
    assert tap("create_new").metadata.return_value["title"] == ""
    tap("set_title", title="Call Ann")
    tap("set_description", description="about Friday")
    tap("set_due_datetime", due_datetime="2025-11-19T10:00:00Z")
    draft = tap("set_repetition", unit="week", value=2).metadata.return_value
    assert draft == {
        "title": "Call Ann",
        "description": "about Friday",
        "due_datetime": "2025-11-19 10:00:00",
        "repetition_unit": "week",
        "repetition_value": 2,
    }
    before = len(reminders.reminders)
    reminder_id = tap("save").metadata.return_value
    assert len(reminders.reminders) == before + 6
    assert reminders.current_state == ReminderDetail(reminders, reminder_id)
    assert not tap("go_back").failed()
    assert reminders.current_state == ReminderList(reminders)
    assert tap("go_back").failed()


def test_editing_goes_back_to_the_reminder(reminders: StatefulReminderApp, tap: Tap) -> None:
    tap("open_reminder", reminder_id="bins")
    for number in range(3):
        assert tap("edit").metadata.return_value == "bins"
        assert draft_of(reminders).repetition_unit == "week"
        tap("set_title", title=f"Bins {number}")
        assert tap("save").metadata.return_value == "bins"
        assert reminders.current_state == ReminderDetail(reminders, "bins")
    assert reminders.reminders["bins_rep_11"].title == "Bins 2"
    tap("go_back")
    assert reminders.current_state == ReminderList(reminders)


def test_a_repetition_is_edited_alone(reminders: StatefulReminderApp, tap: Tap) -> None:
    tap("open_reminder", reminder_id="bins_rep_1")
    tap("edit")
    tap("set_due_datetime", due_datetime="2025-11-25 12:00:00")
    assert not tap("save").failed()
    tap("edit")
    tap("set_repetition", unit="day")
    assert tap("save").failed()
    assert not tap("cancel").failed()
    assert reminders.current_state == ReminderDetail(reminders, "bins_rep_1")


def test_cancelling_forgets_the_draft(reminders: StatefulReminderApp, tap: Tap) -> None:
    before = reminders.get_state()
    tap("create_new")
    tap("set_title", title="Nothing")
    tap("cancel")
    assert reminders.current_state == ReminderList(reminders)
    tap("create_new")
    assert draft_of(reminders) == ReminderDraft()
    tap("cancel")
    tap("open_reminder", reminder_id="rent")
    tap("edit")
    tap("set_title", title="Nothing")
    tap("cancel")
    assert reminders.current_state == ReminderDetail(reminders, "rent")
    tap("edit")
    assert draft_of(reminders).title == "Pay rent"
    assert reminders.get_state() == before


def test_deleting_shows_the_list(reminders: StatefulReminderApp, tap: Tap) -> None:
    tap("open_reminder", reminder_id="bins")
    assert tap("delete").metadata.return_value == "bins"
    assert reminders.current_state == ReminderList(reminders)
    assert reminders.navigation_stack == []
    assert list(reminders.reminders) == ["plants", "rent"]


def test_mistakes_in_the_editor_leave_the_draft(reminders: StatefulReminderApp, tap: Tap) -> None:
    tap("open_reminder", reminder_id="rent")
    tap("edit")
    before = ReminderDraft(title="Pay rent", due_datetime="2025-11-19 08:00:00", repetition_value=1)
    assert draft_of(reminders) == before
    assert tap("set_title", title="").failed()
    assert tap("set_due_datetime", due_datetime="soon").failed()
    assert tap("set_repetition", unit="weekly").failed()
    assert tap("set_repetition", unit="week", value=0).failed()
    assert draft_of(reminders) == before


def test_a_reminder_that_vanishes_leaves_a_way_back(phone: Phone, reminders: StatefulReminderApp, tap: Tap) -> None:
    tap("open_reminder", reminder_id="rent")
    tap("edit")
    phone.call(EventType.AGENT, "Reminders", "delete_reminder", {"reminder_id": "rent"})
    assert tap("save").failed()
    assert not tap("cancel").failed()
    assert tap("edit").failed()
    assert tap("delete").failed()
    assert not tap("go_back").failed()
    assert reminders.current_state == ReminderList(reminders)
