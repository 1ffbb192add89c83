"""A replay gives what was recorded, and stops at the first thing that is not as it was."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.recorder import RecordingPolicy
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.replay import ReplayMismatch, ReplayPolicy
from pare_runner.llm.recording.store import CallStore
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import ModelError, Request, Role
from pare_runner.policy.tools import ToolList
from tests.llm.recording.exchange import (
    DINNER,
    EXCHANGE,
    NO_VIEW,
    SYSTEM,
    TASK,
    TOOLS,
    Answer,
    Listed,
    ask,
    record,
    request,
    tool,
)


def replay(directory: Path, unit: UnitKey = DINNER, sampling: str = "s1") -> ReplayPolicy:
    roles: tuple[Role, ...] = ("user", "observe", "execute")
    return ReplayPolicy(Recording.load(directory), unit, dict.fromkeys(roles, sampling))


def answers(policy: ReplayPolicy, asked: Iterable[Request]) -> list[Answer]:
    sessions = {role: policy.start(role, NO_VIEW) for role in ("user", "observe", "execute")}
    return [ask(sessions[request.role], request) for request in asked]


def mismatch(policy: ReplayPolicy, asked: Request) -> ReplayMismatch:
    with pytest.raises(ReplayMismatch) as caught:
        answers(policy, [asked])
    assert policy.mismatch is caught.value
    return caught.value


def test_a_replay_gives_replies_errors_tokens_and_latencies(recorded: Path) -> None:
    policy = replay(recorded)
    *replies, error = answers(policy, [asked for asked, _ in EXCHANGE])
    assert replies == [answer for _, answer in EXCHANGE[:-1]]
    assert isinstance(error, ModelError)
    assert (error.kind, error.message, error.retries) == ("content_filter", "refused", 1)
    policy.check()
    assert policy.calls == 4


def test_a_recorded_replay_is_the_same_recording(recorded: Path, tmp_path: Path) -> None:
    recording = Recording.load(recorded)
    with CallStore(tmp_path / "again") as store:
        for run, exchange in ((1, EXCHANGE), (2, EXCHANGE[:1])):
            unit = UnitKey("dinner", run)
            policy = RecordingPolicy(ReplayPolicy(recording, unit), store, unit, "s1")
            for asked, _ in exchange:
                ask(policy.start(asked.role, NO_VIEW), asked)
        store.finish()
    assert (tmp_path / "again" / "calls.jsonl").read_bytes() == (recorded / "calls.jsonl").read_bytes()


def test_another_word_in_a_prompt_shows_the_message_and_both_texts(recorded: Path) -> None:
    changed = Message("system", SYSTEM.content.replace("before", "after"), kind="system_prompt")
    error = mismatch(replay(recorded), request(messages=[changed, TASK], turn=3))
    assert str(error) == (
        "dinner run 1, turn 3, observe call 0: message 1 of 2 (system, system_prompt) is not the recorded one\n"
        "--- recorded, line 2\n"
        "+++ now, line 2\n"
        "  You help.\n"
        "- Look at the calendar before you propose.\n"
        "+ Look at the calendar after you propose.\n"
        "  Be brief."
    )
    assert (error.unit, error.role, error.index, error.turn) == (DINNER, "observe", 0, 3)
    assert error.exit_status == 2


def test_the_first_message_that_differs_is_named(recorded: Path) -> None:
    other = [SYSTEM, Message("user", "Priya can come."), Message("tool", "17:00", tool_call_id="c1")]
    error = str(mismatch(replay(recorded), request(index=1, messages=other)))
    assert "message 2 of 3 (user) is not" in error
    assert "\n- Priya cannot come.\n+ Priya can come." in error


def test_long_texts_are_cut_around_the_difference(tmp_path: Path) -> None:
    before, after = "a" * 300_000, "b" * 300_000
    with CallStore(tmp_path) as store:
        record(store, DINNER, [(request(messages=[Message("user", f"{before}OLD{after}")]), EXCHANGE[0][1])])
    error = str(mismatch(replay(tmp_path), request(messages=[Message("user", f"{before}NEW{after}")])))
    assert "aaaOLDbbb" in error
    assert "aaaNEWbbb" in error
    assert len(error) < 700


def test_many_changed_lines_are_cut(tmp_path: Path) -> None:
    texts = ["\n".join(f"{word} {number}" for number in range(1000)) for word in ("old", "new")]
    with CallStore(tmp_path) as store:
        record(store, DINNER, [(request(messages=[Message("user", texts[0])]), EXCHANGE[0][1])])
    error = str(mismatch(replay(tmp_path), request(messages=[Message("user", texts[1])])))
    assert "- old 5\n- … 994 more\n+ new 0" in error


def test_a_message_more_and_a_message_less(recorded: Path) -> None:
    more = mismatch(replay(recorded), request(messages=[SYSTEM, TASK, Message("user", "And now?", kind="task")]))
    assert str(more).endswith("message 3 of 3 (user, task) is new: 2 messages were recorded\n  And now?")
    less = mismatch(replay(recorded), request(messages=[SYSTEM]))
    assert str(less).endswith("message 2 of the 2 recorded ones (user) is missing; it was\n  Priya cannot come.")


def test_what_is_not_text_is_compared_too(recorded: Path) -> None:
    role = mismatch(replay(recorded), request(messages=[SYSTEM, Message("assistant", TASK.content)]))
    assert str(role).endswith("message 2 of 2 (assistant) is not the recorded one; its role was user")
    call = Message("user", TASK.content, (ToolCall("c1", "act", "{}"),))
    calls = mismatch(replay(recorded), request(messages=[SYSTEM, call]))
    assert '+ tool_calls: [{"id":"c1"' in str(calls)


def test_tools(recorded: Path) -> None:
    reworded = ToolList([TOOLS.tools[0], tool("read_today_calendar_events", "Shows them.")])
    error = str(mismatch(replay(recorded), request(tools=reworded)))
    assert "tool 2 of 2, Calendar__read_today_calendar_events, is not the recorded one" in error
    assert '+     "description": "Shows them.' in error
    fewer = str(mismatch(replay(recorded), request(tools=ToolList(TOOLS.tools[:1]))))
    assert "tool 2 of the 2 recorded ones, Calendar__read_today_calendar_events, is missing" in fewer
    more = ToolList([*TOOLS.tools, tool("delete_calendar_event")])
    found = str(mismatch(replay(recorded), request(tools=more)))
    assert "tool 3 of 3, Calendar__delete_calendar_event, is new: 2 tools were recorded" in found


def test_stop_sequences_and_sampling(recorded: Path) -> None:
    stop = str(mismatch(replay(recorded), request(stop=("<end>",))))
    assert "other stop sequences: recorded [], now ['<end>']" in stop
    sampling = str(mismatch(replay(recorded, sampling="s2"), request()))
    assert "the model or its settings are not the recorded ones (hash of both: recorded s1, now s2)" in sampling


def test_the_recording_ends(recorded: Path) -> None:
    error = str(mismatch(replay(recorded), request(index=2, turn=4)))
    assert error == "dinner run 1, turn 4, observe call 2: the recording ends before this call"
    assert "ends before" in str(mismatch(replay(recorded, UnitKey("lunch", 1)), request()))


def test_a_call_is_answered_once(recorded: Path) -> None:
    policy = replay(recorded)
    answers(policy, [request()])
    assert "ends before" in str(mismatch(policy, request()))


def test_calls_left_over(recorded: Path) -> None:
    policy = replay(recorded)
    answers(policy, [EXCHANGE[0][0]])
    with pytest.raises(ReplayMismatch) as caught:
        policy.check()
    assert str(caught.value) == "dinner run 1, turn 0, observe call 0: this recorded call was not made, and 2 more"


def test_jumps_replay_without_the_policy(tmp_path: Path) -> None:
    """Only answers other than None are written; each comes back at its own question."""
    dues = [None, 12.5, None, None, 1763456400.123456, None]
    asked, reply = EXCHANGE[0]
    with CallStore(tmp_path) as store:
        session = RecordingPolicy(Listed({"user": [reply]}, {"user": dues}), store, DINNER).start("user", NO_VIEW)
        before = [session.next_due() for _ in range(3)]
        ask(session, asked)
        after = [session.next_due() for _ in range(3)]
        store.finish()
    assert before + after == dues
    assert (tmp_path / "calls.jsonl").read_bytes().count(b'"kind":"due","scenario"') == 2

    policy = replay(tmp_path, sampling="")
    replayed = policy.start("user", NO_VIEW)
    assert [replayed.next_due() for _ in range(3)] == dues[:3]
    ask(replayed, asked)
    assert [replayed.next_due() for _ in range(2)] == dues[3:5]
    policy.check()

    early = replay(tmp_path, sampling="")
    session = early.start("user", NO_VIEW)
    with pytest.raises(ReplayMismatch, match="question 4 when it will act comes after 0 calls; recorded after 1"):
        [session.next_due() for _ in range(5)]

    unasked = replay(tmp_path, sampling="")
    ask(unasked.start("user", NO_VIEW), asked)
    with pytest.raises(ReplayMismatch, match="user: question 1 when it will act was not put to it"):
        unasked.check()
