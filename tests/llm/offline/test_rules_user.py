"""The user who follows the rules of the file."""

from __future__ import annotations

import pytest

from pare_runner.llm.offline.registry import offline_policy
from tests.llm.offline.conftest import ACCEPTS, PROPOSES, WRITES, Forgetful, calls, events, play


def with_rules(rules: str, *lines: str) -> str:
    return events(*lines) + f"user: {{rules: {rules}}}\n"


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ("{accept_when: shall}", "accept_proposal"),
        ("{accept_when: shall, reject_when: {contains: i?}}", "reject_proposal"),
        ("{accept_when: milk}", "reject_proposal"),
        ("{steps: []}", "reject_proposal"),
    ],
)
def test_a_proposal_is_answered_by_its_text_at_once(rules: str, answer: str) -> None:
    outcome = play(with_rules(rules, WRITES, PROPOSES, ACCEPTS.replace("5s", "1h")), user="rules")
    assert calls(outcome) == ["20 send_message_to_user", f"25 {answer}"]


@pytest.mark.parametrize("forgetful", [False, True])
def test_each_step_is_made_once_at_its_time(forgetful: bool) -> None:
    steps = (
        "{steps: [{user: system.go_home, at: 5m}, {user: system.go_home, at: 2m},"
        " {user: chat.open_conversation, at: 3m, args: {conversation_id: talk}}]}"
    )
    policies = {"user": Forgetful(offline_policy("rules", "user"))} if forgetful else None
    oracle = "{id: looks, user: notes.open, on: {folder: Inbox}, args: {note_id: milk}}"
    outcome = play(with_rules(steps, oracle), "passive", "rules", replaced=policies)
    assert calls(outcome) == [
        "125 System__go_home",
        "185 System__open_app",
        "195 Chat__open_conversation",
        "305 System__go_home",
    ]


def test_a_tap_counts_for_one_step_and_not_before_its_time() -> None:
    steps = (
        "{steps: [{user: system.go_home, at: 2m}, {user: system.go_home, at: 2m1s},"
        " {user: chat.open_conversation, at: 3m, args: {conversation_id: talk}},"
        " {user: system.open_app, at: 10m, args: {app_name: Chat}}]}"
    )
    outcome = play(with_rules(steps, WRITES), "passive", "rules")
    assert [line.split()[1] for line in calls(outcome)] == [
        "System__go_home",
        "System__go_home",
        "System__open_app",
        "Chat__open_conversation",
        "System__go_home",
        "System__open_app",
    ]


def test_a_file_without_rules_is_played_as_by_scripted() -> None:
    text = events(WRITES, PROPOSES, ACCEPTS)
    assert calls(play(text, user="rules")) == calls(play(text, user="scripted"))
