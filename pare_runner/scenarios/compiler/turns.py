"""How many turns a scripted pair needs at least, read off the flow.

With the standard protocol the user makes one tap a turn and acts before the assistant does; a message of the assistant
ends its part of the turn. What the assistant does besides is taken to fit into one turn, and a step that may not
happen, or that another tap may do on its way, is taken to need none: the number found is never too large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.transitions import Computed, Result
from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    ConditionCheckEvent,
    EventType,
    OperationType,
    OracleEvent,
    StopEvent,
)
from pare_runner.kernel.flow import Flow
from pare_runner.kernel.references import contains_ref
from pare_runner.scenarios.compiler.steps import Step
from pare_runner.scenarios.order import ancestors

SLACK = 60.0
"""Seconds that each event of a flow may take with agents: what is due so near the end may be cut off."""


@dataclass(frozen=True, slots=True)
class Course:
    """What a file says of its flow: the steps, the screens of user steps by event id, the phone's apps by name.

    `earliest` are the times before which events cannot start, by position; `end` is when the duration is over.
    """

    flow: Flow
    steps: Sequence[Step]
    ons: Mapping[str, Mapping[str, Any]]
    apps: Mapping[str, App]
    earliest: Sequence[float]
    end: float | None = None


def fewest_turns(course: Course) -> int:
    """A lower bound of the turns, idle ones left out, in which the oracle's steps can be made."""
    certain = _certain(course)
    taps = {number: count for number, count in _taps(course).items() if number in certain}
    return max(sum(taps.values()), _longest_way(course.flow, certain, taps))


def _certain(course: Course) -> frozenset[int]:
    """Positions of the oracle events that a scripted run comes to.

    What stands below a condition may never start, what may be left out is not needed, and the end of the episode cuts
    off what nothing before it waits for.
    """
    flow = course.flow
    conditions = {number for number, event in enumerate(flow.events) if isinstance(event, ConditionCheckEvent)}
    stops = [number for number, event in enumerate(flow.events) if isinstance(event, StopEvent)]
    slack = SLACK * len(flow.events)
    return frozenset(
        number
        for number, event in enumerate(flow.events)
        if isinstance(event, OracleEvent)
        and not event.optional
        and conditions.isdisjoint(ancestors(flow, number))
        and all(_blocks(event) and number in ancestors(flow, stop) for stop in stops)
        and (course.end is None or course.earliest[number] + slack <= course.end)
    )


def _longest_way(flow: Flow, certain: frozenset[int], taps: Mapping[int, int]) -> int:
    """Turns of the longest chain of steps that wait for one another.

    Each turn has two parts: the user acts in parts 1, 3, 5 …, the assistant in 2, 4, 6 ….
    """
    earliest: dict[int, int] = {}
    last = 0
    for number in flow.order:
        part = max((earliest[parent] for parent in flow.parents[number]), default=1)
        event = flow.events[number]
        if number in certain and _blocks(event):
            by_user = event.event_type is EventType.USER
            part += (part % 2 == 1) != by_user  # the next part that is this actor's own
            part += 2 * (taps.get(number, 1) - 1)
            last = max(last, part)
            part += by_user or _function(event) == "send_message_to_user"
        earliest[number] = part
    return (last + 1) // 2


def _taps(course: Course) -> dict[int, int]:
    """Position of the last event of each user step → the taps that nothing can spare it.

    As long as the steps on screens are made in file order, and every screen is known while planning, the user takes the
    planned way. From then on only the tap at its end is sure, unless that may be made on the way to somewhere else.
    """
    flow = course.flow
    steps = [step for step in course.steps if step.kind == "user"]
    made_before = _made_before(flow, steps)
    on_screens = [step for step in steps if _stands_on_screen(step, course.apps)]
    found: dict[int, int] = {}
    known = True
    for number, step in enumerate(on_screens):
        last = flow.index[step.event_id]
        known = (
            known
            and not step.entry.optional
            and all(last in made_before[flow.index[other.event_id]] for other in on_screens[number + 1 :])
            and not contains_ref(dict(course.ons.get(step.event_id, {})))
            and all(_predictable(event, course.apps) for event in step.events)
        )
        found[last] = len(step.events) if known else int(_blocks(step.events[-1]))
    for step in steps:
        found.setdefault(flow.index[step.event_id], int(_blocks(step.events[-1])))
    return found


def _made_before(flow: Flow, steps: Sequence[Step]) -> dict[int, frozenset[int]]:
    """Last event of each user step → the last events of the user steps that a scripted user makes before it.

    Those are what must be met before it opens, and the steps directly before it: they need not block it, but who plays
    the flow makes them first.
    """
    firsts = {flow.index[step.event_id]: flow.index[step.events[0].event_id] for step in steps}
    opens_after: dict[int, frozenset[int]] = {}
    made: dict[int, frozenset[int]] = {}
    for number in flow.order:
        found: frozenset[int] = frozenset()
        for parent in flow.parents[number]:
            found |= opens_after[parent]
            if parent in firsts and _blocks(flow.events[parent]):
                found |= {parent} | made[parent]
        opens_after[number] = found
        if number in firsts:
            directly = [parent for parent in flow.parents[firsts[number]] if parent in firsts]
            made[number] = found.union(*({parent} | made[parent] for parent in directly))
    return made


def _stands_on_screen(step: Step, apps: Mapping[str, App]) -> bool:
    action = _action(step.events[-1])
    return action is not None and type(apps[action.app]).__name__ != "PAREAgentUserInterface"


def _predictable(event: AbstractEvent, apps: Mapping[str, App]) -> bool:
    """Whether it is known before the tap which screen it leads to and what that shows."""
    action = _action(event)
    if action is None or contains_ref(action.args):
        return False
    app = apps[action.app]
    screens = app.screens if isinstance(app, StatefulApp) else ()
    offered = [screen.tools()[action.function] for screen in screens if action.function in screen.tools()]
    ways = [transition for spec in offered for transition in spec.transitions]
    return not any(isinstance(source, Result | Computed) for way in ways for source in way.values.values())


def _blocks(event: AbstractEvent) -> bool:
    """Whether an event is a step of the oracle that what follows it waits for."""
    if not isinstance(event, OracleEvent) or event.action is None:
        return False
    return not (event.action.operation_type is OperationType.READ or event.optional or event.opens)


def _action(event: AbstractEvent) -> Action | None:
    return event.action if isinstance(event, OracleEvent) else None


def _function(event: AbstractEvent) -> str | None:
    action = _action(event)
    return action.function if action is not None else None
