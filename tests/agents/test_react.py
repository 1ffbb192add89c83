"""ReAct texts, read and answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.agents.protocols.contract import MAX_DEPTH
from pare_runner.agents.protocols.react import END, ReactProtocol
from pare_runner.agents.replies import MAX_ARGUMENTS, Reply, Result
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Response
from pare_runner.policy.tools import ToolList

PROTOCOL = ReactProtocol(lambda results: " / ".join(result.text for result in results))
CREATE, LIST, FOLDERS = "Notes__create_note", "Notes__list_notes", "Notes__list_folders"


def read(tools: ToolList, text: str, **options: Any) -> Reply:
    return PROTOCOL.read(Response(text, **options), tools, may_end=True)


def action(name: Any, given: Any = None) -> str:
    return json.dumps({"action": name, "action_input": given})


def problem(reply: Reply) -> tuple[str, str]:
    assert reply.problem is not None
    assert reply.calls == ()
    return reply.problem.kind, reply.problem.message


def test_it_offers_no_tools_and_stops_after_an_action(tools: ToolList) -> None:
    assert len(PROTOCOL.offered(tools)) == 0
    assert (PROTOCOL.name, PROTOCOL.stop) == ("react", (END, "Observation:"))


@pytest.mark.parametrize(
    "text",
    [
        "Thought: a\nAction:\n{}\n<end_action>",
        "Thought: a\nAction: {}",
        "Action: {}<end_action>",
        "Thought: a\n**Action:**\n{}",
        "Thought: a\n### Action:\n{}",
        "Thought: a\nAction:\n```json\n{}\n```\n<end_action>",
        "Thought: a\nAction:\n{}\n<end_action>\nAction:\n{}\n<end_action>",
    ],
)
def test_one_action_in_the_ways_models_write_it(text: str, tools: ToolList) -> None:
    reply = read(tools, text.replace("{}", action(CREATE, {"title": "A {b} <c>"})), reasoning="Hm.")
    assert reply.problem is None
    (call,) = reply.calls
    assert (call.tool.name, call.args) == (CREATE, {"title": "A {b} <c>"})
    assert reply.message is not None
    assert (reply.message.role, reply.message.reasoning) == ("assistant", "Hm.")


@pytest.mark.parametrize("given", [None, "", {}])
def test_no_arguments_may_be_written_in_several_ways(given: Any, tools: ToolList) -> None:
    (call,) = read(tools, f"Action: {action(FOLDERS, given)}").calls
    assert call.args == {}


def test_a_bare_text_is_the_only_argument_a_tool_has(tools: ToolList) -> None:
    (call,) = read(tools, f"Action: {action('Notes__search_notes', 'milk')}").calls
    assert call.args == {"query": "milk"}
    assert problem(read(tools, f"Action: {action(LIST, 'Inbox')}"))[0] == "bad_arguments"


def test_line_breaks_inside_texts_are_forgiven(tools: ToolList) -> None:
    (call,) = read(tools, f'Action: {{"action": "{CREATE}", "action_input": {{"content": "a\nAction: b"}}}}').calls
    assert call.args == {"content": "a\nAction: b"}


@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("", "empty", "the reply was empty"),
        (" \n", "empty", "the reply was empty"),
        ("I am done.", "no_action", 'there is no line "Action:" with a JSON object below it'),
        ("Thought: my Action: none", "no_action", 'there is no line "Action:" with a JSON object below it'),
        ("Action: wait", "no_action", 'no JSON object follows "Action:"'),
        ("Action: {'action': 'x'}", "bad_json", "the action is not JSON: {'action': 'x'}"),
        ('Action: {"action": "x"', "bad_json", "the action is not JSON: "),
        ("Action: {}", "bad_json", 'the action needs the member "action", the name of a tool'),
        (f"Action: {action(7)}", "bad_json", 'the action needs the member "action", the name of a tool'),
        (f"Action: {action('Notes__creat_note')}", "unknown_tool", "there is no tool 'Notes__creat_note' here (did "),
        (f"Action: {action(FOLDERS, [1])}", "bad_arguments", f"the arguments of {FOLDERS} must be an object, not list"),
        (f"Action: {action(LIST, {'folder': 7})}", "bad_arguments", "argument 'folder' of list_notes must be str"),
        (f"Action: {action(LIST, {'folder': 'I', 'limit': float('inf')})}", "bad_arguments", "argument 'limit' of "),
        (f"Action: {action(FOLDERS)}\nAction: {action(FOLDERS)}", "several_actions", "there is more than one action"),
        ('Action: {"action": ' + "9" * 5000 + "}", "bad_json", "the action is not JSON: "),
        (f"Action: {'[' * 90_000}", "no_action", 'no JSON object follows "Action:"'),
        ("x" * (MAX_ARGUMENTS + 1), "too_long", f"the reply has {MAX_ARGUMENTS + 1} characters"),
    ],
)
def test_replies_that_cannot_be_used(text: str, kind: str, says: str, tools: ToolList) -> None:
    found, message = problem(read(tools, text))
    assert (found, message[: len(says)]) == (kind, says)


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 5_000, 20_000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_arguments_nested_beyond_reason(depth: int, opens: str, closes: str, tools: ToolList) -> None:
    deep = f'Action: {{"action": "{LIST}", "action_input": {{"folder": {opens * depth}1{closes * depth}}}}}'
    assert problem(read(tools, deep))[0] in ("bad_arguments", "bad_json", "too_long")


def test_a_reply_withheld_by_a_filter_is_malformed(tools: ToolList) -> None:
    reply = read(tools, f"Action: {action(FOLDERS)}", finish_reason="content_filter")
    assert problem(reply)[0] == "content_filter"


def test_a_long_reply_stands_in_the_conversation_by_its_beginning(tools: ToolList) -> None:
    reply = read(tools, "x" * (MAX_ARGUMENTS + 1))
    assert reply.message == Message("assistant", "x" * 1000)


def test_results_and_corrections_are_messages_of_the_user(tools: ToolList) -> None:
    reply = read(tools, f"Action: {action(FOLDERS)}")
    assert PROTOCOL.results(reply, [Result("[]")]) == [Message("user", "[]")]
    assert PROTOCOL.results(reply, [Result("[]")])[0].kind == "observation"
    assert PROTOCOL.results(reply, [Result("Error", failed=True)])[0].kind == "error"
    assert PROTOCOL.correction(reply, "No.") == [Message("user", "No.")]


@pytest.mark.parametrize("rest", ["<end_action>\nObservation: done", "\nObservation: done\nAction:\n{}"])
def test_what_a_model_makes_up_after_a_stop_sequence_is_left_out(tools: ToolList, rest: str) -> None:
    sound = f"Thought: I look.\nAction:\n{action(FOLDERS, {})}"
    whole, cut = read(tools, sound + rest), read(tools, sound)
    assert (whole.problem, whole.message) == (None, cut.message)
