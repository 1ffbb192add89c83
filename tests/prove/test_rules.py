"""The timed steps of a user with rules: one that fails or has no way is told, whatever the assistant does."""

from __future__ import annotations

import pytest

from pare_runner.prove.proof import Claim, prove
from pare_runner.prove.rules import NO_WAY, steps_never_made
from tests.scenarios.conftest import scenario

TEXT = """\
apps:
  notes: {{type: StatefulNotesApp, notes: [{{id: milk, title: Milk, content: two bottles}}]}}
  chat: {{type: StatefulMessagingApp, users: {{tom: Tom}}, conversations: [{{id: c1, participants: [tom]}}]}}
user:
  rules: {{accept_when: delete, steps: [{steps}]}}
events:
  - {{id: news, env: notes.create_note, at: 10s, args: {{content: News}}}}
  - {{id: asks, agent: aui.send_message_to_user, after: news, delay: 5s, args: {{content: Shall I delete it?}}}}
  - {{id: ok, user: aui.accept_proposal, after: asks, delay: 5s}}
  - {{id: trip, agent: notes.create_note, after: ok, args: {{content: Trips}}}}
  - {{id: gone, agent: notes.delete_note, after: trip, args: {{note_id: milk}}}}
checks: [{{oracle_writes: true}}]
"""
OPENS = "{user: chat.open_conversation, at: 1m, args: {conversation_id: c1}}"


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ("", []),
        (OPENS, []),
        ("{user: chat.send_message, at: 2m, args: {content: Hi}, on: {conversation_id: c1}}", []),
        # Only where the assistant writes it is there this note, only where it does nothing the other one.
        ("{user: notes.open, at: 2m, args: {note_id: {from: trip}}, on: {folder: Inbox}}", []),
        ("{user: notes.open, at: 2m, args: {note_id: milk}, on: {folder: Inbox}}", []),
        (
            "{user: chat.send_message, at: 2m, args: {content: Hi}, on: {conversation_id: nobody}}",
            [("rule_1 (Messages.send_message)", "there is no conversation 'nobody' (known: c1)")],
        ),
    ],
)
def test_steps(steps: str, found: list[tuple[str, str]]) -> None:
    assert steps_never_made(scenario(TEXT.format(steps=steps))) == found


def test_a_step_that_comes_due_too_late() -> None:
    made = scenario("duration: 30s\n" + TEXT.format(steps=OPENS))
    assert steps_never_made(made) == [("rule_1 (Messages.open_conversation)", NO_WAY)]


def test_a_step_that_fails_is_a_claim_that_does_not_hold() -> None:
    steps = f"{OPENS}, {OPENS.replace('c1', 'leo')}, {OPENS.replace('c1', 'ann')}"
    claim, _ = prove(scenario(TEXT.format(steps=steps))).failing
    assert (claim.part, claim.what) == ("e", "the user's rules: rule_2 (Messages.open_conversation) can be made")
    assert claim.seen == "there is no conversation 'leo' (known: c1)"


def test_a_file_without_rules_needs_no_run() -> None:
    made = scenario(TEXT.format(steps="").replace("user:\n  rules: {accept_when: delete, steps: []}\n", ""))
    assert made.rules is None
    assert steps_never_made(made) == []
    assert all(isinstance(claim, Claim) and claim.holds for claim in prove(made).claims if claim.part == "e")
