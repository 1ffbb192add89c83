"""Native tool calls, read and answered."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.agents.protocols.contract import MAX_DEPTH
from pare_runner.agents.protocols.native import NativeProtocol
from pare_runner.agents.replies import MAX_ARGUMENTS, Reply, Result
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import Response
from pare_runner.policy.tools import ToolList

PROTOCOL = NativeProtocol()
CREATE, LIST, FOLDERS = "Notes__create_note", "Notes__list_notes", "Notes__list_folders"


def said(*calls: tuple[str, str], content: str = "", ids: tuple[str, ...] = (), **options: Any) -> Response:
    names = ids or tuple(f"c{number}" for number in range(len(calls)))
    written = tuple(ToolCall(call_id, *call) for call_id, call in zip(names, calls, strict=True))
    return Response(content, written, **options)


def read(tools: ToolList, *calls: tuple[str, str], may_end: bool = False, **options: Any) -> Reply:
    return PROTOCOL.read(said(*calls, **options), tools, may_end=may_end)


def problem(reply: Reply) -> tuple[str, str]:
    assert reply.problem is not None
    assert reply.calls == ()
    return reply.problem.kind, reply.problem.message


def test_it_offers_all_tools_and_stops_at_nothing(tools: ToolList) -> None:
    assert PROTOCOL.offered(tools) is tools
    assert (PROTOCOL.name, PROTOCOL.stop) == ("native", ())


def test_several_calls_in_their_order_with_their_arguments(tools: ToolList) -> None:
    reply = read(tools, (CREATE, '{"title": "A", "pinned": true}'), (FOLDERS, "{}"), content="So.", reasoning="Hm.")
    assert reply.problem is None
    assert [(call.tool.name, call.args, call.call_id) for call in reply.calls] == [
        (CREATE, {"title": "A", "pinned": True}, "c0"),
        (FOLDERS, {}, "c1"),
    ]
    assert reply.message is not None
    assert (reply.message.role, reply.message.content, reply.message.reasoning) == ("assistant", "So.", "Hm.")
    assert reply.message.tool_calls == reply.response.tool_calls


@pytest.mark.parametrize("arguments", ["", "  ", "{}", "null"])
def test_no_arguments_may_be_written_in_several_ways(arguments: str, tools: ToolList) -> None:
    reply = read(tools, (FOLDERS, arguments))
    assert [call.args for call in reply.calls] == [{}]
    assert reply.message is not None
    assert reply.message.tool_calls[0].arguments == "{}"


def test_a_text_without_a_call_ends_where_that_is_allowed(tools: ToolList) -> None:
    done = read(tools, content="Done.", may_end=True)
    assert (done.problem, done.calls) == (None, ())
    assert done.message is not None
    assert done.message.content == "Done."
    assert problem(read(tools, content="Done.")) == ("no_action", "the reply called no tool")


@pytest.mark.parametrize("may_end", [True, False])
@pytest.mark.parametrize("content", ["", " \n\t"])
def test_an_empty_reply_is_malformed_and_leaves_no_message(content: str, may_end: bool, tools: ToolList) -> None:
    reply = read(tools, content=content, may_end=may_end)
    assert problem(reply) == ("empty", "the reply was empty")
    assert reply.message is None


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "says"),
    [
        ("Notes__create_notes", "{}", "unknown_tool", "there is no tool 'Notes__create_notes' here (did you mean "),
        ("", "{}", "unknown_tool", "there is no tool '' here"),
        (FOLDERS, '{"a": ', "bad_json", f"the arguments of {FOLDERS} cannot be read: not JSON: "),
        (FOLDERS, "{'a': 1}", "bad_json", f"the arguments of {FOLDERS} cannot be read: not JSON: "),
        (FOLDERS, "[1]", "bad_arguments", f"the arguments of {FOLDERS} must be an object, not list"),
        (FOLDERS, '"x"', "bad_arguments", f"the arguments of {FOLDERS} must be an object, not str"),
        (FOLDERS, '{"a": 1}', "bad_arguments", "list_folders has no argument 'a'"),
        (LIST, "{}", "bad_arguments", "list_notes needs the argument 'folder'"),
        (LIST, '{"folder": 7}', "bad_arguments", "argument 'folder' of list_notes must be str"),
        (FOLDERS, '{"x": "\ud800"}', "bad_json", f"the arguments of {FOLDERS} cannot be read: "),
        (LIST, '{"folder": "I", "limit": ' + "9" * 5000 + "}", "bad_", ""),
        (LIST, '{"folder": "' + "x" * MAX_ARGUMENTS + '"}', "too_long", f"the arguments of {LIST} have 100014 char"),
    ],
)
def test_calls_that_cannot_be_made(name: str, arguments: str, kind: str, says: str, tools: ToolList) -> None:
    found, message = problem(read(tools, (name, arguments)))
    assert (found[: len(kind)], message[: len(says)]) == (kind, says)


def test_arguments_that_were_cut_off_say_so(tools: ToolList) -> None:
    _, message = problem(read(tools, (LIST, '{"folder": "In'), finish_reason="length"))
    assert message == f"the arguments of {LIST} cannot be read: the reply was cut off at its length limit"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 500, 1000, 5000])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_arguments_nested_beyond_reason(depth: int, opens: str, closes: str, tools: ToolList) -> None:
    deep = f'{{"folder": {opens * depth}1{closes * depth}}}'
    assert problem(read(tools, (LIST, deep)))[0] in ("bad_arguments", "bad_json")


def test_one_unusable_call_spoils_the_reply(tools: ToolList) -> None:
    reply = read(tools, (FOLDERS, "{}"), ("Nothing__here", "{}"), (CREATE, "{}"))
    assert problem(reply)[0] == "unknown_tool"


def test_what_servers_would_refuse_to_read_again_is_replaced(tools: ToolList) -> None:
    reply = read(tools, ("no such/tool " + "x" * 90, "{broken"), (FOLDERS, "[]"), (FOLDERS, "x" * 200_000))
    assert reply.message is not None
    first, second, third = reply.message.tool_calls
    assert first.name == ("no_such_tool_" + "x" * 90)[:64]
    assert {first.arguments, second.arguments, third.arguments} == {"{}"}


def test_missing_and_equal_ids_are_made_different(tools: ToolList) -> None:
    reply = read(tools, (FOLDERS, "{}"), (FOLDERS, "{}"), (FOLDERS, "{}"), ids=("a", "a", ""))
    ids = [call.call_id for call in reply.calls]
    assert len(set(ids)) == 3
    assert reply.message is not None
    assert [call.call_id for call in reply.message.tool_calls] == ids


def test_a_reply_withheld_by_a_filter_is_malformed_unless_it_holds_calls(tools: ToolList) -> None:
    withheld = read(tools, content="I", finish_reason="content_filter", may_end=True)
    assert problem(withheld)[0] == "content_filter"
    assert read(tools, (FOLDERS, "{}"), finish_reason="content_filter").problem is None


def test_each_call_is_answered_by_a_message_of_its_own(tools: ToolList) -> None:
    reply = read(tools, (FOLDERS, "{}"), (FOLDERS, "{}"))
    assert PROTOCOL.results(reply, [Result("[]"), Result("Error: no", failed=True)]) == [
        Message("tool", "[]", tool_call_id="c0"),
        Message("tool", "Error: no", tool_call_id="c1"),
    ]


def test_a_correction_answers_every_call_or_is_a_message_of_the_user(tools: ToolList) -> None:
    reply = read(tools, (FOLDERS, "{}"), ("Nothing", "{}"))
    assert PROTOCOL.correction(reply, "No.") == [
        Message("tool", "No.", tool_call_id="c0"),
        Message("tool", "No.", tool_call_id="c1"),
    ]
    assert PROTOCOL.correction(read(tools, content=""), "No.") == [Message("user", "No.")]
