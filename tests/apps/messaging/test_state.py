"""The section and the state of the messaging app."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.messaging.models import FileMessageV2, MessageV2, MessagingAppMode

START = 1_700_000_000.0
Fill = Callable[[dict[str, Any]], StatefulMessagingApp]


def test_handles_are_user_ids_and_me_takes_part_everywhere(messages: StatefulMessagingApp) -> None:
    assert messages.current_user_id == "me"
    assert messages.id_to_name == {"me": "John Doe", "priya": "Priya Raman", "tom": "Tom Abel", "ann": "Ann Lind"}
    assert messages.name_to_id["Priya Raman"] == "priya"
    assert messages.conversations["dinner"].participant_ids == ["priya", "tom", "me"]
    assert messages.conversations["dinner"].messages[0].timestamp == START - 2 * 86400
    assert messages.conversations["chat"].title == "Tom Abel"


@pytest.mark.parametrize("me", ["Ada Byron", {"name": "Ada Byron"}])
def test_the_owner_has_a_name(fill: Fill, me: Any) -> None:
    app = fill({"me": me})
    assert (app.current_user_name, app.id_to_name) == ("Ada Byron", {"me": "Ada Byron"})


def test_the_owner_may_have_an_id_and_is_me_all_the_same(fill: Fill) -> None:
    talk = {"id": "c", "participants": ["me", "tom"], "messages": [{"from": "me", "content": "Hi"}]}
    app = fill({"me": {"id": "u0", "name": "Ada"}, "users": {"tom": "Tom"}, "conversations": [talk]})
    assert (app.current_user_id, app.id_to_name) == ("u0", {"u0": "Ada", "tom": "Tom"})
    assert app.conversations["c"].participant_ids == ["u0", "tom"]
    assert app.conversations["c"].messages[0].sender_id == "u0"
    with pytest.raises(ValueError, match="the handle 'u0' is the owner's"):
        fill({"me": {"id": "u0"}, "users": {"u0": "Tom"}})


def test_documented_names_are_accepted(fill: Fill) -> None:
    message = {"sender_id": "tom", "message_id": "m", "timestamp": 5.0, "content": "Hi"}
    conversation = {"conversation_id": "c", "participant_ids": ["tom", "me"], "messages": [message]}
    app = fill({"users": {"tom": "Tom"}, "conversations": [conversation], "messages_view_limit": 3})
    assert app.conversations["c"].messages == [MessageV2(**message)]
    assert app.conversations["c"].participant_ids == ["tom", "me"]
    assert app.messages_view_limit == 3


def test_ids_and_times_are_filled_in(fill: Fill) -> None:
    app = fill(
        {"users": {"tom": "Tom"}, "conversations": [{"participants": ["tom"], "messages": [{"from": "tom"}] * 2}]}
    )
    (conversation,) = app.conversations.values()
    first, second = conversation.messages
    assert first.message_id != second.message_id
    assert first.timestamp == conversation.last_updated == app.now


def test_numbers_need_no_name(fill: Fill) -> None:
    app = fill({"mode": "phone_number", "conversations": [{"id": "c", "participants": ["+1-555"]}]})
    assert app.mode is MessagingAppMode.PHONE_NUMBER
    assert app.conversations["c"].title == "+1-555"


def test_attachments_are_read(messages: StatefulMessagingApp, fill: Fill) -> None:
    (sent,) = messages.conversations["trip"].messages
    assert isinstance(sent, FileMessageV2)
    assert (sent.attachment_name, sent.attachment) == ("plan.txt", b"By train.")
    note = {"from": "tom", "attachments": [{"name": "note.txt", "text": "By bus."}]}
    app = fill({"users": {"tom": "Tom"}, "conversations": [{"id": "c", "participants": ["tom"], "messages": [note]}]})
    (received,) = app.conversations["c"].messages
    assert isinstance(received, FileMessageV2)
    assert received.attachment == b"By bus."


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"participants": ["Tom Abel"]}, "no user 'Tom Abel' .did you mean 'tom'"),
        ({"participants": ["tim"]}, "conversation 'x': there is no user 'tim' .did you mean 'tom'"),
        ({"participants": ["tom", "tom"]}, "named twice"),
        ({"participants": ["me"]}, "nobody takes part"),
        ({"participants": []}, "nobody takes part"),
        ({}, "'participants' is missing"),
        ({"participants": ["tom"], "id": "dinner"}, "already one of this id"),
        ({"participants": ["tom"], "messages": [{"from": "Tom Abel"}]}, "'Tom Abel' does not take part .*'tom'"),
        ({"participants": ["tom"], "messages": [{"from": "ann"}]}, "'ann' does not take part"),
        ({"participants": ["tom"], "messages": [{"from": "tom", "id": "m1"}]}, "already a message 'm1'"),
        ({"participants": ["tom"], "messages": [{"from": "tom", "id": "y"}] * 2}, "already a message 'y'"),
        ({"participants": ["tom"], "messages": [{"from": "tom", "attachments": ["/x"]}]}, "no file system"),
        (
            {"participants": ["tom"], "messages": [{"from": "tom", "attachments": [{"name": "a", "text": ""}] * 2}]},
            "one attachment",
        ),
    ],
)
def test_conversations_that_do_not_fit(fill: Fill, section: dict[str, Any], change: dict[str, Any], says: str) -> None:
    section["conversations"] = [*section["conversations"][:2], {"id": "x", **change}]
    with pytest.raises(ValueError, match=says):
        fill(section)


@pytest.mark.parametrize(
    ("users", "says"),
    [
        ({"me": "Ada"}, "name the owner in `me:`"),
        ({"a": "Ann", "b": "Ann"}, "user 'b': there is already somebody called 'Ann'"),
        ({"john": "John Doe"}, "already somebody called 'John Doe'"),
    ],
)
def test_people_that_do_not_fit(fill: Fill, users: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fill({"users": users})


def test_state_survives_the_round_trip(messages: StatefulMessagingApp) -> None:
    messages.send_message("tom", "With a file", "/docs/plan.txt")
    messages.create_group_conversation(["tom", "ann"])
    state = messages.get_state()
    other = StatefulMessagingApp(name="Messages")
    other.load_state(json.loads(json.dumps(state)))
    assert json.dumps(other.get_state()) == json.dumps(state)
    assert [type(message) for message in other.conversations["chat"].messages] == [MessageV2, FileMessageV2]


def test_the_documented_state_is_read(messages: StatefulMessagingApp) -> None:
    message = {"sender_id": "u1", "message_id": "bb22", "timestamp": 1760000000.0, "content": "Bus at nine?"}
    file = {**message, "message_id": "bb23", "attachment": base64.b64encode(b"a").decode(), "attachment_name": "a.txt"}
    gone = {**message, "message_id": "bb24", "attachment": None, "attachment_name": None}
    conversation = {
        "participant_ids": ["u1", "u0"],
        "messages": [message, file, gone],
        "title": None,
        "conversation_id": "aa11",
        "last_updated": 1760000000.0,
    }
    state = {
        "conversations": {"aa11": conversation},
        "messages_view_limit": 10,
        "conversation_view_limit": 5,
        "mode": "NAME",
        "name_to_id": {"John Doe": "u0", "Tove Lind": "u1"},
        "id_to_name": {"u0": "John Doe", "u1": "Tove Lind"},
        "current_user_id": "u0",
        "current_user_name": "John Doe",
    }
    messages.load_state(state)
    assert messages.get_state() == state
    assert messages.send_message("u1", "Yes") == "aa11"
    assert messages.search("lind") == []
    with pytest.raises(ValueError, match="no attachment"):
        messages.download_attachment("aa11", "bb24")


def test_what_an_old_state_lacks_is_filled_in(messages: StatefulMessagingApp) -> None:
    message = {"sender_id": "u1", "timestamp": 5.0, "content": "Hi", "seen": True}
    messages.load_state(
        {
            "conversations": {
                "c": {"participant_ids": ["u1"], "messages": [message, message]},
                "d": {"participant_ids": ["u2"]},
            }
        }
    )
    assert messages.conversations["c"].conversation_id == "c"
    assert messages.conversations["c"].last_updated == 5.0
    assert messages.conversations["d"].last_updated == START
    assert len({sent.message_id for sent in messages.conversations["c"].messages} - {""}) == 2


def test_a_state_that_does_not_fit_changes_nothing(messages: StatefulMessagingApp) -> None:
    before = messages.get_state()
    wrong = {"participant_ids": ["u1"], "messages": [{"sender_id": 5}]}
    with pytest.raises(ValueError, match=r"conversations\.c\.messages\.0\.sender_id"):
        messages.load_state({"current_user_id": "u0", "conversations": {"c": wrong}})
    assert messages.get_state() == before
