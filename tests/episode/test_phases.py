"""Phases: what ends them, and what becomes of replies that cannot be used."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pare_runner.agents.replies import MAX_ARGUMENTS
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.request import Response
from tests.episode.conftest import (
    ACCEPT,
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

CREATE = calling(("Notes.create_note", {"title": "T"}))
HOME = calling("System.go_home")
ACCEPTED: dict[str, Any] = {"user": [WAIT, ACCEPT], "observe": [PROPOSE]}


def native(name: str, arguments: str) -> Response:
    return Response(tool_calls=(ToolCall("c", name, arguments),), finish_reason="tool_calls")


# What ends a phase ----------------------------------------------------------------------------------------------------


def test_iteration_limits_of_the_roles() -> None:
    play = Play(events(), user=[HOME] * 9, observe=[LOOK] * 9, max_turns=1)
    assert play.times() == ["0 user", "5 observe", "10 observe", "15 observe", "20 observe", "25 observe"]
    play = Play(events(), user=[HOME] * 2, observe=[LOOK] * 2, user_iterations=2, observe_iterations=1, max_turns=1)
    assert play.times() == ["0 user", "5 user", "10 observe"]
    play = Play(events(), **ACCEPTED, execute=[LOOK] * 20, max_turns=2)
    assert len(play.times("execute")) == 10
    play = Play(events(), **ACCEPTED, execute=[LOOK] * 20, execute_iterations=3, max_turns=2)
    assert len(play.times("execute")) == 3


def test_an_iteration_is_one_model_reply_however_many_calls_it_makes() -> None:
    play = Play(events(), observe=[calling(*["Notes.list_folders"] * 4)] * 2, observe_iterations=2, max_turns=1)
    assert len(play.times("observe")) == 2
    assert play.log.count("10 list_folders") == play.log.count("15 list_folders") == 4


def test_a_phase_ends_with_a_phase_ending_call() -> None:
    play = Play(events(), user=[WAIT], user_iterations=5, observe=[WAIT], max_turns=1)
    assert play.times() == ["0 user", "5 observe"]


def test_execute_ends_with_a_native_reply_without_a_call_whose_text_is_kept_and_is_no_event() -> None:
    play = Play(events(), **ACCEPTED, execute=[CREATE, DONE, CREATE], max_turns=3)
    assert play.times("execute") == ["15 execute", "20 execute"]
    kept = [call.response for call in play.outcome.exchanges if call.request.role == "execute"]
    assert [response.content for response in kept if response] == ["", "Done."]
    assert [line for line in play.log if line.startswith("25 ")] == []
    assert (play.problems, play.result.proposal_count) == ([], 1)


def test_elsewhere_a_reply_without_a_call_is_malformed() -> None:
    assert Play(events(), user=[NONSENSE], observe=[NONSENSE]).problems == ["no_action", "no_action"]
    play = Play(
        events(),
        user=[acting("aui.wait"), acting("aui.accept_proposal")],
        protocol="react",
        observe=[acting("aui.send_message_to_user", content="?")],
        execute=[DONE],
    )
    assert play.problems == ["no_action"]


def test_after_an_execution_that_is_used_up_the_assistant_observes_again() -> None:
    play = Play(events(), **ACCEPTED, execute=[LOOK], execute_iterations=1, max_turns=3)
    assert play.times()[-2:] == ["20 user", "25 observe"]


# Malformed replies ----------------------------------------------------------------------------------------------------

LONG = '{"content": "' + "x" * MAX_ARGUMENTS + '"}'
NATIVE = {
    "empty": Response("  "),
    "no_action": Response("I think I wait."),
    "unknown_tool": native("Notes__explode", "{}"),
    "bad_json": native("Notes__list_notes", '{"folder": '),
    "bad_arguments": native("Notes__list_notes", '{"folder": 7}'),
    "too_long": native("PAREAgentUserInterface__send_message_to_user", LONG),
    "content_filter": Response("", finish_reason="content_filter"),
}
REACT = {
    "empty": Response(""),
    "no_action": Response("Thought: nothing to do."),
    "several_actions": Response('Action: {"action": "a"}\nAction: {"action": "b"}'),
    "unknown_tool": acting("Notes.explode"),
    "bad_json": Response("Thought: x\nAction:\n{'action': }<end_action>"),
    "bad_arguments": acting("Notes.list_notes", folders=[]),
    "too_long": Response("Thought: " + "x" * MAX_ARGUMENTS),
    "content_filter": Response("", finish_reason="content_filter"),
}
KINDS = [("native", kind) for kind in NATIVE] + [("react", kind) for kind in REACT]


@pytest.mark.parametrize(("protocol", "kind"), KINDS)
def test_a_malformed_reply_costs_g_uses_a_retry_and_no_iteration_and_the_model_sees_the_error(
    protocol: str, kind: str
) -> None:
    bad = (NATIVE if protocol == "native" else REACT)[kind]
    good = LOOK if protocol == "native" else acting("Notes.list_folders")
    play = Play(events(), observe=[bad, good], observe_iterations=1, protocol=protocol, max_turns=1)
    assert play.problems == [kind]
    assert play.times("observe") == ["5 observe", "10 observe"]
    assert play.log == ["15 list_folders"]
    assert play.metrics.errors == {kind: 1}
    second = play.outcome.exchanges[-1].request
    assert second.messages[-1].content.lstrip().startswith(f"{kind}: ")
    assert second.messages[-1].kind == "error"


def test_several_native_calls_are_no_mistake_but_one_bad_one_spoils_all() -> None:
    mixed = Response(tool_calls=(*LOOK.tool_calls, ToolCall("d", "Notes__nothing", "{}")))
    play = Play(events(), observe=[mixed, calling("Notes.list_folders", "Notes.list_folders"), WAIT], max_turns=1)
    assert (play.problems, play.log) == (["unknown_tool"], ["15 list_folders", "15 list_folders"])


def test_retries_count_anew_in_each_phase() -> None:
    play = Play(
        events(news("a", "at: 50s")),
        user=[*[NONSENSE] * 2, WAIT] * 2,
        observe=[*[NONSENSE] * 2, WAIT] * 2,
        format_retries=2,
    )
    assert (play.reason, len(play.problems)) == ("idle", 8)


def test_beyond_the_retries_the_run_has_failed_whatever_the_checks_say() -> None:
    good = events(rest="checks: [{state: notes.folders | length == 3}]\n")
    assert Play(good, observe=[NONSENSE] * 10).result.success is True
    play = Play(good, observe=[NONSENSE] * 99)
    assert (play.reason, play.result.success, play.result.status) == ("limit:format_retries", False, "failed")
    assert play.problems == ["no_action"] * 11
    assert play.result.rationale == (
        "the episode ended by limit:format_retries "
        "(observe: 11 replies of one phase cannot be used; the last: the reply called no tool)"
    )
    assert Play(good, observe=[NONSENSE], format_retries=0).reason == "limit:format_retries"


# Whatever a model says ------------------------------------------------------------------------------------------------

TEXT = st.text(max_size=8) | st.sampled_from(["\ud800", "\0", "9999-12-31 23:59:59", "Inbox", "milk", "talk", "Notes"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from([10**30, -(10**400)]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
TOOLS = [
    "Notes__list_notes",
    "Notes__create_note",
    "Chat__read_conversation",
    "Tasks__add_reminder",
    "PAREAgentUserInterface__wait",
    "PAREAgentUserInterface__send_message_to_user",
    "PAREAgentUserInterface__accept_proposal",
    "System__wait_for_notification",
    "System__open_app",
]
ARGUMENTS = ["folder", "note_id", "content", "timeout", "app_name", "title", "due_datetime", "limit", "conversation_id"]


@st.composite
def replies(draw: st.DrawFn, protocol: str) -> Response:
    name = draw(st.sampled_from(TOOLS) | TEXT)
    args = draw(st.dictionaries(st.sampled_from(ARGUMENTS), JSON, max_size=3) | JSON)
    text = draw(TEXT | st.just("Action: "))
    written = json.dumps(args) if draw(st.booleans()) else draw(st.text(max_size=20))
    reason = draw(st.sampled_from(["stop", "length", "content_filter", "tool_calls", ""]))
    if protocol == "react":
        action = json.dumps({"action": name, "action_input": args}) if draw(st.booleans()) else written
        return Response(f"{text}\nAction:\n{action}\n<end_action>{text}", finish_reason=reason)
    calls = tuple(ToolCall("same", name, written) for _ in range(draw(st.integers(0, 2))))
    return Response(text, calls, finish_reason=reason)


@pytest.mark.parametrize("protocol", ["native", "react"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_whatever_a_model_says_never_crashes_the_loop(protocol: str, data: st.DataObject) -> None:
    some = st.lists(replies(protocol), max_size=4)
    opening = PROPOSE if protocol == "native" else acting("aui.send_message_to_user", content="?")
    accepting = ACCEPT if protocol == "native" else acting("aui.accept_proposal")
    waiting = WAIT if protocol == "native" else acting("aui.wait")
    play = Play(
        events(news("a", "at: 50s")),
        user=[waiting, accepting, *data.draw(some)],
        observe=[opening, *data.draw(some)],
        execute=data.draw(some),
        protocol=protocol,
        max_idle_turns=20,
    )
    assert play.reason in ("idle", "duration", "max_turns", "limit:max_idle_turns")


def test_a_scenario_that_starts_after_the_last_moment_is_over_at_once() -> None:
    play = Play("start_time: 9999-06-01T00:00:00Z\nid: late\n" + events())
    assert (play.reason, play.times()) == ("duration", [])


def test_no_wait_and_no_reminder_leads_beyond_the_last_year() -> None:
    play = Play(events(), observe=[calling(("system.wait_for_notification", {"timeout": 10**14}))])
    assert play.reason == "duration"
    due = {"title": "T", "due_datetime": "9999-12-31 23:59:59", "description": ""}
    play = Play(events(), **ACCEPTED, execute=[calling(("Tasks.add_reminder", due))])
    assert play.reason == "duration"
