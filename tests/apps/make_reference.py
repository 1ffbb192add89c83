"""Make `reference_api.json`, the table of PARE's interface that `test_registry.py` compares ours with.

    python tests/apps/make_reference.py ../shared/reference/apps_api.json > tests/apps/reference_api.json

Facts only: names, signatures, results, operation and event types, who may call, screens, where taps lead. Spellings of
one type are made the same: NoneType and None, `object` and Any, `<class 'str'>` and str. A result that PARE does not
annotate is null. Transitions between apps (home screen) and `go_back` are no transitions of a screen and left out; one
that waits for a tool the screen does not have stays in.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

KIND_LISTS = ("agent_tools", "env_events", "data_tools")


def generate(source: str) -> str:
    """The table as JSON text, one tool or screen a line, from the text of apps_api.json."""
    apps = json.loads(source)["apps"]
    return layout({name: app_facts(app) for name, app in apps.items()})


def app_facts(app: dict[str, Any]) -> dict[str, Any]:
    tools = {tool["name"]: tool_facts(tool) for kind in KIND_LISTS for tool in app[kind]}
    of_screens = app.get("user_tools", {})
    for tool in [*of_screens.get("*", []), *(app.get("common_user_tools") or [])]:
        tools[tool["name"]] = tool_facts(tool)
    screens = {
        screen["name"]: {
            "args": signature(screen["constructor_args"]),
            "tools": {tool["name"]: tool_facts(tool) for tool in of_screens.get(screen["name"], [])},
        }
        for screen in app["states"]
    }
    return {
        "name": app["name_in_benchmark"].partition(" (")[0],
        "tools": tools,
        "screens": screens,
        "transitions": transitions(app, screens),
    }


def tool_facts(tool: dict[str, Any]) -> dict[str, Any]:
    return {
        "args": signature(tool["args"]),
        "returns": type_text(tool["return_type"]),
        "operation": tool["operation_type"],
        "event_type": tool["event_type"] if tool.get("event_registered", True) else None,
        "kinds": tool.get("tool_kinds", ["user"]),
    }


def signature(arguments: list[dict[str, Any]]) -> str:
    parts = []
    for argument in arguments:
        text = f"{argument['name']}: {type_text(argument['type'])}"
        parts.append(text if argument["required"] else f"{text} = {default_text(argument['default'])}")
    return ", ".join(parts)


def default_text(value: Any) -> str:
    text = repr(value)
    if text.startswith("'<import time"):
        return "<time of import>"
    return text.strip("'") if re.fullmatch(r"'[A-Z]\w+\.[A-Z]+'", text) else text


def type_text(text: str | None) -> str | None:
    if text is None or "_empty" in text:
        return None
    named = re.fullmatch(r"<class '(?:\w+\.)*(\w+)'>", text)
    text = named.group(1) if named else text
    return re.sub(r"\bobject\b", "Any", re.sub(r"\bNoneType\b", "None", text))


def transitions(app: dict[str, Any], screens: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in app.get("transitions", []):
        if not screens or item["on_function"] == "go_back":
            continue
        effect = item["stack_effect"]
        target = "" if effect == "pop" else " " + re.match(r"\w*", item["to_state"] or "").group()  # type: ignore[union-attr]
        for function in item["on_function"].split("|"):
            offering = [name for name, screen in screens.items() if function in screen["tools"]]
            for screen in offering if item["from_state"] == "*" else item["from_state"].split("|"):
                if effect != "none":
                    found.setdefault(f"{screen}.{function}", []).append(effect + target)
    return found


def layout(table: dict[str, Any], depth: int = 0) -> str:
    """JSON with a line for each leaf: a dict without dicts in it, or a value."""
    if not isinstance(table, dict) or not any(isinstance(value, dict) for value in table.values()):
        return json.dumps(table, ensure_ascii=False)
    pad = " " * (depth + 1)
    lines = [f"{pad}{json.dumps(key)}: {layout(value, depth + 1)}" for key, value in table.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * depth + "}" + ("\n" if depth == 0 else "")


if __name__ == "__main__":
    sys.stdout.write(generate(Path(sys.argv[1]).read_text(encoding="utf-8")))
