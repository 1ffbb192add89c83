"""Taps through the messaging app."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.messaging.screens import ConversationList, ConversationOpened
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent

Tap = Callable[..., CompletedEvent]


def test_the_list_reads_without_leaving(messages: StatefulMessagingApp, tap: Tap) -> None:
    found = tap("list_recent_conversations", limit=2).metadata.return_value
    assert [item["conversation_id"] for item in found] == ["chat", "dinner"]
    assert tap("search_conversations", query="tom", limit=1).metadata.return_value == ["dinner"]
    assert tap("search_conversations", query="tom", limit=-1).failed()
    assert messages.current_state == ConversationList(messages)


def test_a_conversation_is_opened_read_and_left(messages: StatefulMessagingApp, tap: Tap) -> None:
    opened = tap("open_conversation", conversation_id="dinner")
    assert [message["message_id"] for message in opened.metadata.return_value["messages"]] == ["m2", "m1"]
    assert messages.current_state == ConversationOpened(messages, "dinner")
    assert tap("read_messages", offset=1).metadata.return_value["metadata"]["message_range"] == [1, 2]
    tap("send_message", content="Me too", attachment_path="/docs/plan.txt")
    assert messages.conversations["dinner"].messages[-1].content == "Me too"
    tap("go_back")
    assert messages.current_state == ConversationList(messages)


def test_a_tap_that_fails_stays(messages: StatefulMessagingApp, tap: Tap) -> None:
    assert tap("open_conversation", conversation_id="x").failed()
    assert messages.current_state == ConversationList(messages)
    tap("open_conversation", conversation_id="dinner")
    before = messages.get_state()
    assert tap("send_message", content="x", attachment_path="/x").failed()
    assert messages.get_state() == before


def test_the_screen_in_front_decides_what_can_be_tapped(phone: Phone, tap: Tap) -> None:
    assert "Messages__send_message" not in phone.user_tools()
    tap("open_conversation", conversation_id="dinner")
    assert {"Messages__send_message", "Messages__read_messages", "Messages__go_back"} <= set(phone.user_tools())
