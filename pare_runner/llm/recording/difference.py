"""Where two requests differ first, in words and with both texts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pare_runner.atomic import json_bytes
from pare_runner.llm.recording.keys import Call
from pare_runner.llm.recording.recording import Recording
from pare_runner.policy.hashing import json_text
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Request
from pare_runner.policy.tools import Tool

LINES = 6
"""Changed lines shown of each text at most."""

WIDTH = 160
"""Characters shown of one line."""

OWN_PLACE = ("role", "content")
"""Members of a message that are not shown as JSON."""


def request_difference(recording: Recording, call: Call, request: Request) -> str:
    """The first message, tool or stop sequence in which `request` is not what was asked in `call`; empty if none is."""
    now = request.messages
    place = _first_difference(call.messages, [message.hash for message in now])
    if place is not None:
        return _message_difference(recording, call.messages, now, place)
    if request.tools.hash != call.tools:
        names = recording.tool_lists[call.tools]
        tools = request.tools.tools
        place = _first_difference(names, [tool.hash for tool in tools])
        return "" if place is None else _tool_difference(recording, names, tools, place)
    if request.stop != call.stop:
        return f"other stop sequences: recorded {list(call.stop)}, now {list(request.stop)}"
    return ""


def changed_lines(recorded: str, now: str) -> str:
    """The lines in which two texts differ, each on a line of its own, with a line before and after; empty if equal.

    Long lines are cut to what stands around the first difference.
    """
    if recorded == now:
        return ""
    old, new = recorded.split("\n"), now.split("\n")
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    first = (old[start] if start < len(old) - end else "", new[start] if start < len(new) - end else "")
    focus = _common(*first) if all(first) else 0
    lines = [f"--- recorded, line {start + 1}", f"+++ now, line {start + 1}"]
    if start:
        lines.append(f"  {_cut(old[start - 1], 0)}")
    for sign, texts in (("-", old[start : len(old) - end]), ("+", new[start : len(new) - end])):
        lines += [f"{sign} {_cut(text, focus if number == 0 else 0)}" for number, text in enumerate(texts[:LINES])]
        if len(texts) > LINES:
            lines.append(f"{sign} … {len(texts) - LINES} more")
    if end:
        lines.append(f"  {_cut(old[len(old) - end], 0)}")
    return "".join(f"\n{line}" for line in lines)


def _message_difference(recording: Recording, old: Sequence[str], new: Sequence[Message], place: int) -> str:
    if place >= len(new):
        value = recording.messages[old[place]]
        return (
            f"message {place + 1} of the {len(old)} recorded ones ({value.get('role')}) is missing; it was\n"
            + _indented(_message_text(value))
        )
    message = new[place]
    kind = f"{message.role}, {message.kind}" if message.kind else message.role
    what = f"message {place + 1} of {len(new)} ({kind})"
    if place >= len(old):
        return f"{what} is new: {len(old)} messages were recorded\n" + _indented(_message_text(message.value))
    before, after = recording.messages[old[place]], message.value
    roles = f"; its role was {before.get('role')}" if before.get("role") != message.role else ""
    return f"{what} is not the recorded one{roles}" + changed_lines(_message_text(before), _message_text(after))


def _tool_difference(recording: Recording, old: Sequence[str], new: Sequence[Tool], place: int) -> str:
    if place >= len(new):
        name = recording.tools[old[place]]["function"]["name"]
        return f"tool {place + 1} of the {len(old)} recorded ones, {name}, is missing"
    what = f"tool {place + 1} of {len(new)}, {new[place].name},"
    if place >= len(old):
        return f"{what} is new: {len(old)} tools were recorded"
    before, after = recording.tools[old[place]], json.loads(new[place].json)
    return f"{what} is not the recorded one" + changed_lines(_json_text(before), _json_text(after))


def _message_text(value: dict[str, Any]) -> str:
    """A message's text, and after it what else a model sees of it."""
    more = [f"{name}: {json_text(item).decode()}" for name, item in value.items() if name not in OWN_PLACE]
    return "\n".join([str(value.get("content", "")), *more])


def _json_text(value: dict[str, Any]) -> str:
    return json_bytes(value, indent=True).decode()


def _indented(text: str) -> str:
    lines = text.split("\n")
    shown = [f"  {_cut(line, 0)}" for line in lines[:LINES]]
    return "\n".join([*shown, f"  … {len(lines) - LINES} lines more"] if len(lines) > LINES else shown)


def _first_difference(old: Sequence[str], new: Sequence[str]) -> int | None:
    same = _common(old, new)
    return None if same == len(old) == len(new) else same


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    """How many of the first items are equal."""
    for number, (before, after) in enumerate(zip(old, new, strict=False)):
        if before != after:
            return number
    return min(len(old), len(new))


def _cut(line: str, focus: int) -> str:
    """`line`, or of a long one the part around character `focus`."""
    if len(line) <= WIDTH:
        return line
    start = max(0, min(focus - WIDTH // 3, len(line) - WIDTH))
    end = start + WIDTH
    return ("…" if start else "") + line[start:end] + ("…" if end < len(line) else "")
