"""Looks on while an assistant acts: its phases are real ones that note what is done with them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pare_runner.agents.contract import AgentSetup, Assistant, Phase
from pare_runner.agents.protocols.contract import checked_call
from pare_runner.agents.replies import Call, Problem, Reply, Result
from pare_runner.apps.notifications import Notification
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Role
from pare_runner.policy.tools import ToolList

Rule = Literal["form", "tools", "phase", "news", "limits", "errors"]

METHODS = ("observe", "execute")
MOST_STEPS = 2000
"""Uses of one phase after which it is taken for endless."""


class Endless(BaseException):
    """A phase that does not end; no `except Exception` of the assistant can keep it."""


@dataclass(slots=True)
class Watch:
    """What was seen in one run: breaches by rule, and how often the assistant was called and asked."""

    breaches: list[tuple[Rule, str]] = field(default_factory=list)
    phases: dict[Role, int] = field(default_factory=dict)
    asks: int = 0

    def note(self, rule: Rule, what: str) -> None:
        """Remember a breach."""
        self.breaches.append((rule, what))

    def of(self, rule: Rule) -> list[str]:
        """The breaches of one rule, each once."""
        return list(dict.fromkeys(what for found, what in self.breaches if found == rule))


class WatchedAssistant:
    """The assistant that `make` makes, in phases that are watched."""

    def __init__(self, make: Callable[[AgentSetup], Assistant], setup: AgentSetup, watch: Watch) -> None:
        self._assistant = make(setup)
        self._watch = watch
        for name in METHODS:
            if not callable(getattr(self._assistant, name, None)):
                watch.note("form", f"{type(self._assistant).__name__} has no method {name}")

    async def observe(self, phase: Phase) -> None:
        """See `Assistant`."""
        await self._in(phase, "observe")

    async def execute(self, phase: Phase) -> None:
        """See `Assistant`."""
        await self._in(phase, "execute")

    async def _in(self, phase: Phase, name: str) -> None:
        watch = self._watch
        watch.phases[phase.role] = watch.phases.get(phase.role, 0) + 1
        watched = WatchedPhase(phase, watch)
        done = getattr(self._assistant, name)(watched)
        if inspect.isawaitable(done):
            await done
        else:
            watch.note("form", f"{name} must be written `async def`")
        watched.close()


class WatchedPhase:
    """A phase that notes what its user must not do, and else does what the real one does."""

    def __init__(self, phase: Phase, watch: Watch) -> None:
        self._phase, self._watch = phase, watch
        self._name = f"{phase.role}() of turn {phase.turn}"
        self._steps = 0
        self._told = self._closed = False
        self._raised: Exception | None = None

    def close(self) -> None:
        """The assistant has returned."""
        if self._raised is not None:
            error = type(self._raised).__name__
            self._watch.note("errors", f"{self._name} returns although phase.ask raised {error}: let it pass")
        elif not self._told:
            self._watch.note("news", f"{self._name} does not call phase.news(): the turn can never be idle")
        self._closed = True

    @property
    def role(self) -> Role:
        """See `Phase`."""
        return self._phase.role

    @property
    def turn(self) -> int:
        """See `Phase`."""
        return self._phase.turn

    @property
    def now(self) -> str:
        """See `Phase`."""
        return self._phase.now

    @property
    def over(self) -> bool:
        """See `Phase`."""
        self._step()
        return self._phase.over

    @property
    def tools(self) -> ToolList:
        """See `Phase`."""
        return self._phase.tools

    @property
    def proposal(self) -> str | None:
        """See `Phase`."""
        return self._phase.proposal

    @property
    def answer(self) -> str:
        """See `Phase`."""
        return self._phase.answer

    @property
    def screen(self) -> tuple[str | None, str | None, Mapping[str, Any]]:
        """See `Phase`."""
        return self._phase.screen

    def news(self) -> list[Notification]:
        """See `Phase`."""
        self._act("news")
        self._told = True
        return self._phase.news()

    async def ask(self, messages: Sequence[Message]) -> Reply:
        """See `Phase`."""
        self._act("ask")
        self._watch.asks += 1
        if self._phase.over:
            self._watch.note("limits", f"{self._name} asks although phase.over is true")
        try:
            return await self._phase.ask(messages)
        except Exception as error:
            self._raised = error
            raise

    def call(self, call: Call) -> Result:
        """See `Phase`."""
        self._act("call")
        offered = self._phase.tools.get(call.tool.name)
        if offered is None or (offered.app, offered.spec) != (call.tool.app, call.tool.spec):
            self._watch.note("tools", f"{self._name} calls {call.tool.name}, which phase.tools does not offer")
        return self._phase.call(call)

    def call_tool(self, name: str, /, **args: Any) -> Result:
        """See `Phase`."""
        self._act("call_tool")
        found = checked_call(name, args, self._phase.tools)
        if isinstance(found, Problem):
            self._watch.note("tools", f"{self._name} calls {name} by hand, and phase.tools refuses: {found.message}")
        return self._phase.call_tool(name, **args)

    def _act(self, what: str) -> None:
        self._step()
        if self._closed:
            self._watch.note("phase", f"phase.{what} of {self._name} is used after that method has returned")
        if self._raised is not None:
            error = type(self._raised).__name__
            self._watch.note("errors", f"{self._name} goes on with phase.{what} after phase.ask raised {error}")

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            self._watch.note("limits", f"{self._name} does not end: {MOST_STEPS} uses of its phase")
            raise Endless
