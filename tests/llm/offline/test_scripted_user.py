"""The user who plays the oracle."""

from __future__ import annotations

import pytest

from pare_runner.llm.offline.registry import offline_policy
from tests.llm.offline.conftest import ACCEPTS, PROPOSES, WRITES, Forgetful, calls, events, play

SENDS = (
    "{id: sends, user: chat.send_message, after: writes, delay: 1m, on: {conversation_id: talk}, args: {content: Hey}}"
)


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_step_is_made_tap_by_tap_when_it_is_due(forgetful: bool) -> None:
    policies = {"user": Forgetful(offline_policy("scripted", "user"))} if forgetful else None
    outcome = play(events(WRITES, SENDS), "passive", replaced=policies)
    assert calls(outcome) == ["75 System__open_app", "85 Chat__open_conversation", "95 Chat__send_message"]


def test_a_step_starts_from_where_the_user_is() -> None:
    looks = "{id: looks, user: chat.open_conversation, after: writes, args: {conversation_id: talk}}"
    outcome = play(events(WRITES, looks, SENDS), "passive")
    assert [line.split()[1] for line in calls(outcome)] == [
        "System__open_app",
        "Chat__open_conversation",
        "Chat__send_message",
    ]


def test_a_proposal_is_answered_when_that_is_due_and_before_anything_else() -> None:
    outcome = play(events(WRITES, PROPOSES, ACCEPTS.replace("5s", "2m"), SENDS))
    assert [line for line in calls(outcome) if "send_message_to" not in line] == [
        "145 accept_proposal",
        "155 System__open_app",
        "165 Chat__open_conversation",
        "175 Chat__send_message",
    ]


def test_the_oracle_may_reject() -> None:
    outcome = play(events(WRITES, PROPOSES, ACCEPTS.replace("accept", "reject")))
    assert calls(outcome) == ["20 send_message_to_user", "35 reject_proposal"]


def test_a_proposal_whose_answer_is_not_its_turn_is_rejected() -> None:
    waits = ACCEPTS.replace("after: proposes", "after: [proposes, sends]")
    outcome = play(events(WRITES, PROPOSES, waits, SENDS))
    assert calls(outcome)[:2] == ["20 send_message_to_user", "25 reject_proposal"]
    assert "reject_proposal" in calls(play(events(WRITES), "eager"))[1]


def test_a_failing_tap_is_made_three_times() -> None:
    fails = "{id: fails, user: chat.open_conversation, after: writes, args: {conversation_id: nobody}}"
    outcome = play(events(WRITES, fails, SENDS), "passive")
    assert [line.split()[1] for line in calls(outcome)] == [
        "System__open_app",
        *["Chat__open_conversation!"] * 3,
        "Chat__open_conversation",
        "Chat__send_message",
    ]
    assert outcome.result.termination_reason == "idle"


def test_a_step_without_a_way_is_passed_over() -> None:
    reads = "{id: reads, agent: chat.get_existing_conversation_ids, after: writes, args: {user_ids: [ann]}}"
    nowhere = (
        "{id: looks, user: chat.open_conversation, after: writes, args: {conversation_id: {from: reads, path: '[7]'}}}"
    )
    outcome = play(events(WRITES, reads, nowhere, SENDS))
    assert calls(outcome)[-1].endswith("Chat__send_message")
    assert outcome.result.termination_reason == "idle"


def test_what_may_be_left_out_is_still_made_first() -> None:
    looks = "{id: looks, user: notes.open, after: writes, delay: 2m, args: {note_id: milk}}"
    after = SENDS.replace("after: writes, delay: 1m", "after: looks, delay: 5s")
    lines = [line.split()[1] for line in calls(play(events(WRITES, looks, after), "passive"))]
    assert [line for line in lines if not line.startswith("System")] == [
        "Notes__open",
        "Chat__open_conversation",
        "Chat__send_message",
    ]


@pytest.mark.parametrize(
    "step",
    [
        "{id: tells, user: aui.send_message_to_agent, after: writes, args: {content: Hello?}}",
        "{id: accepts, user: aui.accept_proposal, after: writes}",
    ],
)
def test_a_step_that_is_not_offered_is_left_out(step: str) -> None:
    policies = {"user": Forgetful(offline_policy("scripted", "user"))}
    outcome = play(events(WRITES, step, SENDS), "passive", replaced=policies)
    assert calls(outcome)[-1].endswith("Chat__send_message")
    assert outcome.metrics.idle_turns < 6
