"""Findings about a flow as a whole: events that can never happen, writes nobody agreed to, a silence that is broken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pare_runner.errors import Severity
from pare_runner.kernel.events import ConditionCheckEvent, Event, EventType, OperationType, OracleEvent, StopEvent
from pare_runner.kernel.flow import Flow
from pare_runner.scenarios.compiler.compilation import Compilation
from pare_runner.scenarios.compiler.steps import Step
from pare_runner.scenarios.compiler.turns import Course, fewest_turns
from pare_runner.scenarios.language import ScenarioFile
from pare_runner.scenarios.order import ancestors, referenced


def diagnose(
    file: ScenarioFile,
    steps: Sequence[Step],
    flow: Flow,
    duration: float | None,
    ons: Mapping[str, Mapping[str, Any]],
    found: Compilation,
) -> None:
    """Report what is wrong with the flow; `ons` are the screens of user steps by event id."""
    paths = {step.event_id: step for step in steps}
    earliest = _earliest(flow, found.start)
    _unreachable(flow, earliest, duration, paths, found)
    if file.max_turns is not None:
        apps = {app.name: app for app in found.handles.values()}
        end = None if duration is None else found.start + duration
        _too_few_turns(file.max_turns, fewest_turns(Course(flow, steps, ons, apps, earliest, end)), found)
    for number, event in enumerate(flow.events):
        if not isinstance(event, OracleEvent) or event.action is None:
            continue
        if event.event_type is EventType.USER and _function(flow, number) == "send_message_to_agent":
            _never_offered(event, paths[event.event_id], found)
        if event.event_type is not EventType.AGENT:
            continue
        step = paths[event.event_id]
        if file.silence:
            found.report((*step.path, "agent"), "the scenario says silence: true, yet the oracle acts")
        elif event.action.operation_type is OperationType.WRITE and not _on_interface(event):
            _unaccepted(number, flow, step, derived=file.scoring == "derived", found=found)
            _read_results(event, flow, step, found)


def _too_few_turns(limit: int, needed: int, found: Compilation) -> None:
    if limit < needed:
        message = f"a scripted run needs at least {needed} turns, max_turns is {limit}"
        found.report(("max_turns",), message, severity="warning", code="max_turns")


def _on_interface(event: OracleEvent) -> bool:
    return event.action is not None and event.action.class_name == "PAREAgentUserInterface"


def _never_offered(event: OracleEvent, step: Step, found: Compilation) -> None:
    if not event.optional:
        message = "the user is not offered this in runs with agents: what follows it never happens there"
        found.report((*step.path, "user"), message, severity="warning", code="never_offered")


def _unaccepted(number: int, flow: Flow, step: Step, *, derived: bool, found: Compilation) -> None:
    above = ancestors(flow, number)
    accepts = [ancestor for ancestor in above if _function(flow, ancestor) == "accept_proposal"]
    reached = [ancestor for ancestor in accepts if not _worldly_between(flow, ancestor, above)]
    if reached:
        return
    message = (
        "the environment or a condition stands between this write and the accepted proposal: the assistant has left "
        "execute mode by then"
        if accepts
        else "the assistant writes here without an accepted proposal above it"
    )
    severity: Severity = "warning" if derived else "error"
    found.report((*step.path, "agent"), message, severity=severity, code="unreachable_write")


def _read_results(event: OracleEvent, flow: Flow, step: Step, found: Compilation) -> None:
    """A good assistant may find out in another way, and then the write that is expected here has no arguments."""
    for name in sorted(referenced(event.action.args if event.action else {})):
        source = flow.events[flow.index[name]]
        action = source.action if isinstance(source, OracleEvent) else None
        if action is not None and action.operation_type is OperationType.READ:
            message = (
                f"this write takes the result of {name!r}, a step that only reads: who reads elsewhere cannot match it"
            )
            found.report((*step.path, "args"), message, severity="warning", code="ref_to_read")


def _worldly_between(flow: Flow, accept: int, above: frozenset[int]) -> bool:
    return any(
        isinstance(flow.events[between], Event | ConditionCheckEvent) and accept in ancestors(flow, between)
        for between in above
    )


def _function(flow: Flow, number: int) -> str | None:
    event = flow.events[number]
    action = event.action if isinstance(event, Event | OracleEvent) else None
    return action.function if action else None


def _unreachable(
    flow: Flow, earliest: Sequence[float], duration: float | None, paths: dict[str, Step], found: Compilation
) -> None:
    stops = frozenset(number for number, event in enumerate(flow.events) if isinstance(event, StopEvent))
    if not stops and duration is None:
        return
    stop = min((earliest[number] for number in stops if not flow.parents[number]), default=None)
    for number, event in enumerate(flow.events):
        step = paths.get(event.event_id)
        if step is None:
            continue
        if not stops.isdisjoint(ancestors(flow, number)):
            found.report(step.path, f"{event.event_id!r} never runs: the episode stops before it")
        elif duration is not None and earliest[number] > found.start + duration:
            found.report(step.path, f"{event.event_id!r} never runs: the duration is over before it")
        elif stop is not None and earliest[number] > stop:
            found.report(step.path, f"{event.event_id!r} never runs: the episode stops before it")


def _earliest(flow: Flow, start: float) -> list[float]:
    """The times before which events cannot start, by position."""
    times = [start] * len(flow.events)
    for number in flow.order:
        event = flow.events[number]
        time = max((times[parent] for parent in flow.parents[number]), default=start) + (
            event.event_relative_time or 0.0
        )
        times[number] = time if event.event_time is None else max(time, event.event_time)
    return times
