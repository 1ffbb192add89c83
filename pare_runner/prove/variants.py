"""Variants of a scenario: the same phone and checks with other oracle events."""

from __future__ import annotations

import copy
import enum
from collections.abc import Callable, Iterable
from dataclasses import replace

from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    CompletedEvent,
    ConditionCheckEvent,
    Event,
    EventType,
    OperationType,
    OracleEvent,
    StopEvent,
)
from pare_runner.scenarios.order import referenced
from pare_runner.scenarios.yaml_scenario import YamlScenario


def variant(scenario: YamlScenario, events: Iterable[AbstractEvent]) -> YamlScenario:
    """`scenario` with `events` instead of its own; what its checks expect stays the same."""
    scenario.initialize()
    other = copy.copy(scenario)
    other.replace_events(list(events))
    return other


def copy_events(events: Iterable[AbstractEvent]) -> list[AbstractEvent]:
    """Copies linked to one another as the originals are."""
    originals = list(events)
    copies = {id(event): replace(event, dependencies=[], successors=[]) for event in originals}
    for event in originals:
        mine = copies[id(event)]
        mine.dependencies = [copies[id(parent)] for parent in event.dependencies if id(parent) in copies]
        mine.successors = [copies[id(child)] for child in event.successors if id(child) in copies]
    return list(copies.values())


def without_agent(events: Iterable[AbstractEvent]) -> list[AbstractEvent]:
    """The flow without the agent's steps and all that depends on them, by order or by result."""
    return _without(copy_events(events), is_agent_step)


def without_event(
    events: Iterable[AbstractEvent], event_id: str, steps: Iterable[Iterable[str]] = ()
) -> list[AbstractEvent]:
    """The flow without one event: its successors move to its parents, steps that use its result go with it.

    `steps` are the ids of events that are one step: taps go together.
    """
    kept = copy_events(events)
    doomed = {event_id}
    together = [set(step) for step in steps]
    while True:
        users = {event.event_id for event in kept if doomed & results_used(event)}
        more = users.union(*(step for step in together if doomed & step)) - doomed
        if not more:
            break
        doomed |= more
    for event in [event for event in kept if event.event_id in doomed]:
        for child in event.successors:
            child.dependencies.remove(event)
            for parent in event.dependencies:
                if parent not in child.dependencies:
                    child.dependencies.append(parent)
                    parent.successors.append(child)
        for parent in event.dependencies:
            parent.successors.remove(event)
    return [event for event in kept if event.event_id not in doomed]


class Place(enum.Enum):
    """Where a call is put into a flow."""

    FIRST_NOTIFICATION = "after the first environment event"
    AFTER_ACCEPT = "after the last accept, at the end if there is none"
    END = "after everything else"


def with_call(
    events: Iterable[AbstractEvent], action: Action, event_id: str, place: Place, log: Iterable[CompletedEvent]
) -> list[AbstractEvent]:
    """The flow with one more call of the agent; a call at the first notification is a proposal.

    `log` is that of the oracle's run: the call comes after what happened there, so that no branch the run never took
    can keep it from being made, and no stop event can come before it.
    """
    kept = copy_events(events)
    completed = _completed(kept, log)
    ends = [event for event in completed if not any(child in completed for child in event.successors)]
    parents = ends
    if place is Place.FIRST_NOTIFICATION:
        parents = [event for event in completed if event.event_type is EventType.ENV][:1]
    elif place is Place.AFTER_ACCEPT:
        parents = [event for event in completed if function_of(event) == "accept_proposal"][-1:] or ends
    added = OracleEvent(event_id, action=action, proposal=place is Place.FIRST_NOTIFICATION)
    added.depends_on(parents, delay_seconds=0)
    # Of events due at the same instant the first in the list runs first.
    stop = next((number for number, event in enumerate(kept) if isinstance(event, StopEvent)), len(kept))
    return [*kept[:stop], added, *kept[stop:]]


def _completed(events: Iterable[AbstractEvent], log: Iterable[CompletedEvent]) -> list[AbstractEvent]:
    """Those of `events` that others could follow in the run of `log`, in its order: calls, and conditions once true."""
    by_id = {event.event_id: event for event in events if not isinstance(event, StopEvent)}
    return [
        event
        for entry in log
        for event in [by_id.get(entry.event_id)]
        if event is not None and not (entry.failed() and isinstance(event, ConditionCheckEvent))
    ]


def is_agent_step(event: AbstractEvent) -> bool:
    """Whether an event is a step of the assistant."""
    return isinstance(event, OracleEvent) and event.event_type is EventType.AGENT


def agent_writes_of(events: Iterable[AbstractEvent]) -> list[OracleEvent]:
    """The assistant's writes outside its interface."""
    return [
        event
        for event in events
        if isinstance(event, OracleEvent)
        and is_agent_step(event)
        and event.action is not None
        and event.action.operation_type is OperationType.WRITE
        and event.action.class_name != "PAREAgentUserInterface"
    ]


def function_of(event: AbstractEvent) -> str | None:
    """Name of the tool an event calls."""
    action = event.action if isinstance(event, Event | OracleEvent) else None
    return action.function if action else None


def results_used(event: AbstractEvent) -> set[str]:
    """Ids of the events whose results an event's arguments take."""
    action = event.action if isinstance(event, Event | OracleEvent) else None
    return referenced(action.args) if action else set()


def _without(events: list[AbstractEvent], doomed_first: Callable[[AbstractEvent], bool]) -> list[AbstractEvent]:
    doomed = {event.event_id for event in events if doomed_first(event)}
    while True:
        more = {
            event.event_id
            for event in events
            if event.event_id not in doomed
            and (any(parent.event_id in doomed for parent in event.dependencies) or doomed & results_used(event))
        }
        if not more:
            break
        doomed |= more
    kept = [event for event in events if event.event_id not in doomed]
    for event in kept:
        event.successors = [child for child in event.successors if child.event_id not in doomed]
    return kept
