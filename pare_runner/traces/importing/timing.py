"""When the events of an hf file run, in terms of a flow without its conditions.

An hf file names the function that a condition asks, but not what it does. So a condition goes, and what waited for it
waits for the condition's own parents and for the time at which it was true in the run of the file; where it never was,
for the time at which it was first asked. Agents have times of their own: where a condition came true with a call of
theirs that the flow plans too, what waited for it waits for that event instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

from pare_runner.traces.hf_models import HfDocument, HfEvent

ORACLE = "oracle"
"""What `metadata.simulation.agent_id` is where the oracle ran, in PARE's files and in ours."""


@dataclass(frozen=True, slots=True)
class Timing:
    """`delay` seconds after the last of `after` (without any: after the start), not before `not_before` (epoch)."""

    after: tuple[str, ...]
    delay: float
    not_before: float | None


class Timings:
    """The timings of a document's events; `start` is when its scenario starts. No event may wait for itself."""

    def __init__(self, document: HfDocument, start: float) -> None:
        self._events = {event.event_id: event for event in document.events}
        self._start = start
        self._ran = ran_at(document)
        self._timings: dict[str, Timing] = {}
        graph = {
            name: [id_ for id_ in event.dependencies if id_ in self._events] for name, event in self._events.items()
        }
        self._with = {} if is_oracle_run(document) else _came_true_with(document, self._ran, graph)
        for name, parents in graph.items():
            graph[name] = [*parents, *(self._with[parent] for parent in parents if parent in self._with)]
        for name in TopologicalSorter(graph).static_order():
            self._timings[name] = self._timing(self._events[name])

    def of(self, event: HfEvent) -> Timing:
        """The timing of an event."""
        return self._timings[event.event_id]

    def _timing(self, event: HfEvent) -> Timing:
        parents = [parent for parent in dict.fromkeys(event.dependencies) if parent in self._events]
        conditions = [parent for parent in parents if is_condition(self._events[parent])]
        others = [parent for parent in parents if parent not in conditions]
        for condition in [parent for parent in conditions if parent in self._with]:
            conditions.remove(condition)
            others += [self._with[condition], *self._timings[condition].after]
        delay = event.event_relative_time or 0.0
        own = Timing(tuple(dict.fromkeys(others)), delay, event.event_time)
        return own if not conditions else self._after_conditions(own, conditions)

    def came_true_with(self, event_id: str) -> str | None:
        """The event of the flow whose call made a condition true in a run with agents, where one did."""
        return self._with.get(event_id)

    def condition_time(self, event_id: str) -> float | None:
        """When a condition was true in the run of the file, seconds since the epoch."""
        return self._ran.get(event_id)

    def _after_conditions(self, own: Timing, conditions: Sequence[str]) -> Timing:
        told = [self._timings[condition] for condition in conditions]
        after = tuple(dict.fromkeys([*own.after, *(parent for timing in told for parent in timing.after)]))
        times = [self._ran.get(condition) for condition in conditions]
        known = [time for time in times if time is not None]
        if len(known) < len(times):
            waits = [max(timing.delay, (timing.not_before or self._start) - self._start) for timing in told]
            return Timing(after, own.delay + max(waits), own.not_before)
        time = max(known)
        if not after:
            return Timing((), time - self._start + own.delay, own.not_before)
        before = [self._ran.get(parent) for parent in after]
        last = max((moment for moment in before if moment is not None), default=None)
        if not own.after and last is not None and None not in before:
            return Timing(after, max(time - last, 0.0) + own.delay, own.not_before)
        return Timing(after, own.delay, max(own.not_before or 0.0, time + own.delay))


def is_condition(event: HfEvent) -> bool:
    """Whether an event is a condition."""
    return event.event_type in ("CONDITION", "VALIDATION")


def ran_at(document: HfDocument) -> Mapping[str, float]:
    """Id → time of the calls that ran and of the conditions that were true, whoever ran: the oracle or agents."""
    times = {event.event_id: event.time for event in document.completed_events if not is_condition(event)}
    conditions = {_without_count(event.event_id): event.event_id for event in document.events if is_condition(event)}
    for event in sorted(document.completed_events, key=lambda event: event.time):
        planned = conditions.get(_without_count(event.event_id))
        if planned is not None and event.exception is None and event.return_value in ("True", "true"):
            times.setdefault(planned, event.time)
    return times


def _came_true_with(
    document: HfDocument, ran: Mapping[str, float], graph: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Condition → the planned event of the call that agents made at the moment it came true.

    Of several planned calls of that tool it is the one with the same arguments. None may wait for the condition.
    """
    found: dict[str, str] = {}
    oracle = [event for event in document.events if event.class_name == "OracleEvent"]
    for condition in [event.event_id for event in document.events if is_condition(event) and event.event_id in ran]:
        calls = [
            event
            for event in document.completed_events
            if event.time == ran[condition] and event.event_type in ("AGENT", "USER") and not is_condition(event)
        ]
        alike = [event for event in oracle if calls and _tool(event) == _tool(calls[-1])]
        if not alike:
            continue
        above = {name: [*parents, *(found[p] for p in parents if p in found)] for name, parents in graph.items()}
        alike = [event for event in alike if not _waits_for(event.event_id, condition, above)]
        same = [event for event in alike if _arguments(event) == _arguments(calls[-1])]
        if same or len(alike) == 1:
            found[condition] = (same or alike)[0].event_id
    return found


def _waits_for(event_id: str, other: str, graph: Mapping[str, Sequence[str]]) -> bool:
    waiting, seen = [event_id], set[str]()
    while waiting:
        name = waiting.pop()
        if name == other:
            return True
        if name not in seen:
            seen.add(name)
            waiting += graph.get(name, ())
    return False


def _tool(event: HfEvent) -> tuple[str | None, str | None] | None:
    return None if event.action is None else (event.action.app, event.action.function)


def _arguments(event: HfEvent) -> dict[str, str]:
    args = () if event.action is None else event.action.args
    return {argument.name: argument.value for argument in args if argument.value is not None}


def is_oracle_run(document: HfDocument) -> bool:
    """Whether the oracle's own events ran in the file's run: the file says so, or they are there."""
    simulation = document.metadata.get("simulation")
    if isinstance(simulation, dict) and simulation.get("agent_id") == ORACLE:
        return True
    oracle = {event.event_id for event in document.events if event.class_name == "OracleEvent"}
    return any(event.event_id in oracle for event in document.completed_events)


def _without_count(event_id: str) -> str:
    """The id of a condition without the number of times it was asked, which Meta-ARE adds."""
    return re.sub(r"-CHECK_[0-9]+$", "", event_id)
