"""Who is told what."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.notifications import PAREMessageType
from pare_runner.apps.registry import ALL_APPS
from pare_runner.kernel.events import EventType

from .conftest import START, Handset, MakePhone

AUI = "PAREAgentUserInterface"
TEMPLATES = {
    "StatefulEmailApp": "send_email_to_user_only send_email_to_user_with_id reply_to_email_from_user "
    "create_and_add_email",
    "StatefulMessagingApp": "create_and_add_message create_group_conversation add_participant_to_conversation "
    "remove_participant_from_conversation change_conversation_title",
    "StatefulCalendarApp": "add_calendar_event_by_attendee delete_calendar_event_by_attendee",
    "StatefulShoppingApp": "add_product add_item_to_product update_item add_discount_code "
    "update_order_status cancel_order",
    "StatefulCabApp": "cancel_ride update_ride_status end_ride",
    "StatefulApartmentApp": "add_new_apartment update_apartment delete_apartment",
    "StatefulNotesApp": "delete_folder",
}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    ride = {"start_location": "Home", "end_location": "Lake"}
    notes = {"folders": ["Trips"], "notes": [{"id": "a"}]}
    return make_phone((StatefulNotesApp, notes), (StatefulCabApp, {"on_going_ride": ride}))


def told(phone: Handset) -> tuple[list[PAREMessageType], list[PAREMessageType]]:
    """Kinds of the notifications of user and agent."""
    center = phone.phone.notifications
    return [item.message_type for item in center.user], [item.message_type for item in center.agent]


@pytest.mark.parametrize("cls", ALL_APPS, ids=lambda cls: cls.__name__)
def test_kd_10_exactly_the_documented_events_notify(cls: Any) -> None:
    assert set(cls.notices) == set(TEMPLATES.get(cls.__name__, "").split())
    assert set(cls.notices) <= set(cls.tools(ToolKind.ENV))


def test_kd_10_what_agents_do_notifies_nobody(phone: Handset) -> None:
    phone.agent("Notes.delete_folder", folder_name="Trips")
    phone.agent("Notes.list_folders")
    phone.agent("System.wait_for_notification", timeout=5)
    phone.agent(f"{AUI}.wait")
    assert told(phone) == ([], [])


def test_kd_10_events_without_a_template_notify_nobody(phone: Handset) -> None:
    phone.env("Notes.create_note", title="From outside")
    phone.env("System.wait", time=3)
    assert told(phone) == ([], [])


def test_kd_10_failed_events_notify_nobody(phone: Handset) -> None:
    for actor, tool in ((EventType.ENV, "Notes.delete_folder"), (EventType.USER, "System.open_app")):
        assert phone.event(actor, tool).failed()
    assert phone.event(EventType.ENV, "Nothing.happens").failed()
    assert told(phone) == ([], [])


def test_an_event_from_outside_tells_both(phone: Handset) -> None:
    phone.env("Cab.update_ride_status", status="DELAYED", message="Traffic")
    user, agent = phone.phone.notifications.user[0], phone.phone.notifications.agent[0]
    assert user.message_type is PAREMessageType.ENVIRONMENT_NOTIFICATION_USER
    assert agent.message_type is PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT
    assert user.message == agent.message
    assert user.message.startswith("Cab: ")
    assert "status: DELAYED" in user.message
    assert "message: Traffic" in user.message
    assert (user.timestamp, user.event) == (START, phone.phone.log[0])


def test_a_message_of_the_agent_tells_the_user(phone: Handset) -> None:
    phone.agent(f"{AUI}.send_message_to_user", content="Shall I?")
    assert told(phone) == ([PAREMessageType.AGENT_MESSAGE], [])
    assert phone.phone.notifications.user[0].message == "Shall I?"


@pytest.mark.parametrize(
    ("tool", "content", "text"),
    [
        ("accept_proposal", "Go on", "[ACCEPT]: Go on"),
        ("reject_proposal", "", "[REJECT]: "),
        ("send_message_to_agent", "[ACCEPT] is a word", "[ACCEPT] is a word"),
    ],
)
def test_answers_of_the_user_tell_the_agent(phone: Handset, tool: str, content: str, text: str) -> None:
    phone.user(f"{AUI}.{tool}", content=content)
    assert told(phone) == ([], [PAREMessageType.USER_MESSAGE])
    assert phone.phone.notifications.agent[0].message == text


def test_taps_of_the_user_tell_the_agent(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Notes")
    phone.user("Notes.open", note_id="a")
    assert told(phone) == ([], [PAREMessageType.USER_ACTION] * 2)
    assert [item.message for item in phone.phone.notifications.agent] == [
        "HomeScreenSystemApp__open_app(app_name='Notes')",
        "StatefulNotesApp__open(note_id='a')",
    ]


def test_a_waiting_user_tells_nobody(phone: Handset) -> None:
    phone.user(f"{AUI}.wait")
    assert told(phone) == ([], [])


def test_a_timer_tells_both_the_same(phone: Handset) -> None:
    phone.agent("System.wait_for_notification", timeout=5)
    phone.phone.fire_timers(START + 5)
    center = phone.phone.notifications
    assert told(phone) == (
        [PAREMessageType.ENVIRONMENT_NOTIFICATION_USER],
        [PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT],
    )
    assert center.user[0].message == center.agent[0].message
    assert center.user[0].event is None


@pytest.mark.parametrize(
    ("fields", "arguments", "text"),
    [
        ((), {}, "App: news"),
        (("who",), {"who": "Tove"}, "App: news (who: Tove)"),
        (("user_ids", "n"), {"user_ids": ["a", "b"], "n": 0}, "App: news (user ids: a, b; n: 0)"),
        (("content..20",), {"content": "x" * 20}, f"App: news (content: {'x' * 20})"),
        (("content..20",), {"content": "x" * 21}, f"App: news (content: {'x' * 20}...)"),
        (("note?", "n?"), {"note": "", "n": 0}, "App: news (n: 0)"),
        (("codes",), {"codes": {"SPRING": 10.0}}, "App: news (codes: SPRING: 10.0)"),
    ],
)
def test_the_text_of_a_notice(fields: tuple[str, ...], arguments: dict[str, Any], text: str) -> None:
    notice = Notice("news", user=fields)
    assert notice.text("App", arguments, for_user=True) == text
    assert notice.text("App", arguments, for_user=False) == "App: news"
