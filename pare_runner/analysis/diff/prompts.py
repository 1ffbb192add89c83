"""How the prompts and tools of both sides differ, by the texts that the models were sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from pare_runner.analysis.diff.contents import TextDiff, unified
from pare_runner.analysis.diff.steps import CALLS

ROLES = ("user", "observe", "execute", "judge")


@dataclass(slots=True)
class Sent:
    """What models were sent at their first call in a run: role → system prompt, and role → tool → its description."""

    prompts: dict[str, str] = field(default_factory=dict)
    tools: dict[str, dict[str, str]] = field(default_factory=dict)


def prompt_differences(a: tuple[Path, int], b: tuple[Path, int], scenario: str) -> tuple[TextDiff, ...]:
    """The system prompts and tools of two runs that differ; nothing where a side has no recording of it.

    `a` and `b` are the folder of the job, and the run number.
    """
    one, two = sent(a[0], scenario, a[1]), sent(b[0], scenario, b[1])
    if one is None or two is None:
        return ()
    found = []
    for role in ROLES:
        if role not in one.prompts or role not in two.prompts:
            continue
        if one.prompts[role] != two.prompts[role]:
            found.append(TextDiff(f"system prompt of {role}", unified(one.prompts[role], two.prompts[role])))
        ours, theirs = one.tools.get(role, {}), two.tools.get(role, {})
        if ours and theirs and ours != theirs:  # tools in the prompt, as with react, are no list of tools
            found.append(TextDiff(f"tools of {role}", unified(_other(ours, theirs), _other(theirs, ours))))
    return tuple(found)


def sent(folder: Path, scenario: str, run: int) -> Sent | None:
    """What the models of one run were sent first; None if the job has no recording of it."""
    messages: dict[str, Any] = {}
    tools: dict[str, Any] = {}
    lists: dict[str, Any] = {}
    first: dict[str, Mapping[str, Any]] = {}
    try:
        with (folder / CALLS).open("rb") as lines:
            for line in lines:
                if line.startswith(b'{"kind":"message"') and b'"role":"system"' not in line:
                    continue
                if line.startswith((b'{"kind":"message"', b'{"kind":"tool')) or (
                    b'"index":0,' in line and b'"kind":"call"' in line
                ):
                    _take(orjson.loads(line), (scenario, run), messages, tools, lists, first)
        return _sent(first, messages, tools, lists)
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        return None


def _take(
    line: Mapping[str, Any], unit: tuple[str, int], messages: dict[str, Any], tools: dict[str, Any],
    lists: dict[str, Any], first: dict[str, Mapping[str, Any]],
) -> None:  # fmt: skip
    kind = line["kind"]
    if kind == "call":
        if (line["scenario"], line["run"]) == unit and line["index"] == 0:
            first[line["role"]] = line
    else:
        pool, key = {"message": (messages, "value"), "tool": (tools, "value"), "tools": (lists, "tools")}[kind]
        pool[line["hash"]] = line[key]


def _sent(
    first: Mapping[str, Mapping[str, Any]],
    messages: Mapping[str, Any],
    tools: Mapping[str, Any],
    lists: Mapping[str, Any],
) -> Sent | None:
    found = Sent()
    for role, call in first.items():
        message = messages.get(call["messages"][0])
        if message is not None:
            found.prompts[role] = str(message["content"])
        names = lists.get(call.get("tools") or "") or ()
        found.tools[role] = {_name(tools[name]): _pretty(tools[name]) for name in names}
    return found if first else None


def _name(tool: Mapping[str, Any]) -> str:
    return str(tool.get("function", tool).get("name"))


def _pretty(tool: Any) -> str:
    return orjson.dumps(tool, option=orjson.OPT_INDENT_2).decode()


def _other(tools: Mapping[str, str], than: Mapping[str, str]) -> str:
    """Those of `tools` that are not the same in `than`."""
    return "\n".join(text for name, text in sorted(tools.items()) if than.get(name) != text)
