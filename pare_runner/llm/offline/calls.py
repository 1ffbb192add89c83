"""Calls that may be made, found again in the log: whether they fit a tool, how often they failed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec
from pare_runner.apps.notifications import AGENT_INTERFACE
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType, OracleEvent
from pare_runner.policy.policy import TapCall

ANSWERS = ("accept_proposal", "reject_proposal")


def logged_forms(phone: Phone, actor: EventType, call: TapCall) -> list[dict[str, Any]]:
    """The arguments as the log writes them, one form for each tool they fit; empty: the call can never be made."""
    forms: list[dict[str, Any]] = []
    for spec in _specs(phone, actor, call):
        try:
            bound = to_json(spec.bind(call.args))
        except TypeError:
            continue
        if bound not in forms:
            forms.append(bound)
    return forms


def calls_like(phone: Phone, actor: EventType, call: TapCall) -> Iterator[CompletedEvent]:
    """Entries of the log in which `actor` made this call, newest first, failed ones included."""
    forms = [*logged_forms(phone, actor, call), to_json(dict(call.args))]
    for event in reversed(phone.log):
        action = event.action
        if action is None or event.event_type is not actor or event.scheduled:
            continue
        if action.function == call.function and action.app == call.app and action.args in forms:
            yield event


def failures(phone: Phone, actor: EventType, call: TapCall) -> int:
    """How often this call has failed since it last succeeded."""
    count = 0
    for event in calls_like(phone, actor, call):
        if not event.failed():
            break
        count += 1
    return count


def interface_call(phone: Phone, function: str, **args: Any) -> TapCall | None:
    """A call of the agent interface; None on a phone without one."""
    name = next((name for name, app in phone.apps.items() if type(app).__name__ == AGENT_INTERFACE), None)
    return None if name is None else TapCall(name, function, args)


def is_message(event: OracleEvent) -> bool:
    """Whether the step writes to the user."""
    return _on_interface(event) and event.action is not None and event.action.function == "send_message_to_user"


def is_answer(event: OracleEvent) -> bool:
    """Whether the step accepts or rejects."""
    return _on_interface(event) and event.action is not None and event.action.function in ANSWERS


def is_never_offered(event: OracleEvent) -> bool:
    """Whether the step is of those on the agent interface that the turn loop does in another way.

    Both sides are told what the other one wrote, and a user with a proposal to answer has no other message to write.
    """
    offered = ("wait", "send_message_to_user", *ANSWERS)
    return _on_interface(event) and event.action is not None and event.action.function not in offered


def _on_interface(event: OracleEvent) -> bool:
    return event.action is not None and event.action.class_name == AGENT_INTERFACE


def _specs(phone: Phone, actor: EventType, call: TapCall) -> Iterator[ToolSpec]:
    app = phone.apps.get(call.app)
    if app is None:
        return
    own = type(app).tools(ToolKind.AGENT if actor is EventType.AGENT else ToolKind.USER)
    if call.function in own:
        yield own[call.function]
    if actor is EventType.USER and isinstance(app, StatefulApp):
        for screen in app.screens:
            if call.function in screen.tools():
                yield screen.tools()[call.function]
