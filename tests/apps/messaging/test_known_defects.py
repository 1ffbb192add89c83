"""Known defects of PARE that concern messaging, by number."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.tools import WRITE, specs_of
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.messaging.screens import ConversationOpened
from pare_runner.apps.phone import Phone
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def test_kd_5_a_reply_goes_into_the_conversation_that_is_open(messages: StatefulMessagingApp, tap: Tap) -> None:
    for conversation_id in ("chat", "trip", "dinner"):
        tap("open_conversation", conversation_id=conversation_id)
        assert tap("send_message", content="Fine").metadata.return_value == conversation_id
        assert messages.conversations[conversation_id].messages[-1].content == "Fine"
        tap("go_back")
    assert len(messages.conversations) == 3


def test_kd_18_a_tap_is_one_event(phone: Phone, tap: Tap) -> None:
    before = len(list(phone.log))
    tap("open_conversation", conversation_id="chat")
    tap("send_message", content="Fine")
    events = list(phone.log)[before:]
    assert [event.event_type for event in events] == [EventType.USER] * 2


def test_kd_19_sending_is_a_write() -> None:
    assert specs_of(ConversationOpened)["send_message"].operation is WRITE


def test_kd_28_participants_keep_their_order() -> None:
    people = [f"u{number}" for number in range(20)]
    app = StatefulMessagingApp("me", id_to_name={user_id: user_id.upper() for user_id in people})
    group = app.conversations[app.create_group_conversation([*people, "u3"])]
    assert group.participant_ids == [*people, "me"]
    app.remove_participant_from_conversation(group.conversation_id, "u7")
    app.add_participant_to_conversation(group.conversation_id, "u7")
    people.remove("u7")
    assert group.participant_ids == [*people, "me", "u7"]


def test_kd_31_recent_is_by_virtual_time() -> None:
    with building(Services(Clock(1e9))) as services:
        app = StatefulMessagingApp("me", name="Messages", id_to_name={"tom": "Tom", "ann": "Ann"})
    phone = Phone([app], services)
    old = phone.call(EventType.AGENT, "Messages", "send_message", {"user_id": "tom"}).metadata.return_value
    services.clock.advance_to(1e9 + 60)
    new = phone.call(EventType.AGENT, "Messages", "send_message", {"user_id": "ann"}).metadata.return_value
    assert [item.last_updated for item in app.conversations.values()] == [1e9, 1e9 + 60]
    assert [item.conversation_id for item in app.list_recent_conversations()] == [new, old]
    services.clock.advance_to(1e9 + 120)
    app.create_and_add_message(old, "tom", "Hi")
    assert [item.conversation_id for item in app.list_recent_conversations()] == [old, new]


def test_kd_31_the_section_sets_it_from_the_newest_message(messages: StatefulMessagingApp) -> None:
    for conversation in messages.conversations.values():
        assert conversation.last_updated == max(message.timestamp for message in conversation.messages) < messages.now
