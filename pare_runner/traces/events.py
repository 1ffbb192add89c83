"""Events in hf traces: planned ones, completed ones, and the world log's line of a call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    CompletedEvent,
    ConditionCheckEvent,
    Event,
    OracleEvent,
    StopEvent,
    ValidationEvent,
)
from pare_runner.traces.values import argument, json_text, returned

UNKNOWN_AGENT = "unknown"
"""The `agent_id` of log entries that belong to no agent."""


def planned_event(event: AbstractEvent) -> dict[str, Any] | None:
    """The entry of an event of the flow in `events`; None for one that has none (validation events).

    A parent without an entry is replaced by its own parents. The format has room for one time only: an absolute one if
    that says all, that is without a delay after the parents, else the relative one.
    """
    action: dict[str, Any] | None = None
    if isinstance(event, ValidationEvent):
        return None
    if isinstance(event, OracleEvent):
        name, action = "OracleEvent", _action(event.action, "")
    elif isinstance(event, ConditionCheckEvent):
        name, action = "ConditionCheckEvent", condition_action(event)
    elif isinstance(event, StopEvent):
        name = "StopEvent"
    elif isinstance(event, Event):
        name, action = "Event", _action(event.action, event.event_id)
    else:
        return None
    absolute, relative = event.event_time, event.event_relative_time
    if absolute is not None and not relative:
        relative = None
    entry: dict[str, Any] = {
        "class_name": name,
        "event_type": event.event_type.name,
        "event_time": float(absolute) if relative is None and absolute is not None else None,
        "event_id": event.event_id,
        "dependencies": list(_parents(event)),
        "event_relative_time": None if relative is None else float(relative),
        "action": action,
    }
    return {**entry, "event_time_comparator": None} if name == "OracleEvent" else entry


def completed_event(completed: CompletedEvent, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The entry of a line of the event log in `completed_events`; `condition` is its action if it is no call."""
    action = condition or _action(completed.action, completed.event_id)
    metadata = completed.metadata
    return {
        "class_name": "CompletedEvent",
        "event_type": completed.event_type.name,
        "event_time": float(completed.event_time),
        "event_id": completed.event_id,
        "dependencies": list(completed.dependencies),
        "event_relative_time": None,
        "action": action,
        "metadata": {
            "return_value": returned(metadata.return_value, metadata.return_type),
            "return_value_type": metadata.return_type,
            "exception": metadata.exception,
            "exception_stack_trace": metadata.exception_stack_trace,
            "proactive_mode": completed.proactive_mode,
            "turn_number": completed.turn_number,
        },
    }


def action_log(completed: CompletedEvent, action: Action) -> str:
    """The world log's entry of a call, JSON text; input and output are values, not texts."""
    metadata = completed.metadata
    return json_text(
        {
            "timestamp": float(completed.event_time),
            "id": completed.event_id,
            "agent_id": UNKNOWN_AGENT,
            "content": f"{action.class_name}: {action.function}",
            "input": action.args,
            "event_type": completed.event_type.name,
            "output": metadata.return_value,
            "action_name": action.function,
            "app_name": action.app,
            "exception": metadata.exception,
            "exception_stack_trace": metadata.exception_stack_trace,
            "log_type": "action",
        }
    )


def _parents(event: AbstractEvent) -> dict[str, None]:
    """Ids of the parents that have an entry, each once, in order."""
    found: dict[str, None] = {}
    for parent in event.dependencies:
        found |= _parents(parent) if isinstance(parent, ValidationEvent) else {parent.event_id: None}
    return found


def _action(action: Action | None, event_id: str) -> dict[str, Any] | None:
    if action is None:
        return None
    operation = action.operation_type
    return {
        "action_id": f"{action.class_name}.{action.function}-{event_id}" if event_id else "",
        "app": action.app,
        "function": action.function,
        "operation_type": None if operation is None else operation.name,
        "args": [argument(name, value) for name, value in action.args.items()],
    }


def condition_action(event: ConditionCheckEvent) -> dict[str, Any]:
    """What stands in place of a call in the entries of a condition: its name only."""
    kind = "ValidationAction" if isinstance(event, ValidationEvent) else "ConditionCheckAction"
    name = getattr(event.condition, "__name__", "")
    name = name if name.isidentifier() else event.event_id  # a lambda has no name of its own
    return {
        "action_id": f"{kind}.{name}-{event.event_id}",
        "app": None,
        "function": name,
        "operation_type": None,
        "args": None,
    }
