"""Conversations: what is kept, what is merged, what is shared."""

from __future__ import annotations

from itertools import pairwise

import pytest

from pare_runner.agents.transcript import Transcript
from pare_runner.library.prompts import load_prompts
from pare_runner.policy.messages import Message
from tests.episode.conftest import (
    ACCEPT,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    WAIT,
    Asked,
    Play,
    acting,
    calling,
    events,
    news,
)

A, B = Message("user", "a", kind="task"), Message("user", "b", kind="error")
SAID = Message("assistant", "said")


def test_messages_of_the_user_in_a_row_become_one_of_the_last_kind() -> None:
    transcript = Transcript("system")
    transcript.add(A, B, SAID, A)
    assert [(message.role, message.content, message.kind) for message in transcript.messages] == [
        ("system", "system", "system_prompt"),
        ("user", "a\n\nb", "error"),
        ("assistant", "said", ""),
        ("user", "a", "task"),
    ]


def test_a_message_at_the_end_that_is_not_kept() -> None:
    transcript = Transcript("system")
    transcript.add(A)
    assert [message.content for message in transcript.with_last(B)] == ["system", "a\n\nb"]
    assert [message.content for message in transcript.messages] == ["system", "a"]
    transcript.add(SAID)
    assert [message.content for message in transcript.with_last(B)] == ["system", "a", "said", "b"]


def conversations(play: Play, role: str) -> list[Asked]:
    return [asked for asked in play.asked if asked.role == role]


@pytest.mark.parametrize("protocol", ["native", "react"])
def test_no_two_messages_of_one_side_follow_each_other(protocol: str) -> None:
    """Many chat templates refuse anything else."""
    waits = WAIT if protocol == "native" else acting("aui.wait")
    accepts = ACCEPT if protocol == "native" else acting("aui.accept_proposal")
    asks = PROPOSE if protocol == "native" else acting("aui.send_message_to_user", content="?")
    looks = LOOK if protocol == "native" else acting("Notes.list_folders")
    play = Play(
        events(*(news(f"e{number}", f"at: {number * 7}s") for number in range(12))),
        user=[NONSENSE, waits, NONSENSE, accepts],
        observe=[looks, NONSENSE, NONSENSE, looks, asks],
        execute=[looks, NONSENSE if protocol == "react" else looks],
        protocol=protocol,
        prompts=load_prompts(),
    )
    assert play.reason == "idle"
    for asked in play.asked:
        roles = [message.role for message in asked.request.messages]
        assert roles[:2] == ["system", "user"]
        assert roles[-1] in ("user", "tool")
        assert all(first != second or first == "tool" for first, second in pairwise(roles))


def test_native_calls_are_all_answered_before_anything_else() -> None:
    broken = calling("Notes.list_folders", "Notes.nothing")
    play = Play(events(), observe=[calling("Notes.list_folders", "Notes.list_folders"), broken, LOOK, WAIT])
    messages = conversations(play, "observe")[3].request.messages
    waiting: list[str] = []
    for message in messages:
        if message.role == "tool":
            assert message.tool_call_id == waiting.pop(0)
        else:
            assert waiting == []
            waiting = [call.call_id for call in message.tool_calls]
    assert waiting == []


def test_the_observing_assistant_remembers_and_messages_are_shared_not_copied() -> None:
    play = Play(events(news("a", "at: 50s")), observe=[LOOK, WAIT])
    first, second, third = (asked.request.messages for asked in conversations(play, "observe")[:3])
    assert all(one is other for one, other in zip(first, second, strict=False))
    assert all(one is other for one, other in zip(second, third, strict=False))
    assert len(first) < len(second) < len(third)


def test_each_execution_starts_a_conversation_of_its_own() -> None:
    play = Play(events(), user=[WAIT, ACCEPT, WAIT, ACCEPT], observe=[PROPOSE, PROPOSE], execute=[LOOK, DONE, DONE])
    lengths = [len(asked.request.messages) for asked in conversations(play, "execute")]
    assert lengths == [2, 4, 2]


def test_the_user_sees_the_present_screen_only_in_the_newest_message() -> None:
    opens = calling(("System.open_app", {"app_name": "Notes"}))
    play = Play(events(), user=[opens, calling("System.go_home"), WAIT], user_iterations=3, prompts=load_prompts())
    for asked, screen in zip(conversations(play, "user"), ["home screen", "NoteList", "home screen"], strict=False):
        *earlier, newest = asked.request.messages
        assert screen in newest.content
        assert not any("Current app state" in message.content for message in earlier)


def test_a_malformed_reply_stays_in_the_conversation_with_what_was_wrong() -> None:
    play = Play(events(), observe=[NONSENSE, WAIT])
    messages = conversations(play, "observe")[1].request.messages
    assert [message.content for message in messages[-2:]] == ["What?", "no_action: the reply called no tool"]


def test_goal_and_additional_prompt_reach_the_user() -> None:
    play = Play("user: {goal: Buy bread.}\n" + events(), prompts=load_prompts())
    assert "Buy bread." in conversations(play, "user")[0].request.messages[0].content
    assert "Buy bread." not in conversations(play, "observe")[0].request.messages[0].content
