"""A run as a conversation: everything that happened stands there, in order, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.policy.request import ModelError
from pare_runner.traces.conversation import check_reasons, entries_of, lines
from pare_runner.traces.entry import Entry
from pare_runner.traces.record import Verdict, record_of
from pare_runner.traces.words import clock, shortened
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    REJECT,
    WAIT,
    Play,
    calling,
    compiled,
    events,
    news,
)

CHECKED = """\
checks:
  - proposed: {about: {contains: Shall}}
  - called: notes.delete_note
  - state: notes.folders | length == 99
"""


def told(play: Play) -> list[str]:
    """`time who: text` of the entries before the end."""
    found = entries_of(record_of(play.outcome))
    end = next(number for number, entry in enumerate(found) if entry.kind == "end")
    return [f"{clock(entry.seconds)} {entry.who}: {entry.text}" for entry in found[:end]]


def test_who_saw_and_did_what_and_when() -> None:
    play = Play(
        events(news("hello"), ASKS, ACCEPTS, rest=CHECKED),
        user=[calling(("System.open_app", {"app_name": "Notes"})), ACCEPT],
        observe=[LOOK, PROPOSE],
        execute=[calling(("Notes.delete_note", {"note_id": "milk"})), DONE],
    )

    assert told(play) == [
        "0:00 world: Chat.create_and_add_message(conversation_id='talk', sender_id='ann', content='hello')",
        "0:00 user: sees: Chat: new message (sender id: ann; conversation id: talk; content: hello)",
        "0:05 user: taps: System.open_app(app_name='Notes')",
        "0:05 assistant: sees it, too",
        "0:10 assistant: reads: Notes.list_folders()",
        "0:15 assistant: proposes: Shall I?",
        "0:15 assistant: … waits for an answer",
        "0:20 user: accepts: Please.",
        "0:20 assistant: … carries it out",
        "0:25 assistant: writes: Notes.delete_note(note_id='milk')",
        "0:30 assistant: says: Done.",
        "0:30 assistant: … observes again",
        "0:35 user: waits",
        "0:40 assistant: waits",
    ]


def test_every_line_of_the_log_stands_there_once() -> None:
    play = Play(
        events(news("a"), news("b", "at: 3s"), news("c", "at: 12s"), ASKS), observe=[LOOK, PROPOSE], user=[WAIT]
    )

    entries = entries_of(record_of(play.outcome))
    calls = [entry for entry in entries if entry.kind not in ("told", "mode", "text", "end", "held", "check")]
    assert len(calls) == len(play.outcome.log)
    times = [entry.seconds for entry in entries]
    assert times == sorted(times)


def test_an_event_during_a_reply_comes_before_it_and_is_seen_with_the_next_request() -> None:
    play = Play(events(news("late", "at: 7s")), observe=[LOOK, WAIT])

    assert told(play)[1:4] == [
        "0:07 world: Chat.create_and_add_message(conversation_id='talk', sender_id='ann', content='late')",
        "0:10 assistant: reads: Notes.list_folders()",
        "0:10 assistant: sees: Chat: new message (sender id: ann; conversation id: talk; content: late)",
    ]


def test_replies_that_cannot_be_used_and_calls_that_fail() -> None:
    play = Play(
        events(ASKS, ACCEPTS),
        observe=[NONSENSE, PROPOSE],
        user=[WAIT, ACCEPT],
        execute=[calling(("Notes.delete_note", {"note_id": "beer"}))],
    )

    assert "0:10 assistant: reply that cannot be used (no_action): What?" in told(play)
    failed = [entry for entry in entries_of(record_of(play.outcome)) if entry.failed]
    assert [entry.kind for entry in failed] == ["write"]
    assert "fails: " in failed[0].text


def test_a_rejection_and_a_model_that_fails() -> None:
    rejected = Play(events(news("a"), ASKS), observe=[PROPOSE], user=[WAIT, REJECT])
    assert told(rejected)[-5:-3] == ["0:15 user: rejects", "0:15 assistant: … observes again"]

    play = Play(events(news("a")), observe=[ModelError("timeout", "too slow")])
    assert told(play)[-1] == "0:05 assistant: the model call failed: timeout"
    assert [entry.text for entry in entries_of(record_of(play.outcome)) if entry.kind in ("end", "error")][1:] == [
        "did not end; exception",
        "ModelError: timeout: too slow",
    ]


def test_how_it_ended_and_which_checks_failed() -> None:
    play = Play(events(news("a"), ASKS, rest=CHECKED), observe=[PROPOSE], user=[WAIT, REJECT])

    ending = [(entry.kind, entry.text) for entry in entries_of(record_of(play.outcome))][-5:]
    assert ending[0] == ("end", "ended by idle: nothing was ahead that could change anything; failed")
    assert ending[1] == ("held", "✓ proposed")
    assert ending[2] == ("check", "✗ called notes.delete_note: 0 such calls, at least 1 wanted")
    assert ending[3][1].startswith("✗ state notes.folders | length == 99: ")


@pytest.mark.parametrize(("rule", "told"), [("report", " (reported only)"), ("forbid", ": Notes.delete_note (")])
def test_side_effects_that_do_not_count(rule: str, told: str) -> None:
    play = Play(
        events(
            news("a"), ASKS, ACCEPTS, rest=f"checks: [proposed: {{about: {{contains: Shall}}}}]\nside_effects: {rule}\n"
        ),
        observe=[PROPOSE],
        user=[WAIT, ACCEPT],
        execute=[calling(("Notes.delete_note", {"note_id": "milk"})), DONE],
    )

    entries = entries_of(record_of(play.outcome))
    assert play.outcome.result.success is (rule == "report")
    (check,) = (entry.text for entry in entries if entry.kind == "check")
    assert check.startswith(f"✗ side_effects{told}")


def test_reasons_that_hold_semicolons_and_names() -> None:
    checks = {"a": False, "b": True, "a (2)": False, "c": False}
    result = Verdict("failed", "a: x; y; a (2): because; z", checks=checks)
    assert dict(check_reasons(result)) == {"a": "x; y", "a (2)": "because; z", "c": ""}


def test_an_oracle_run_can_be_told_too() -> None:
    outcome = run_oracle(compiled(events(news("a"), f"{ASKS[:-1]}, after: a}}", ACCEPTS)))
    assert [entry.who for entry in entries_of(record_of(outcome))][:3] == ["world", "assistant", "assistant"]


def test_lines_keep_the_width_and_merge_waits() -> None:
    entries = [
        Entry(5, "user", "wait", "waits"),
        Entry(10, "assistant", "wait", "waits"),
        Entry(3661, "assistant", "proposal", "proposes: " + "word " * 100),
        Entry(90000, "user", "wait", "waits"),
        Entry(90000, "", "check", "✗ a: b"),
    ]
    found = list(lines(entries, 60))

    assert found[0] == "     0:05             user and assistant wait"
    assert found[1].startswith("  1:01:01  assistant  proposes: word word")
    assert found[-2:] == ["1d 1:00:00  user       waits", " " * 22 + "✗ a: b"]
    assert max(map(len, found)) <= 60
    assert "…" in found[-3]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", [""]),
        ("on 2026-11-30 at noon", ["on 2026-11-30 at", "noon"]),
        ("no-break between-words, please", ["no-break", "between-words,", "please"]),
        ("a https://one.example/very/long", ["a https://one.exampl", "e/very/long"]),
        ("spaces after     ", ["spaces after"]),
    ],
)
def test_lines_break_between_words(text: str, shown: list[str]) -> None:
    entry = Entry(0.0, "user", "waits", text, None)
    assert [line[22:] for line in lines([entry], width=42)] == shown


def test_colours_are_the_callers() -> None:
    painted = list(lines([Entry(0, "user", "tap", "taps", failed=True)], paint=lambda text, kind: f"<{kind}>{text}"))
    assert painted == ["     0:00  user       <error>taps"]


@pytest.mark.parametrize(("text", "expected"), [("a\n b", "a b"), ("abcdef", "abc…")])
def test_texts_are_cut(text: str, expected: str) -> None:
    assert shortened(text, 4) == expected


def test_turns_in_which_all_wait_share_a_heading() -> None:
    def turn(number: int, *entries: Entry) -> list[Entry]:
        heading = Entry(number, "", "turn", f"turn {number}", turn=number)
        return [heading, *(replace(entry, turn=number) for entry in entries)]

    waits = [Entry(1, "user", "wait", "waits"), Entry(1, "assistant", "wait", "waits")]
    tap = Entry(2, "user", "tap", "taps: x")
    ends = [Entry(9, "", "end", "ended")]
    entries = [*turn(0, *waits), *turn(1, *waits), *turn(2, *waits, tap), *turn(3, waits[0]), *ends]
    found = [" ".join(line.split()) for line in lines(entries)]

    assert found == [
        "", "turns 0 to 1", "0:01 user and assistant wait",
        "", "turn 2", "0:01 user and assistant wait", "0:02 user taps: x",
        "", "turn 3", "0:01 user waits",
        "", "0:09 ended",
    ]  # fmt: skip


def test_whole_texts_keep_their_lines() -> None:
    entry = Entry(0, "user", "told", "sees: a\n\n" + "b" * 400)
    assert list(lines([entry], 60, longest=None))[:3] == ["     0:00  user       sees: a", "", " " * 22 + "b" * 38]
    assert next(lines([entry], 60)).startswith("     0:00  user       sees: a bbb")


def test_a_request_has_no_line() -> None:
    assert list(lines([Entry(0, "user", "request", "user asks its model")])) == []


def test_texts_of_a_run_cannot_steer_the_terminal() -> None:
    (line,) = lines([Entry(0, "user", "told", "sees: \x1b[31mred\x07\x9b")])
    assert line.endswith("sees: ␛[31mred␇\ufffd")
