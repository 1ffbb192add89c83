"""What a file says for runs with agents: the user's rules, what calls must be to meet an event, screens of steps."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest

from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.errors import ScenarioError
from pare_runner.kernel.events import EventType
from pare_runner.kernel.references import Ref, ReferenceFailed
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.policy.request import Role
from pare_runner.scenarios.compiler.compile import compile_document
from pare_runner.scenarios.rules import RuleStep, UserRules
from pare_runner.scenarios.text.yaml_text import Document, load

from .conftest import START, lines, mistakes, run, scenario
from .test_diagnostics import ODD, places

APPS = """\
apps:
  notes: {type: StatefulNotesApp, folders: [Recipes], notes: [{id: n1, title: Pasta, folder: Recipes}]}
  messages: {type: StatefulMessagingApp, users: {tom: Tom}, conversations: [{id: c1, participants: [tom]}]}
"""

FULL = f"""\
{APPS}user:
  goal: a quiet day
  rules:
    accept_when: {{contains_any: [pasta, lunch]}}
    reject_when: {{regex: "(?i)never"}}
    steps:
      - {{user: notes.edit, at: 1m, on: {{note_id: n1, folder: Recipes}}}}
      - {{user: messages.open_conversation, at: 30s, args: {{conversation_id: {{from: news, path: "[0]"}}}}}}
events:
  - id: news
    env: messages.create_and_add_message
    at: 10s
    args: {{conversation_id: c1, sender_id: tom, content: Hi}}
  - {{id: rule_1, agent: aui.send_message_to_user, after: news, proposal: true, args: {{content: Pasta?}}}}
"""


def rules(text: str) -> UserRules:
    found = scenario(f"{APPS}user:\n  rules: {text}\nevents: []\n").rules
    assert found is not None
    return found


def no_result(event_id: str) -> Any:
    raise ReferenceFailed(event_id)


def test_a_file_without_rules_has_none() -> None:
    assert scenario(f"{APPS}user: {{goal: x}}\n").rules is None
    assert scenario(f"{APPS}user: {{rules: null}}\n").rules is None


@pytest.mark.parametrize(
    ("text", "proposal", "answer"),
    [
        ("{steps: []}", "Pasta?", False),
        ("{accept_when: pasta}", "More PASTA?", True),
        ("{accept_when: pasta}", "More rice?", False),
        ("{reject_when: pasta}", "More rice?", False),
        ("{accept_when: {contains_any: [rice, pasta]}, reject_when: never}", "Pasta?", True),
        ("{accept_when: {contains_any: [rice, pasta]}, reject_when: never}", "Never again pasta?", False),
        ("{accept_when: {empty: false}}", "Anything at all", True),
        ("{accept_when: {not: {contains: pasta}}}", "Pasta?", False),
    ],
)
def test_answers(text: str, proposal: str, answer: bool) -> None:
    assert rules(text).accepts(proposal) is answer


def test_steps_come_in_the_order_of_their_times_with_what_policies_need() -> None:
    made = scenario(FULL).rules
    assert made is not None
    opens, edits = made.steps
    assert isinstance(opens, RuleStep)
    assert (opens.name, opens.due, dict(opens.on)) == ("rule_2", START + 30, {})
    assert opens.event.action is not None
    assert (opens.event.action.app, opens.event.action.function) == ("Messages", "open_conversation")
    assert opens.event.action.args == {"conversation_id": Ref("news", "[0]")}
    # An event of the flow is called rule_1.
    assert (edits.name, edits.due, edits.on) == ("rule_1_", START + 60, {"note_id": "n1", "folder": "Recipes"})
    assert edits.event.event_type is EventType.USER
    assert edits.event.action is not None
    assert edits.event.action.actor is EventType.USER
    assert not edits.event.dependencies


def test_absolute_times_are_read_like_those_of_events() -> None:
    (step,) = rules("{steps: [{user: system.open_app, at: +1d 08:00, args: {app_name: Notes}}]}").steps
    assert step.due == START + 23 * 3600


def test_each_step_starts_where_the_one_before_it_in_time_ended() -> None:
    steps = (
        "{user: notes.go_back, at: 20s}, {user: notes.open, at: 10s, args: {note_id: n1}, on: {folder: Recipes}}",
        "{user: notes.go_back, at: 5s}, {user: notes.open, at: 10s, args: {note_id: n1}, on: {folder: Recipes}}",
    )
    sound, broken = (mistakes(f"{APPS}user: {{rules: {{steps: [{text}]}}}}\n") for text in steps)
    assert sound == []
    assert broken == ["6:31: there is nothing to go back to in Notes (name the screen with on:)"]


def test_an_oracle_run_is_the_same_with_and_without_rules() -> None:
    plain = FULL.replace(FULL[FULL.index("user:") : FULL.index("events:")], "")
    assert lines(run(FULL).log) == lines(run(plain).log)


def test_a_user_with_rules_follows_them_and_not_the_oracle() -> None:
    made = scenario(FULL.replace('{from: news, path: "[0]"}', "c1"))
    roles: tuple[Role, ...] = ("user", "observe", "execute")
    policies = {role: offline_policy("rules" if role == "user" else "scripted", role) for role in roles}
    outcome = finish(run_episode(made, Agents(policies, load_prompts())))
    assert outcome.result.exception is None
    taps = {event.function_name(): event.event_time for event in outcome.log if event.event_type is EventType.USER}
    way = ["open_app", "open_conversation", "go_home", "list_folders", "open", "edit"]
    assert [name for name in taps if name != "wait"] == ["accept_proposal", *way]
    assert taps["open_conversation"] >= START + 30
    assert taps["edit"] >= START + 60


RULED = load("id: s\nstart_time: 0\n" + FULL, "s").data


@pytest.mark.parametrize("place", [place for place in places(RULED) if place[0] == "user"], ids=repr)
def test_no_value_in_the_rules_does_more_than_give_a_message(place: tuple[Any, ...]) -> None:
    for value in ODD:
        data = copy.deepcopy(RULED)
        part: Any = data
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = value
        with contextlib.suppress(ScenarioError):
            assert compile_document(Document(data, "s")).world_hash


EVENTS = """\
events:
  - {id: news, env: notes.create_note, at: 10s, args: {title: N, content: C}}
  - id: asks
    agent: aui.send_message_to_user
    after: news
    args: {content: A note?}
    match: {content: {contains_any: [note, Note]}}
  - {id: yes, user: aui.accept_proposal, after: asks}
  - {id: edits, user: notes.edit, after: yes, on: {note_id: {from: news}, folder: Inbox}, match: {}}
"""


def test_what_calls_must_be_to_meet_an_event_is_kept_by_its_id() -> None:
    made = scenario(APPS + EVENTS.replace("{contains_any: [note, Note]}", "{contains: {from: news}}"))
    assert list(made.matches) == ["asks"]
    matches = made.matches["asks"]["content"]
    assert matches("about n7", lambda event_id: "n7")
    assert not matches("about n8", lambda event_id: "n7")
    assert not matches("about n7", no_result)


def test_without_match_there_is_nothing_to_meet() -> None:
    assert list(scenario(APPS + EVENTS).matches) == ["asks"]
    assert scenario(APPS).matches == {}


def test_the_screens_of_user_steps_are_kept_by_the_id_of_their_event() -> None:
    assert scenario(APPS + EVENTS).step_ons == {"yes": {}, "edits": {"note_id": Ref("news"), "folder": "Inbox"}}
