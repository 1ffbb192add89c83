"""Native tool calls, as chat completions of OpenAI define them: one reply may call several tools."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import orjson

from pare_runner.agents.protocols.contract import checked_call
from pare_runner.agents.replies import MAX_ARGUMENTS, Call, Problem, Reply, Result
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import Response
from pare_runner.policy.tools import ToolList

_TOO_LONG, _UNREADABLE = object(), object()
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


class NativeProtocol:
    """Calls travel beside the text; results are messages of the role `tool`."""

    name: Literal["native"] = "native"
    stop: tuple[str, ...] = ()

    def offered(self, tools: ToolList) -> ToolList:
        """All of them."""
        return tools

    def read(self, response: Response, tools: ToolList, *, may_end: bool) -> Reply:
        """A reply with one unusable call is malformed as a whole: none of its calls is made."""
        written = _with_ids(response.tool_calls)
        arguments = [_loaded(call.arguments) for call in written]
        message = _message(response, written, arguments)
        if response.finish_reason == "content_filter" and not written:
            return Reply(response, message, problem=Problem("content_filter", "the reply was withheld by a filter"))
        if not written:
            if may_end and response.content.strip():
                return Reply(response, message)
            if message is None:
                return Reply(response, None, problem=Problem("empty", "the reply was empty"))
            return Reply(response, message, problem=Problem("no_action", "the reply called no tool"))
        calls: list[Call] = []
        for call, args in zip(written, arguments, strict=True):
            found = _read_call(call, args, tools, cut=response.finish_reason == "length")
            if isinstance(found, Problem):
                return Reply(response, message, problem=found)
            calls.append(found)
        return Reply(response, message, tuple(calls))

    def results(self, reply: Reply, results: Sequence[Result]) -> list[Message]:
        """One message of the role `tool` for each call."""
        return [
            Message("tool", result.text, tool_call_id=call.call_id, kind="error" if result.failed else "observation")
            for call, result in zip(reply.calls, results, strict=True)
        ]

    def correction(self, reply: Reply, text: str) -> list[Message]:
        """Every call must be answered, so each gets the text; without calls it is a message of the user."""
        written = reply.message.tool_calls if reply.message else ()
        if not written:
            return [Message("user", text, kind="error")]
        return [Message("tool", text, tool_call_id=call.call_id, kind="error") for call in written]


def _with_ids(calls: tuple[ToolCall, ...]) -> tuple[ToolCall, ...]:
    """The calls, each with an id no other has."""
    if len({call.call_id for call in calls if call.call_id}) == len(calls):
        return calls
    seen: dict[str, None] = {}
    for number, call in enumerate(calls):
        call_id = call.call_id or f"call_{number}"
        while call_id in seen:
            call_id += "_"
        seen[call_id] = None
    return tuple(replace(call, call_id=call_id) for call_id, call in zip(seen, calls, strict=True))


def _message(response: Response, calls: Sequence[ToolCall], arguments: Sequence[Any]) -> Message | None:
    """The reply as part of the conversation; what servers would refuse to read again is replaced."""
    if not calls and not response.content.strip():
        return None
    sound = tuple(map(_sound, calls, arguments))
    return Message("assistant", response.content, sound, reasoning=response.reasoning, kind="llm_output")


def _sound(call: ToolCall, args: Any) -> ToolCall:
    name = _NOT_IN_NAMES.sub("_", call.name)[:64] or "unknown"
    readable = bool(args) and isinstance(args, dict)  # text that stands for no arguments is not always JSON
    if readable and name == call.name:
        return call
    return replace(call, name=name, arguments=call.arguments if readable else "{}")


def _read_call(call: ToolCall, args: Any, tools: ToolList, *, cut: bool) -> Call | Problem:
    if args is _TOO_LONG:
        return Problem("too_long", f"the arguments of {call.name[:80]} have {len(call.arguments)} characters")
    if args is _UNREADABLE:
        why = "the reply was cut off at its length limit" if cut else f"not JSON: {call.arguments[:200]}"
        return Problem("bad_json", f"the arguments of {call.name[:80]} cannot be read: {why}")
    return checked_call(call.name, args, tools, call.call_id)


def _loaded(text: str) -> Any:
    """The arguments a JSON text stands for; none at all are written as nothing or as null."""
    if len(text) > MAX_ARGUMENTS:
        return _TOO_LONG
    try:
        value = orjson.loads(text) if text.strip() else None
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        return _UNREADABLE
    return {} if value is None else value
