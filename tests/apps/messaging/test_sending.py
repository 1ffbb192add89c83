"""The tools of the messaging app that send messages and change conversations."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.messaging.models import ConversationV2, FileMessageV2, MessageV2, MessagingAppMode
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import EventType

START = 1_700_000_000.0


def ids(conversation: ConversationV2) -> list[str]:
    return [message.message_id for message in conversation.messages]


def test_a_message_goes_into_the_untitled_conversation_with_the_person(messages: StatefulMessagingApp) -> None:
    assert messages.send_message("tom", "Hello") == "chat"
    last = messages.conversations["chat"].messages[-1]
    assert (last.sender_id, last.content, last.timestamp) == ("me", "Hello", START)


def test_a_conversation_with_a_title_of_its_own_is_not_reused(messages: StatefulMessagingApp) -> None:
    new = messages.send_message("ann", "Hello")
    assert new != "trip"
    conversation = messages.conversations[new]
    assert (conversation.title, conversation.participant_ids) == ("Ann Lind", ["ann", "me"])
    assert messages.send_message("ann", "Again") == new


def test_a_file_is_sent_along(messages: StatefulMessagingApp) -> None:
    messages.send_message("tom", attachment_path="/docs/plan.txt")
    last = messages.conversations["chat"].messages[-1]
    assert isinstance(last, FileMessageV2)
    assert (last.attachment_name, last.attachment) == ("plan.txt", b"By train.")


def test_an_attachment_is_downloaded(phone: Phone, messages: StatefulMessagingApp) -> None:
    assert messages.download_attachment("trip", "m4") == "/Downloads/plan.txt"
    assert messages.file_store.read_bytes("/Downloads/plan.txt") == b"By train."
    assert messages.download_attachment("trip", "m4", "/docs") == "/docs/plan.txt"


def test_a_group_has_a_title_made_of_names(messages: StatefulMessagingApp) -> None:
    new = messages.conversations[messages.create_group_conversation(["tom", "me", "ann"])]
    assert (new.participant_ids, new.title, new.last_updated) == (["tom", "ann", "me"], "Ann Lind, Tom Abel", START)
    assert messages.conversations[messages.create_group_conversation(["tom", "ann"], "Us")].title == "Us"
    assert messages.send_message_to_group_conversation(new.conversation_id, "Hi") == new.conversation_id


def test_the_title_follows_the_participants_unless_it_was_given(messages: StatefulMessagingApp) -> None:
    messages.add_participant_to_conversation("chat", "ann")
    assert messages.conversations["chat"].title == "Ann Lind, Tom Abel"
    messages.remove_participant_from_conversation("chat", "tom")
    assert messages.conversations["chat"].title == "Ann Lind"
    messages.add_participant_to_conversation("dinner", "ann")
    assert messages.conversations["dinner"].title == "Friday dinner"
    assert messages.conversations["dinner"].participant_ids == ["priya", "tom", "me", "ann"]
    messages.change_conversation_title("chat", "Us")
    messages.add_participant_to_conversation("chat", "tom")
    assert messages.conversations["chat"].title == "Us"


def test_a_received_message_has_whole_seconds_and_comes_after_what_was_sent(
    phone: Phone, messages: StatefulMessagingApp
) -> None:
    phone.services.clock.advance_to(START + 0.5)
    messages.send_message("tom", "Are you there?")
    phone.services.clock.advance_to(START + 0.7)
    messages.create_and_add_message("chat", "tom", "Yes")
    newest, before, *_ = messages.read_conversation("chat")["messages"]
    assert (newest.content, newest.timestamp) == ("Yes", START)
    assert (before.content, before.timestamp) == ("Are you there?", START + 0.5)
    assert messages.conversations["chat"].last_updated == START + 0.7


def test_add_message_takes_a_time(messages: StatefulMessagingApp) -> None:
    messages.add_message("chat", "tom", "Long ago", START - 1e6)
    assert messages.conversations["chat"].last_updated == START - 3600
    messages.add_message("chat", "me", "Now")
    assert messages.conversations["chat"].last_updated == START
    assert [m.content for m in messages.read_conversation("chat")["messages"]] == ["Now", "Hi", "Long ago"]


def test_add_conversation_completes_a_copy(messages: StatefulMessagingApp) -> None:
    given = ConversationV2(participant_ids=["tom", "ann"], messages=[MessageV2(sender_id="ann", content="Hi")])
    messages.add_conversation(given)
    added = list(messages.conversations.values())[-1]
    assert (added.participant_ids, added.title) == (["tom", "ann", "me"], "Ann Lind, Tom Abel")
    assert added.messages[0].timestamp == added.last_updated == START
    assert all(ids(added))
    assert given == ConversationV2(participant_ids=["tom", "ann"], messages=[MessageV2(sender_id="ann", content="Hi")])


def test_people_may_have_phone_numbers() -> None:
    app = StatefulMessagingApp(mode=MessagingAppMode.PHONE_NUMBER, id_to_name={"+1-555": "Tom"})
    assert app.conversations[app.send_message("+1-555", "Hi")].title == "Tom"
    unknown = app.send_message("+1-777", "Hi")
    assert app.conversations[unknown].title == "+1-777"
    assert [item.conversation_id for item in app.list_conversations_by_participant("777")] == [unknown]
    with pytest.raises(ValueError, match="no user 'Tim'"):
        app.send_message("Tim", "Hi")


def test_the_owner_may_be_given() -> None:
    app = StatefulMessagingApp("u0", "Ada", name_to_id={"Tom": "u1"})
    assert (app.id_to_name, app.name_to_id) == ({"u0": "Ada", "u1": "Tom"}, {"Ada": "u0", "Tom": "u1"})
    assert StatefulMessagingApp("u1", id_to_name={"u1": "Tom"}).current_user_name == "Tom"
    app.add_users(["Tom", "Ann"])
    assert list(app.name_to_id) == ["Ada", "Tom", "Ann"]
    assert app.id_to_name[app.name_to_id["Ann"]] == "Ann"


A, E = EventType.AGENT, EventType.ENV
GIVEN_TWICE = {"id": "dinner", "participants": ["tom"]}
STRANGER = {"participants": ["tom"], "messages": [{"from": "ann"}]}
TAKEN = {"participants": ["tom"], "messages": [{"from": "tom", "id": "m1"}]}
FAILING: list[tuple[EventType, str, dict[str, Any], str]] = [
    (A, "send_message", {"user_id": "Priya Raman"}, "did you mean 'priya'"),
    (A, "send_message", {"user_id": "tim"}, "did you mean 'tom'"),
    (A, "send_message", {"user_id": "me"}, "owner"),
    (A, "send_message", {"user_id": "priya", "attachment_path": "/docs/plan.md"}, "no file '/docs/plan.md'"),
    (A, "send_message_to_group_conversation", {"conversation_id": "chat"}, "no group"),
    (A, "send_message_to_group_conversation", {"conversation_id": "friday dinner"}, "did you mean 'dinner'"),
    (
        A,
        "send_message_to_group_conversation",
        {"conversation_id": "dinner", "attachment_path": "/x"},
        "no file '/x'",
    ),
    (A, "create_group_conversation", {"user_ids": ["tom"]}, "at least 2"),
    (A, "create_group_conversation", {"user_ids": ["tom", "tom", "me"]}, "at least 2"),
    (A, "create_group_conversation", {"user_ids": ["tom", "nobody"]}, "no user 'nobody'"),
    (A, "add_participant_to_conversation", {"conversation_id": "x", "user_id": "ann"}, "no conversation 'x'"),
    (A, "add_participant_to_conversation", {"conversation_id": "chat", "user_id": "tom"}, "already"),
    (A, "add_participant_to_conversation", {"conversation_id": "chat", "user_id": "Ann"}, "'ann'"),
    (A, "remove_participant_from_conversation", {"conversation_id": "chat", "user_id": "ann"}, "take part"),
    (A, "change_conversation_title", {"conversation_id": "x", "title": "y"}, "no conversation 'x'"),
    (A, "download_attachment", {"conversation_id": "x", "message_id": "m4"}, "no conversation 'x'"),
    (A, "download_attachment", {"conversation_id": "chat", "message_id": "m4"}, "no message 'm4'"),
    (A, "download_attachment", {"conversation_id": "chat", "message_id": "m3"}, "no attachment"),
    (A, "download_attachment", {"conversation_id": "trip", "message_id": "m4", "download_path": "/x"}, "cannot save"),
    (E, "create_and_add_message", {"conversation_id": "chat", "sender_id": "ann", "content": ""}, "take part"),
    (E, "create_and_add_message", {"conversation_id": "dinner", "sender_id": "Tom Abel", "content": ""}, "'tom'"),
    (E, "add_message", {"conversation_id": "x", "sender_id": "ann", "content": ""}, "no conversation 'x'"),
    (E, "add_conversation", {"conversation": GIVEN_TWICE}, "already one of this id"),
    (E, "add_conversation", {"conversation": STRANGER}, "'ann' does not take part"),
    (E, "add_conversation", {"conversation": TAKEN}, "already a message 'm1'"),
    (E, "add_conversation", {"conversation": {"participants": ["me"]}}, "nobody takes part"),
    (E, "add_conversation", {"conversation": {"participants": ["tom", "tom"]}}, "named twice"),
]


@pytest.mark.parametrize(("actor", "tool", "args", "says"), FAILING)
def test_a_call_that_fails_changes_nothing(
    phone: Phone, messages: StatefulMessagingApp, actor: EventType, tool: str, args: dict[str, Any], says: str
) -> None:
    before = messages.get_state()
    event = phone.call(actor, "Messages", tool, args)
    assert event.metadata.exception_type == "ValueError"
    assert says in (event.metadata.exception or "")
    assert messages.get_state() == before
    assert not phone.notifications.agent


def test_arguments_that_exist(messages: StatefulMessagingApp) -> None:
    tools = messages.tools(ToolKind.AGENT)

    def values(tool: str, argument: str) -> list[Any]:
        return messages.argument_values(tools[tool], argument)

    assert values("read_conversation", "conversation_id") == ["dinner", "chat", "trip"]
    assert values("send_message_to_group_conversation", "conversation_id") == ["dinner"]
    assert values("download_attachment", "conversation_id") == ["trip"]
    assert values("download_attachment", "message_id") == ["m4"]
    assert values("send_message", "user_id") == ["priya", "tom", "ann"]
    assert values("get_user_id", "user_name") == ["John Doe", "Priya Raman", "Tom Abel", "Ann Lind"]
    for user_ids in values("create_group_conversation", "user_ids"):
        messages.create_group_conversation(user_ids)
    assert messages.known_ids()["user_id"] == ["me", "priya", "tom", "ann"]
    assert messages.known_ids()["message_id"][:4] == ["m1", "m2", "m3", "m4"]


def test_what_the_environment_does_is_told(phone: Phone) -> None:
    content = "I cannot make it on Friday."
    args = {"conversation_id": "dinner", "sender_id": "priya", "content": content}
    phone.call(E, "Messages", "create_and_add_message", args)
    (user,), (agent,) = phone.notifications.user, phone.notifications.agent
    assert content in agent.message
    assert content[:20] in user.message
    assert content not in user.message
    phone.call(E, "Messages", "create_group_conversation", {"user_ids": ["ann", "tom"]})
    phone.call(E, "Messages", "add_participant_to_conversation", {"conversation_id": "chat", "user_id": "ann"})
    phone.call(E, "Messages", "remove_participant_from_conversation", {"conversation_id": "chat", "user_id": "ann"})
    phone.call(E, "Messages", "change_conversation_title", {"conversation_id": "chat", "title": "Us"})
    phone.call(E, "Messages", "add_message", args)
    assert len(phone.notifications.user) == len(phone.notifications.agent) == 5
