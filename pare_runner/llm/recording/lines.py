"""Lines of a recording: JSON objects that end in a checksum of everything before it.

A line is the JSON text of an object, with one more member put at its end: `"sum"`, BLAKE2b of the text without it.
So a changed, cut or joined line is found whichever of its characters it was.

Kinds: `recording` (the head of a finished file), `message`, `tool` and `tools` (the pool: each text once, a tool list
as the hashes of its tools), `call`, `due`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Mapping
from hashlib import blake2b
from typing import Any

import orjson

from pare_runner.atomic import json_bytes
from pare_runner.llm.recording.keys import Call, Due, Failure, UnitKey
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import ModelError, Request, Response, Role, Usage
from pare_runner.policy.tools import Tool, ToolList

FORMAT = 1
"""Raised when lines change their meaning."""

POOL_KINDS = ("message", "tool", "tools")

_POOLED = tuple(b'{"kind":"%s",' % kind.encode() for kind in POOL_KINDS)
_SUM_BYTES = 8
_SEAL = b',"sum":"%s"}'
_SEAL_LENGTH = len(_SEAL % bytes(2 * _SUM_BYTES))
_MEMBER = re.compile(rb'"(kind|hash|scenario|run|attempt|role|index|ask)":("(?:[^"\\]|\\.)*"|\d+)')


def sealed(text: bytes) -> bytes:
    """The line of a JSON object's text, which has at least one member."""
    return text[:-1] + _SEAL % _checksum(text) + b"\n"


def unsealed(line: bytes) -> dict[str, Any]:
    """The object of a line without its newline; ValueError if the line is not what was written."""
    text = line[:-_SEAL_LENGTH] + b"}"
    if line[-_SEAL_LENGTH:] != _SEAL % _checksum(text):
        raise ValueError("is not what was written: its checksum does not fit")
    value: dict[str, Any]
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:  # lone surrogates, which orjson refuses
        value = json.loads(text)
    return value


def place_in(line: bytes) -> str:
    """What can be read of a broken line about which it is, in words; empty if nothing can."""
    found = {name.decode(): value.strip(b'"').decode(errors="replace") for name, value in _MEMBER.findall(line[:400])}
    if "hash" in found or found.get("kind") in POOL_KINDS:
        return f"{found.get('kind', 'text')} {found.get('hash', '')}".rstrip()
    names = ("scenario", "run", "attempt", "role", "index", "ask")
    return ", ".join(f"{name} {found[name]}" for name in names if name in found)


def head_line(counts: Mapping[str, int]) -> bytes:
    """The first line of a finished file: how many lines of each kind follow."""
    return sealed(orjson.dumps({"kind": "recording", "format": FORMAT, "lines": dict(counts)}))


def message_line(message: Message) -> bytes:
    """The line of a message in the pool."""
    return sealed(b'{"kind":"message","hash":"%s","value":%s}' % (message.hash.encode(), message.json))


def tool_line(tool: Tool) -> bytes:
    """The line of a tool in the pool."""
    return sealed(b'{"kind":"tool","hash":"%s","value":%s}' % (tool.hash.encode(), tool.json))


def tools_line(tools: ToolList) -> bytes:
    """The line of a tool list in the pool."""
    hashes = [tool.hash for tool in tools.tools]
    return sealed(orjson.dumps({"kind": "tools", "hash": tools.hash, "tools": hashes}))


def text_lines(request: Request, known: Container[str]) -> tuple[list[bytes], set[str]]:
    """The lines of those messages and tools of `request` whose hashes are not `known`, and these hashes."""
    lines: list[bytes] = []
    fresh: set[str] = set()
    for message in request.messages:
        if message.hash not in known and message.hash not in fresh:
            fresh.add(message.hash)
            lines.append(message_line(message))
    if request.tools.hash not in known:
        fresh.add(request.tools.hash)
        for tool in request.tools.tools:
            if tool.hash not in known and tool.hash not in fresh:
                fresh.add(tool.hash)
                lines.append(tool_line(tool))
        lines.append(tools_line(request.tools))
    return lines, fresh


def text_name(line: bytes) -> bytes | None:
    """What tells a line of the pool from all others, its kind and hash as they stand; None for a line of another kind.

    Of a line as this module wrote it; nothing is parsed.
    """
    if not line.startswith(_POOLED):
        return None
    return line[: line.index(b",", line.index(b",") + 1)]


def call_line(unit: UnitKey, attempt: int, request: Request, sampling: str, answer: Response | ModelError) -> bytes:
    """The line of a call."""
    line: dict[str, Any] = {
        "kind": "call",
        "scenario": unit.scenario,
        "run": unit.run,
        "attempt": attempt,
        "role": request.role,
        "index": request.index,
        "turn": request.turn,
        "request": request.hash,
        "messages": [message.hash for message in request.messages],
        "tools": request.tools.hash,
        "stop": request.stop,
        "sampling": sampling,
    }
    if isinstance(answer, ModelError):
        line |= {"error": {"kind": answer.kind, "message": answer.message}, "retries": answer.retries}
    else:
        usage = answer.usage
        line |= {
            "reply": {
                "content": answer.content,
                "tool_calls": [
                    {"id": call.call_id, "name": call.name, "arguments": call.arguments}
                    | ({} if call.extra is None else {"extra": call.extra})
                    for call in answer.tool_calls
                ],
                "reasoning": answer.reasoning,
                "finish_reason": answer.finish_reason,
            },
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "cached_tokens": usage.cached_tokens,
                "reasoning_tokens": usage.reasoning_tokens,
            },
            "served_model": answer.served_model,
            "retries": answer.retries,
            "latency": answer.latency,
        }
    return sealed(json_bytes(line))


def due_line(unit: UnitKey, attempt: int, due: Due) -> bytes:
    """The line of an answer of `next_due`."""
    line = {"kind": "due", "scenario": unit.scenario, "run": unit.run, "attempt": attempt, "role": due.role}
    return sealed(json_bytes({**line, "ask": due.ask, "calls": due.calls, "time": due.time}))


def read_call(line: Mapping[str, Any]) -> Call:
    """The call of a line; KeyError or TypeError if it is none."""
    return Call(
        role=line["role"],
        index=line["index"],
        turn=line["turn"],
        request=line["request"],
        messages=tuple(line["messages"]),
        tools=line["tools"],
        stop=tuple(line["stop"]),
        sampling=line["sampling"],
        answer=_read_answer(line),
    )


def read_due(line: Mapping[str, Any]) -> Due:
    """The answer of `next_due` in a line; KeyError if there is none."""
    role: Role = line["role"]
    return Due(role, line["ask"], line["calls"], line["time"])


def _read_answer(line: Mapping[str, Any]) -> Response | Failure:
    error = line.get("error")
    if error is not None:
        return Failure(error["kind"], error["message"], line["retries"])
    reply = line["reply"]
    return Response(
        content=reply["content"],
        tool_calls=tuple(
            ToolCall(call["id"], call["name"], call["arguments"], call.get("extra")) for call in reply["tool_calls"]
        ),
        reasoning=reply["reasoning"],
        finish_reason=reply["finish_reason"],
        usage=Usage(**line["usage"]),
        latency=line["latency"],
        served_model=line["served_model"],
        retries=line["retries"],
    )


def _checksum(text: bytes) -> bytes:
    return blake2b(text, digest_size=_SUM_BYTES).hexdigest().encode()
