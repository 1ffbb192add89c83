"""Rounds of the world log of a trace: what an agent was told, its request, the reply or an error, the calls made.

What each entry is called and holds is the same in PARE's, Meta-ARE's and our traces.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.traces.events import UNKNOWN_AGENT
from pare_runner.traces.values import json_text

Log = Mapping[str, Any]

_BEFORE = ("task", "step", "environment_notifications", "user_action", "agent_message", "agent_user_interface",
           "available_tools", "current_app_state", "llm_input")  # fmt: skip


@dataclass(slots=True)
class Round:
    """One model call as the log has it; times are seconds since the epoch.

    `first` of its phase; `told` are the entries with notifications; `made` are places in the event log; `error` is why
    there is no reply, `problem` what was wrong with it.
    """

    agent: str
    time: float
    first: bool = False
    answered: float | None = None
    told: list[Log] = field(default_factory=list)
    screen: str = ""
    input: Log | None = None
    output: Log | None = None
    thought: str = ""
    error: str | None = None
    problem: str | None = None
    made: list[int] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether neither reply nor error has come."""
        return self.output is None and self.error is None


def rounds_of(logs: Sequence[Log], log: Sequence[CompletedEvent]) -> list[Round]:
    """The rounds in the order in which they began; `log` is the event log that their calls stand in."""
    return _Reading(log).rounds(logs)


def text_in(value: Any) -> str:
    """What an entry says: text, or other values as JSON."""
    return value if isinstance(value, str) else "" if value is None else json_text(value)


@dataclass(slots=True)
class _Reading:
    log: Sequence[CompletedEvent]
    found: list[Round] = field(default_factory=list)
    latest: dict[str, Round] = field(default_factory=dict)
    _calling: Round | None = None
    _next: int = 0

    def rounds(self, logs: Sequence[Log]) -> list[Round]:
        for entry in logs:
            agent, kind = str(entry["agent_id"]), entry["log_type"]
            if kind == "action":
                self._action(entry)
            elif agent != UNKNOWN_AGENT:
                self._entry(agent, kind, entry)
        return [call for call in self.found if call.input is not None or not call.is_open]

    def _entry(self, agent: str, kind: str, entry: Log) -> None:
        call = self.latest.get(agent)
        if kind in _BEFORE and (call is None or not call.is_open):
            call = self.latest[agent] = Round(agent, float(entry["timestamp"]))
            self.found.append(call)
        if call is None:
            return
        if kind == "llm_output" and call.is_open:
            call.output, call.answered = entry, float(entry["timestamp"])
        elif kind == "error":
            self._error(call, entry)
        elif kind == "tool_call":
            self._calling = call
            return
        elif kind == "task":
            call.first = True
        elif kind == "current_app_state":
            call.screen = text_in(entry.get("content"))
        elif kind == "llm_input":
            call.input, call.time = entry, float(entry["timestamp"])
        elif kind == "thought":
            call.thought = text_in(entry.get("content"))
        elif kind in _BEFORE:
            call.told.append(entry)
        self._calling = None

    def _action(self, entry: Log) -> None:
        """The first line of somebody's call after the call itself is that call."""
        if self._calling is None or entry.get("event_type") not in (EventType.USER.name, EventType.AGENT.name):
            return
        for place in range(self._next, len(self.log)):
            if self.log[place].event_id == entry.get("id"):
                self._calling.made.append(place)
                self._next = place + 1
                break
        self._calling = None

    def _error(self, call: Round, entry: Log) -> None:
        said = text_in(entry.get("error") or entry.get("exception")) or "error"
        if call.is_open:
            call.error, call.answered = said, float(entry["timestamp"])
        elif not call.made and call.error is None:
            call.problem = call.problem or said
