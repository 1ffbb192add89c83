"""What happened in many runs, counted for each format and each pair of agents and models."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pare_runner.kernel.events import EventType
from pare_runner.noise.failures import failed_by_noise
from pare_runner.policy.request import Role
from pare_runner.scenarios.result import STATUSES
from pare_runner.traces.conversation import entries_of
from pare_runner.traces.entry import Entry, Kind
from pare_runner.traces.record import RunTrace
from pare_runner.traces.sources import RunSource

Key = TypeVar("Key")

CALLS: tuple[Kind, ...] = ("tap", "read", "write", "proposal", "answer", "message", "wait")
"""Kinds of entries that are a call of an agent."""


@dataclass(slots=True)
class Counts:
    """Counts of the runs of one format, with the same agents and models.

    `turns` are all that began, idle ones too. `calls` and `failed_calls` count calls of agents by role and tool.
    `failures` are by kind: calls that noise or their tool failed, replies that cannot be used by problem, model calls
    by error, runs by the type of their exception. `seconds` are virtual. `events` are those of the world that somebody
    scripted, `noise_events` the others. `bytes` are those of the runs' own files.
    """

    format: str
    agent_id: str
    model_id: str
    runs: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    calls: Counter[tuple[Role, str]] = field(default_factory=Counter)
    failed_calls: Counter[tuple[Role, str]] = field(default_factory=Counter)
    proposals: int = 0
    accepted: int = 0
    rejected: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    model_calls: Counter[Role] = field(default_factory=Counter)
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    seconds: float = 0.0
    events: int = 0
    unseen_events: int = 0
    noise_events: int = 0
    bytes: int = 0

    def add(self, trace: RunTrace, size: int = 0) -> None:
        """Count one more run, whose file has `size` bytes."""
        verdict = trace.verdict
        self.runs += 1
        self.bytes += size
        self.statuses[verdict.status] += 1
        self.seconds += trace.end_time - trace.start
        self.unseen_events += verdict.unseen_events
        if verdict.status == "exception":
            self.failures[f"run: {verdict.exception_type or 'exception'}"] += 1
        turns = [event.turn_number for event in trace.log if event.turn_number is not None]
        self.turns += max([*turns, *(call.request.turn for call in trace.exchanges)], default=-1) + 1
        for entry in entries_of(trace):
            self._entry(entry)
        for event in trace.log:
            if event.event_type is EventType.ENV:
                self.noise_events += event.noise
                self.events += not event.noise
        for call in trace.exchanges:
            self.model_calls[call.request.role] += 1
            if call.response is not None:
                usage = call.response.usage
                self.prompt_tokens += usage.prompt_tokens
                self.completion_tokens += usage.completion_tokens
                self.reasoning_tokens += usage.reasoning_tokens
            if call.error is not None:
                self.failures[f"model call: {call.error}"] += 1
            elif call.problem is not None:
                self.failures[f"reply: {call.problem}"] += 1

    def _entry(self, entry: Entry) -> None:
        event = entry.event
        if event is None or entry.role is None or entry.kind not in CALLS:
            return
        key = (entry.role, event.tool_name or "")
        self.calls[key] += 1
        if entry.failed:
            self.failed_calls[key] += 1
            self.failures["call: noise" if failed_by_noise(event) else "call: its tool"] += 1
        elif entry.kind == "proposal":
            self.proposals += 1
        elif entry.kind == "answer":
            accepts = event.function_name() == "accept_proposal"
            self.accepted += accepts
            self.rejected += not accepts

    def as_json(self) -> dict[str, Any]:
        """All of it for a program."""
        return {
            "format": self.format,
            "agent_id": self.agent_id,
            "model_id": self.model_id,
            "runs": self.runs,
            "statuses": {status: self.statuses[status] for status in STATUSES},
            "turns": self.turns,
            "calls": [
                {"role": role, "tool": tool, "calls": count, "failed": self.failed_calls[role, tool]}
                for (role, tool), count in by_count(self.calls)
            ],
            "proposals": self.proposals,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "failures": dict(by_count(self.failures)),
            "model_calls": dict(by_count(self.model_calls)),
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "virtual_seconds": self.seconds,
            "events": self.events,
            "unseen_events": self.unseen_events,
            "noise_events": self.noise_events,
            "bytes": self.bytes,
        }


@dataclass(slots=True)
class Counting:
    """Counts by format, agents and models."""

    groups: dict[tuple[str, str, str], Counts] = field(default_factory=dict)

    def add(self, source: RunSource, trace: RunTrace) -> None:
        """Count a run that was read."""
        key = (source.format, trace.context.agent_id, trace.context.model_id)
        if key not in self.groups:
            self.groups[key] = Counts(*key)
        self.groups[key].add(trace, source.size)

    def sorted(self) -> list[Counts]:
        """The groups by format, models and agents."""
        return sorted(self.groups.values(), key=lambda group: (group.format, group.model_id, group.agent_id))


def by_count(counter: Counter[Key]) -> list[tuple[Key, int]]:
    """The largest first, equal ones by name."""
    return sorted(counter.items(), key=lambda item: (-item[1], str(item[0])))
