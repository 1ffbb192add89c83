"""What is told beside the conversation, for those who ask for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.library.catalog import register_pare_scenarios
from pare_runner.library.prompts import load_prompts
from pare_runner.policy.request import Usage
from pare_runner.traces.conversation import entries_of
from pare_runner.traces.entry import EXTRA, Detail, Entry, Kind
from pare_runner.traces.record import record_of
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    WAIT,
    Play,
    acting,
    calling,
    events,
    news,
)

OPEN = calling(("System.open_app", {"app_name": "Notes"}))


def told(play: Play, *kinds: Kind, full: bool = False) -> list[Entry]:
    return entries_of(record_of(play.outcome), Detail(frozenset(kinds), full))


def texts(play: Play, kind: Kind) -> list[str]:
    return [entry.text for entry in told(play, kind) if entry.kind == kind]


@pytest.fixture(scope="module")
def accepted() -> Play:
    return Play(
        events(news("a"), ASKS, ACCEPTS),
        user=[OPEN, ACCEPT],
        observe=[LOOK, PROPOSE],
        execute=[calling(("Notes.delete_note", {"note_id": "milk"})), DONE],
        prompts=load_prompts(),
    )


def test_nothing_of_it_is_told_unasked(accepted: Play) -> None:
    assert not {entry.kind for entry in entries_of(record_of(accepted.outcome))} & set(EXTRA)
    extra = told(accepted, *EXTRA)
    assert [entry for entry in extra if entry.kind not in EXTRA] == entries_of(record_of(accepted.outcome))
    assert {entry.kind for entry in extra} >= set(EXTRA) - {"thought"}


def test_a_heading_stands_ahead_of_all_that_belongs_to_its_turn(accepted: Play) -> None:
    found = told(accepted, *EXTRA)
    headings = [entry.turn for entry in found if entry.kind == "turn"]
    assert headings == sorted(set(headings))
    current = None
    for entry in found:
        if entry.kind == "turn":
            current = entry.turn
        assert entry.turn in (current, None)
    ends = [entry for entry in found if entry.turn is None]
    assert ends == found[-len(ends) :]


def test_every_entry_of_an_agent_has_its_role(accepted: Play) -> None:
    roles = {(entry.who, entry.role) for entry in told(accepted, *EXTRA)}
    assert roles == {
        ("user", "user"), ("assistant", "observe"), ("assistant", "execute"), ("world", None), ("", None),
    }  # fmt: skip


def test_a_screen_is_told_when_it_changes(accepted: Play) -> None:
    first, second = texts(accepted, "screen")
    assert first != second
    assert all(text.startswith("screen: ") for text in (first, second))


def test_results_stand_below_calls_that_have_one() -> None:
    fails = calling(("Notes.delete_note", {"note_id": "beer"}))
    play = Play(events(ASKS, ACCEPTS), observe=[LOOK, PROPOSE], user=[WAIT, ACCEPT], execute=[fails, DONE])
    found = told(play, "result")
    places = [number for number, entry in enumerate(found) if entry.kind == "result"]
    assert [found[number - 1].kind for number in places] == ["read"]
    assert found[places[0]].text.startswith("→ [")


def test_requests_count_their_messages_and_tokens() -> None:
    play = Play(events(news("a")), observe=[replace(LOOK, usage=Usage(1000, 234)), WAIT])
    found = [entry.text for entry in told(play, "request") if entry.role == "observe" and entry.kind == "request"]
    assert found[:2] == ["observe asks its model, call 0: 2 messages, 1,234 tokens",
                         "observe asks its model, call 1: 4 messages"]  # fmt: skip


def test_thoughts_are_what_is_said_ahead_of_a_call_and_reasoning() -> None:
    play = Play(
        events(news("a")),
        observe=[
            replace(LOOK, content="I look.", reasoning="Hm."),
            replace(NONSENSE, reasoning="Well."),
            NONSENSE,
            WAIT,
        ],
    )
    assert texts(play, "thought") == ["thinks: Hm.\nI look.", "thinks: Well."]


def test_thoughts_of_react_replies() -> None:
    play = Play(events(news("a")), observe=[acting("Notes.list_folders")], protocol="react")
    assert set(texts(play, "thought")) == {"thinks: so be it."}


def test_screens_of_react_requests_end_where_the_tools_begin() -> None:
    play = Play(events(news("a")), protocol="react", prompts=load_prompts())
    assert texts(play, "screen") == ["screen: the home screen."]


def test_arguments_are_cut_unless_all_is_wanted() -> None:
    long = "word " * 100
    play = Play(events(news("a").replace("content: a", f"content: {long}")))
    short, whole = (told(play, full=full)[0].text for full in (False, True))
    assert len(short) < 200 < len(whole)
    assert "…" in short
    assert long.strip() in whole


def test_an_oracle_run_says_who_does_what_the_scenario_plans() -> None:
    scenario = register_pare_scenarios().get("dinner_headcount_change")()
    trace = record_of(run_oracle(scenario))
    found = [(entry.who, entry.role, entry.kind) for entry in entries_of(trace) if entry.who]
    assert found == [
        ("world", None, "event"),
        ("assistant", "observe", "read"),
        ("assistant", "observe", "proposal"),
        ("assistant", "observe", "mode"),
        ("user", "user", "answer"),
        ("assistant", "execute", "mode"),
        ("assistant", "execute", "write"),
    ]


def test_a_message_of_an_oracle_run_that_is_answered_is_a_proposal() -> None:
    scenario = register_pare_scenarios().get("dinner_headcount_change")()
    trace = record_of(run_oracle(scenario))
    *_, proposal, answer, write = trace.log
    trace = replace(
        trace,
        log=[
            *trace.log,
            replace(proposal, event_id="answered"),
            replace(answer, event_id="again"),
            replace(proposal, event_id="only said"),
        ],
    )
    kinds = [entry.kind for entry in entries_of(trace) if entry.event is not None]
    assert kinds[-4:] == ["write", "proposal", "answer", "message"]
    assert write.scheduled
