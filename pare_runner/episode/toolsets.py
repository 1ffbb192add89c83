"""Which tools each role is offered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.app import App
from pare_runner.apps.core.tools import READ, ToolKind, ToolSpec
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.events import CompletedEvent
from pare_runner.noise.texts import NO_TEXTS, Key, ToolTexts
from pare_runner.policy.request import Role
from pare_runner.policy.tools import Tool, ToolList
from pare_runner.scenarios.scenario import PAREScenario

WAITS = frozenset({("PAREAgentUserInterface", "wait"), ("HomeScreenSystemApp", "wait_for_notification")})
ANSWERS = ("accept_proposal", "reject_proposal")
_ENDS: dict[Role, frozenset[tuple[str, str]]] = {
    "user": WAITS | {("PAREAgentUserInterface", name) for name in ANSWERS},
    "observe": WAITS | {("PAREAgentUserInterface", "send_message_to_user")},
    "execute": frozenset({("PAREAgentUserInterface", "send_message_to_user")}),
}
# An agent is told what the user wrote; reading it again is no tool.
_READERS = frozenset(
    {
        "get_last_message_from_user",
        "get_last_unread_messages",
        "get_last_message_from_agent",
        "get_all_messages",
    }
)
_NOT_FOR_USERS = frozenset({"send_message_to_agent"})
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")

Toolset = dict[object, ToolList]
_KNOWN: WeakKeyDictionary[PAREScenario, dict[Key, Toolset]] = WeakKeyDictionary()


class Toolsets:
    """Tool lists of a scenario's phone, each made once and shared by all its runs with the same `texts`."""

    def __init__(self, scenario: PAREScenario, texts: ToolTexts = NO_TEXTS) -> None:
        self._texts = texts
        self._known = _KNOWN.setdefault(scenario, {}).setdefault(texts.key, {})

    def assistant(self, role: Role, phone: Phone) -> ToolList:
        """The flat API: while observing what reads, waiting and proposing; while executing everything but waiting."""
        if role not in self._known:
            found = [
                (app, spec)
                for app in phone.apps.values()
                for spec in type(app).tools(ToolKind.AGENT).values()
                if _for_assistant(app, spec, observing=role == "observe")
            ]
            self._known[role] = tool_list(found, self._texts)
        return self._known[role]

    def user(self, phone: Phone, *, answers: bool) -> ToolList:
        """What can be tapped now; accept and reject only while a proposal waits."""
        active = phone.active
        screen = (active.name, type(active.current_state), bool(active.navigation_stack)) if active else None
        key = ("user", screen, answers)
        if key not in self._known:
            found = []
            for name, spec in phone.user_tools().items():
                app = phone.apps[name.rpartition(f"__{spec.name}")[0]]
                hidden = spec.name in _NOT_FOR_USERS or (spec.name in ANSWERS and not answers)
                if not (hidden and isinstance(app, PAREAgentUserInterface)):
                    found.append((app, spec))
            self._known[key] = tool_list(found)
        return self._known[key]


def tool_list(tools: Iterable[tuple[App, ToolSpec]], texts: ToolTexts = NO_TEXTS) -> ToolList:
    """Tools called `<app>__<tool>`, in letters and a length that every provider takes; a taken name gets a number.

    What `texts` has of another name or description of a tool stands in place of its own.
    """
    found: dict[str, Tool] = {}
    for app, spec in tools:
        called = texts.name(app, spec.name)
        wanted = _NOT_IN_NAMES.sub("_", f"{app.name}__{called or spec.name}")[:64]
        name, number = wanted, 1
        while name in found:
            number += 1
            name = f"{wanted[:61]}_{number}"
        found[name] = Tool(name, app.name, spec, called, texts.description(app, spec.name))
    return ToolList(found.values())


def ends_phase(role: Role, completed: CompletedEvent) -> bool:
    """Whether a call ends the phase of `role`."""
    return (completed.app_class_name(), completed.function_name()) in _ENDS[role]


def is_wait(completed: CompletedEvent) -> bool:
    """Whether a call did nothing but wait."""
    return (completed.app_class_name(), completed.function_name()) in WAITS


def _for_assistant(app: App, spec: ToolSpec, *, observing: bool) -> bool:
    on_interface = isinstance(app, PAREAgentUserInterface)
    if on_interface and spec.name in _READERS:
        return False
    waits = (on_interface and spec.name == "wait") or (
        isinstance(app, HomeScreenSystemApp) and spec.name == "wait_for_notification"
    )
    if not observing:
        return not waits
    return waits or spec.operation is READ or (on_interface and spec.name == "send_message_to_user")
