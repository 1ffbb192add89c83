"""The messages that a deciding user was shown, each with what it is and when it was.

The rules are those of PARE's annotation data: the time of a message is not in the message itself, so it is taken from
the log entry that has the same place in the order of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from pare_runner.traces.json_texts import parsed

MessageKind = Literal[
    "user_action", "tool_observation", "proposal", "environment_notification", "available_tools", "current_app_state",
    "system_prompt", "unknown",
]  # fmt: skip
Log = Mapping[str, Any]

TOOL_ROLES = ("tool-response", "tool")
"""Roles of messages that hold what a tool returned: PARE's, and that of chat completions."""
STARTS: Mapping[str, MessageKind] = {
    "Observation:": "tool_observation",  # of our text protocol, whose results are messages of the user
    "Environment notifications": "environment_notification",
    "Available Actions": "available_tools",
    "Current app state": "current_app_state",
}
"""How messages to the user begin → what they are."""
_TASK = re.compile(r"^\[TASK\]:", re.MULTILINE)
_NEWS = re.compile(r"\[(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})\][ \t]*([^\n]*)")


def messages_of(log: Log) -> list[dict[str, Any]] | None:
    """The messages of an `llm_input`, which may be JSON text; None if they are no list of objects."""
    content = log.get("content")
    if isinstance(content, str):
        try:
            content = parsed(content)
        except ValueError:
            return None
    if isinstance(content, list) and all(isinstance(message, dict) for message in content):
        return content
    return None


def annotated(messages: Sequence[Mapping[str, Any]], before: Sequence[Log]) -> list[dict[str, Any]]:
    """`messages` with `timestamp` (seconds since the epoch, or None) and `msg_type`.

    `before` are the user's entries of the world log ahead of the `llm_input`. The n-th message of the user's model has
    the time of the n-th `llm_output`, what a tool returned that of the message ahead of it, the n-th proposal that of
    the n-th `task` with a text, notifications the last time that stands in them. Without such a task a proposal has the
    time at which an `agent_message` brought it, as in our traces.
    """
    brought = [
        (str(log.get("content") or ""), log["timestamp"]) for log in before if log["log_type"] == "agent_message"
    ]
    outputs = iter(log["timestamp"] for log in before if log["log_type"] == "llm_output")
    tasks = iter(
        log["timestamp"] for log in before if log["log_type"] == "task" and str(log.get("content") or "").strip()
    )
    return list(_annotated(messages, outputs, tasks, brought))


def kind_of(role: str, content: str) -> MessageKind:
    """What a message is, by its role and how it begins; a proposal may follow news in the same message."""
    if role == "assistant":
        return "user_action"
    if role in TOOL_ROLES:
        return "tool_observation"
    if role == "system":
        return "system_prompt"
    if role != "user":
        return "unknown"
    if _TASK.search(content):
        return "proposal"
    return next((kind for start, kind in STARTS.items() if content.startswith(start)), "unknown")


def _annotated(
    messages: Sequence[Mapping[str, Any]],
    outputs: Iterator[float],
    tasks: Iterator[float],
    brought: Sequence[tuple[str, float]],
) -> Iterator[dict[str, Any]]:
    acted: float | None = None
    for message in messages:
        content = message.get("content")
        text = content if isinstance(content, str) else ""
        kind = kind_of(str(message.get("role")), text)
        time: float | None = None
        if kind == "user_action":
            time = acted = next(outputs, None)
        elif kind == "tool_observation":
            time = acted
        elif kind == "proposal":
            time = next(tasks, None)
            if time is None:
                time = next((at for said, at in reversed(brought) if said and said in text), None)
        elif kind == "environment_notification":
            time = _last_time(text)
        yield {**message, "timestamp": time, "msg_type": kind}


def _last_time(text: str) -> float | None:
    """The time of the last notification that says something: PARE shows empty ones as `None`."""
    last = None
    for stamp, said in _NEWS.findall(text):
        if said.strip() not in ("", "None"):
            try:
                last = datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()
            except ValueError:  # digits that are no date
                continue
    return last
