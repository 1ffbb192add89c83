"""The tools of the messaging app that read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.messaging.app import StatefulMessagingApp

App = StatefulMessagingApp


def test_people_are_found_by_name_and_id(messages: App) -> None:
    assert messages.get_user_id("Tom Abel") == "tom"
    assert messages.get_user_id("tom abel") is None
    assert messages.get_user_name_from_id("tom") == "Tom Abel"
    assert messages.get_user_name_from_id("Tom Abel") is None


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Tom Abel", {"Tom Abel": "tom"}),
        ("tom abel", {"Tom Abel": "tom"}),
        ("Pria Raman", {"Priya Raman": "priya"}),
        ("Lind", {"Ann Lind": "ann"}),
        ("Xqz", {}),
        ("", {}),
    ],
)
def test_people_are_found_by_a_similar_name(messages: App, name: str, found: dict[str, str]) -> None:
    assert messages.lookup_user_id(name) == found


def test_the_most_similar_name_comes_first() -> None:
    app = App(name_to_id={"Tomas Abel": "u1", "Tom Abel": "u2"})
    assert list(app.lookup_user_id("tom abel")) == ["Tom Abel", "Tomas Abel"]


def test_existing_conversations_have_exactly_these_people(messages: App) -> None:
    assert messages.get_existing_conversation_ids(["tom"]) == ["chat"]
    assert messages.get_existing_conversation_ids(["tom", "priya", "me"]) == ["dinner"]
    assert messages.get_existing_conversation_ids(["priya"]) == []


def test_recent_conversations_come_newest_first_with_their_newest_messages(messages: App) -> None:
    found = messages.list_recent_conversations(limit_recent_messages_per_conversation=1)
    assert [(item.conversation_id, item.messages[0].message_id) for item in found] == [
        ("chat", "m3"),
        ("dinner", "m2"),
        ("trip", "m4"),
    ]
    assert messages.list_recent_conversations(1, 1, 1)[0].messages[0].message_id == "m1"
    assert messages.list_recent_conversations(offset_recent_messages_per_conversation=9)[0].messages == []
    assert messages.list_recent_conversations(3) == []


def test_conversations_of_a_person(messages: App) -> None:
    assert [item.conversation_id for item in messages.list_conversations_by_participant("tom")] == ["dinner", "chat"]
    assert messages.list_conversations_by_participant("to") == []
    assert len(messages.list_conversations_by_participant("tom", offset=1)) == 1


@pytest.mark.parametrize("tool", ["list_recent_conversations", "list_conversations_by_participant"])
@pytest.mark.parametrize(
    "args",
    [
        {"limit": 6},
        {"limit": -1},
        {"offset": -1},
        {"offset": 4},
        {"limit_recent_messages_per_conversation": 11},
        {"limit_recent_messages_per_conversation": -1},
        {"offset_recent_messages_per_conversation": -1},
    ],
)
def test_limits_of_lists(messages: App, tool: str, args: dict[str, int]) -> None:
    who: dict[str, Any] = {"user_id": "tom"} if tool.endswith("participant") else {}
    with pytest.raises(ValueError, match=str(next(iter(args.values())))):
        getattr(messages, tool)(**who, **args)


def test_a_conversation_is_read_newest_first(messages: App) -> None:
    found = messages.read_conversation("dinner", limit=1)
    assert [message.message_id for message in found["messages"]] == ["m2"]
    assert found["metadata"] == {
        "message_range": (0, 1),
        "conversation_length": 2,
        "conversation_id": "dinner",
        "conversation_title": "Friday dinner",
    }
    assert [message.message_id for message in messages.read_conversation("dinner", 1)["messages"]] == ["m1"]
    assert messages.read_conversation("dinner", 2)["messages"] == []


def test_dates_are_included(messages: App) -> None:
    # The conversation began at 2023-11-12 22:13:20 and went on a day later.
    def read(**dates: str) -> list[str]:
        return [message.message_id for message in messages.read_conversation("dinner", **dates)["messages"]]

    assert read(min_date="2023-11-12 22:13:20") == ["m2", "m1"]
    assert read(min_date="2023-11-12 22:13:21") == ["m2"]
    assert read(max_date="2023-11-12 22:13:20") == ["m1"]
    assert read(min_date="2023-11-12 22:13:21", max_date="2023-11-12 23:00:00") == []


@pytest.mark.parametrize(
    "args",
    [
        {"conversation_id": "x"},
        {"conversation_id": "dinner", "offset": -1},
        {"conversation_id": "dinner", "offset": 3},
        {"conversation_id": "dinner", "min_date": "Friday"},
        {"conversation_id": "dinner", "max_date": ""},
    ],
)
def test_what_cannot_be_read(messages: App, args: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no conversation|offset|not a date"):
        messages.read_conversation(**args)


def test_search(messages: App) -> None:
    assert messages.search("FRIDAY") == ["dinner"]
    assert messages.search("tom") == ["dinner", "chat"]
    assert messages.search("plan") == ["trip"]
    assert messages.search("plan", min_date="2023-11-12") == []
    assert messages.search("trip", min_date="2023-11-12") == ["trip"]
    assert messages.search("f.iday") == []
    assert messages.regex_search("F.iday!$") == ["dinner"]
    assert messages.regex_search("^HI$") == ["chat"]
    with pytest.raises(ValueError, match="not a regular expression"):
        messages.regex_search("(")


READS: list[Callable[[App], object]] = [
    lambda app: app.lookup_user_id("Tom"),
    lambda app: app.get_existing_conversation_ids(["tom"]),
    lambda app: app.list_recent_conversations(),
    lambda app: app.list_conversations_by_participant("tom"),
    lambda app: app.read_conversation("dinner"),
    lambda app: app.search("a"),
    lambda app: app.regex_search("a"),
    lambda app: app.list_recent_conversations()[0].messages.clear(),
]


@pytest.mark.parametrize("read", READS)
def test_reading_changes_nothing(messages: App, read: Callable[[App], object]) -> None:
    before = messages.get_state()
    read(messages)
    assert messages.get_state() == before
