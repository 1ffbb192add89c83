"""Behaviour of the agent interface."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.agent_ui.models import Sender

from ..conftest import START, Handset, MakePhone, convert

AUI = "PAREAgentUserInterface"
SECTION: dict[str, Any] = {
    "messages": [
        {"sender": "user", "content": "Yes please", "at": "-10m", "id": "yes"},
        {"sender": "Agent", "content": "Shall I call?", "at": "-20m", "time_read": "-19m"},
    ]
}
DOCUMENTED_STATE: dict[str, Any] = {
    "messages": [
        {
            "sender": "Agent",
            "content": "Shall I book?",
            "attachments": [],
            "timestamp": 1760000000.0,
            "time_read": 1760000000.0,
            "id": "6f1c2f6e-7d0b-4a55-9f0d-0b7a2d1c9e11",
        }
    ]
}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    return make_phone((PAREAgentUserInterface, SECTION))


def contents(messages: list[dict[str, Any]]) -> list[str]:
    return [message["content"] for message in messages]


def test_the_section_is_put_in_order_of_time(phone: Handset) -> None:
    messages = phone.app(PAREAgentUserInterface).messages
    assert [message.sender for message in messages] == [Sender.AGENT, Sender.USER]
    assert [message.timestamp for message in messages] == [START - 1200, START - 600]
    with pytest.raises(ValueError, match="two messages 'yes'"):
        phone.app(PAREAgentUserInterface).populate(convert(PAREAgentUserInterface, SECTION))


def test_a_proposal_and_its_answers(phone: Handset) -> None:
    phone.later(5)
    assert phone.agent(f"{AUI}.send_message_to_user", content="Shall I book?") is None
    message = phone.agent(f"{AUI}.get_last_message_from_agent")
    assert (message["content"], message["timestamp"], message["time_read"]) == ("Shall I book?", START + 5, START + 5)
    answer = phone.user(f"{AUI}.accept_proposal", content="At eight")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", answer)
    last = phone.agent(f"{AUI}.get_last_message_from_user")
    assert (last["id"], last["content"], last["time_read"]) == (answer, "At eight", None)
    assert phone.user(f"{AUI}.reject_proposal") != answer


def test_reading_messages(phone: Handset) -> None:
    phone.agent(f"{AUI}.send_message_to_user", content="One")
    phone.user(f"{AUI}.send_message_to_agent", content="Two")
    assert contents(phone.agent(f"{AUI}.get_all_messages")) == ["Two", "One", "Yes please", "Shall I call?"]
    assert contents(phone.agent(f"{AUI}.get_last_unread_messages")) == ["Yes please", "Two"]


def test_messages_with_attachments(phone: Handset) -> None:
    phone.user(
        f"{AUI}.send_message_to_agent",
        content="Look",
        attachments=["/a.txt"],
        base64_utf8_encoded_attachment_contents=[{"name": "b.txt", "base64_utf8": "aGk="}],
    )
    assert phone.agent(f"{AUI}.get_last_message_from_user")["attachments"] == ["/a.txt", "b.txt"]


def test_an_empty_conversation() -> None:
    interface = PAREAgentUserInterface()
    assert interface.get_last_message_from_user() is None
    assert interface.get_last_message_from_agent() is None
    assert interface.get_all_messages() == interface.get_last_unread_messages() == []


def test_waiting_changes_nothing(phone: Handset) -> None:
    before = phone.app(PAREAgentUserInterface).get_state()
    assert phone.agent(f"{AUI}.wait") == phone.user(f"{AUI}.wait")
    assert phone.app(PAREAgentUserInterface).get_state() == before


def test_kd_7_loading_keeps_the_times() -> None:
    interface = PAREAgentUserInterface()
    interface.load_state(DOCUMENTED_STATE)
    assert json.dumps(interface.get_state()) == json.dumps(DOCUMENTED_STATE)
