"""Events of the flow: from entries of the file to linked events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.dates import read_duration, read_time, to_datetime
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import Argument, ToolKind, ToolSpec, specs_of
from pare_runner.errors import InputError, did_you_mean, nearest
from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    ConditionCheckEvent,
    Event,
    EventType,
    OracleEvent,
    StopEvent,
)
from pare_runner.kernel.references import ReferenceFailed, contains_ref
from pare_runner.scenarios.checks.builder import Names
from pare_runner.scenarios.checks.matchers import compile_matcher, takes_mappings
from pare_runner.scenarios.compiler.compilation import Compilation, Path, arguments_with_refs, sound, with_refs
from pare_runner.scenarios.compiler.taps import NavigationPlanner, Tap
from pare_runner.scenarios.language import EventEntry

KINDS = ("env", "agent", "user", "when", "stop")
_FOR_ENV = (ToolKind.ENV, ToolKind.DATA, ToolKind.AGENT)
_ONLY = {
    "args": ("env", "agent", "user"),
    "on": ("user",),
    "match": ("agent", "user"),
    "optional": ("agent", "user"),
    "proposal": ("agent",),
    "every": ("when",),
    "timeout": ("when",),
}


@dataclass(slots=True)
class Step:
    """An entry of the file and its events: the first is linked to the parents, the last has the entry's id."""

    entry: EventEntry
    kind: str
    path: Path
    event_id: str
    events: list[AbstractEvent]
    spec: ToolSpec | None = None


def read_steps(entries: Sequence[EventEntry], compilation: Compilation) -> list[Step]:
    """Kind and id of every entry; entries that are no event are reported and left out."""
    steps: list[Step] = []
    seen: dict[str, int] = {}
    written: dict[str, int] = {}
    for number, entry in sound(entries):
        path: Path = ("events", number)
        given = [kind for kind in KINDS if getattr(entry, kind) not in (None, False)]
        if len(given) != 1:
            message = f"an event needs exactly one of {', '.join(KINDS)}; this one has {' and '.join(given) or 'none'}"
            compilation.report(path, message)
            continue
        kind = given[0]
        for name, kinds in _ONLY.items():
            if kind not in kinds and getattr(entry, name) not in (None, False, {}):
                compilation.report((*path, name), f"{name!r} does not go with {kind}", key=True)
        event_id = entry.id or f"{kind}_{number + 1}"
        if event_id in seen:
            compilation.report((*path, "id"), f"event {seen[event_id] + 1} has the id {event_id!r} too")
        seen.setdefault(event_id, number)
        in_traces = entry.hf_id or event_id
        if in_traces in written and (entry.hf_id or entries[written[in_traces]].hf_id):
            compilation.report((*path, "hf_id"), f"traces call event {written[in_traces] + 1} {in_traces!r} too")
        written.setdefault(in_traces, number)
        steps.append(Step(entry, kind, path, event_id, []))
    return steps


def build_events(
    steps: Sequence[Step],
    planner: NavigationPlanner,
    compilation: Compilation,
    names: Names,
    condition_of: Callable[[Step], Callable[[Any], bool] | None],
) -> list[AbstractEvent]:
    """All events in file order, linked; `condition_of` compiles the check of a `when` step."""
    for step in steps:
        builder = {"when": _condition, "stop": _stop}.get(step.kind)
        if builder is None:
            step.events = _calls(step, planner, compilation, names)
        else:
            step.events = builder(step, compilation)
            if isinstance(step.events[0], ConditionCheckEvent):
                step.events[0].condition = condition_of(step)
    by_id = {step.event_id: step for step in steps if step.events}
    for step in steps:
        parents = _parents(step, by_id, names.events, compilation)
        delay = _seconds(step, "delay", compilation)
        if step.events:
            _link(step, parents, delay, compilation)
    return [event for step in steps for event in step.events]


def _calls(step: Step, planner: NavigationPlanner, compilation: Compilation, names: Names) -> list[AbstractEvent]:
    entry, path = step.entry, step.path
    text = getattr(entry, step.kind)
    handle, dot, tool = text.partition(".")
    if not dot or not tool:
        compilation.report((*path, step.kind), f"{text!r} is not of the form app.tool")
        return []
    app = compilation.handles.get(handle)
    if app is None and handle in names.broken:
        return []
    if app is None:
        hint = did_you_mean(handle, compilation.handles)
        compilation.report((*path, step.kind), f"there is no app {handle!r}", hint)
        return []
    args = arguments_with_refs(entry.args, compilation, (*path, "args"), names.events)
    if step.kind == "user":
        on = arguments_with_refs(entry.on, compilation, (*path, "on"), names.events)
        try:
            taps = planner.step(app.name, tool, args, on, step.event_id)
        except InputError as error:
            compilation.report((*path, "user"), error.problems[0].message, error.problems[0].hint)
            return []
        return _tap_events(step, taps, compilation, names.events)
    spec = _find_tool(step, tool, app, compilation)
    if spec is None:
        return []
    step.spec = spec
    _check_arguments(step, spec, args, compilation, names.events)
    actor = EventType.ENV if step.kind == "env" else EventType.AGENT
    action = Action(app.name, type(app).__name__, tool, args, spec.operation, actor)
    if step.kind == "env":
        return [Event(step.event_id, action=action)]
    return [OracleEvent(step.event_id, action=action, optional=entry.optional, proposal=entry.proposal)]


def _find_tool(step: Step, tool: str, app: App, compilation: Compilation) -> ToolSpec | None:
    usable = type(app).tools(*((ToolKind.AGENT,) if step.kind == "agent" else _FOR_ENV))
    if tool in usable:
        return usable[tool]
    text = getattr(step.entry, step.kind)
    handle = text.partition(".")[0]
    message = f"{handle} has no tool {tool!r}"
    taps = type(app).tools(ToolKind.USER)
    screens = app.screens if isinstance(app, StatefulApp) else ()
    if tool in taps or any(tool in screen.tools() for screen in screens):
        message = f"{text} is a tap of the user"
    elif tool in specs_of(type(app)):
        message = f"{text} is no tool of the agent"
    compilation.report((*step.path, step.kind), message, did_you_mean(tool, usable))
    return None


def _tap_events(
    step: Step, taps: Sequence[Tap], compilation: Compilation, known: frozenset[str]
) -> list[AbstractEvent]:
    apps = {app.name: app for app in compilation.handles.values()}
    events: list[AbstractEvent] = []
    for number, tap in enumerate(taps, 1):
        event = tap.event(apps[tap.app])
        event.optional = step.entry.optional
        event.event_id = step.event_id if number == len(taps) else f"{step.event_id}-tap-{number}"
        if events:
            event.depends_on(events[-1])
        events.append(event)
    step.spec = taps[-1].spec
    _check_arguments(step, step.spec, taps[-1].args, compilation, known)
    return events


def _check_arguments(
    step: Step, spec: ToolSpec, args: dict[str, Any], compilation: Compilation, known: frozenset[str]
) -> None:
    path = (*step.path, "args")
    mistyped: set[str | None] = set()
    for name, value in args.items():
        argument = spec.by_name.get(name)
        if argument is None:
            message = f"{spec.name} has no argument {name!r}"
            compilation.report((*path, name), message, did_you_mean(name, spec.by_name), key=True)
            mistyped.add(nearest(name, spec.by_name))
            continue
        conversion = Conversion(start=compilation.start, allow_refs=True)
        argument.shape.convert(value, conversion, (*path, name))
        compilation.take(conversion)
    for argument in spec.arguments:
        if argument.required and argument.name not in args and argument.name not in mistyped:
            compilation.report((*step.path, step.kind), f"{spec.name} needs the argument {argument.name!r}")
    for name, wanted in (step.entry.match or {}).items():
        place = (*step.path, "match", name)
        if name not in spec.by_name:
            message = f"{spec.name} has no argument {name!r}"
            compilation.report(place, message, did_you_mean(name, spec.by_name), key=True)
            continue
        _check_match(wanted, spec.by_name[name], args, compilation, place, known)


def _check_match(
    wanted: Any, argument: Argument, args: dict[str, Any], compilation: Compilation, place: Path, known: frozenset[str]
) -> None:
    """Report a matcher that is none, or that the step's own call does not fit: then nothing that plays it meets it."""
    wanted = with_refs(wanted, compilation, place, known)
    try:
        matcher = compile_matcher(wanted, mappings=takes_mappings(argument.shape))
    except InputError as error:
        compilation.report(place, error.problems[0].message, error.problems[0].hint)
        return
    if (argument.required and argument.name not in args) or contains_ref(wanted):
        return
    own, conversion = argument.default, Conversion()  # as the call itself converts
    if argument.name in args:
        own = argument.shape.convert(args[argument.name], conversion)
    if contains_ref(args.get(argument.name)) or conversion.problems or matcher(to_json(own), _no_result):
        return
    seen = repr(args.get(argument.name, argument.default))
    seen = seen if len(seen) <= 80 else seen[:77] + "..."
    compilation.report(place, f"the step's own call does not fit its match: {argument.name} is {seen}")


def _no_result(event_id: str) -> Any:
    raise ReferenceFailed(event_id)


def _condition(step: Step, compilation: Compilation) -> list[AbstractEvent]:
    every = _seconds(step, "every", compilation)
    timeout = _seconds(step, "timeout", compilation)
    if every == 0:
        compilation.report((*step.path, "every"), "every must be longer than 0")
    return [ConditionCheckEvent(step.event_id, every=every or None, timeout=timeout)]


def _stop(step: Step, compilation: Compilation) -> list[AbstractEvent]:
    return [StopEvent(step.event_id)]


def _parents(
    step: Step, by_id: dict[str, Step], known: frozenset[str], compilation: Compilation
) -> list[AbstractEvent]:
    entry = step.entry
    names = [entry.after] if isinstance(entry.after, str) else list(entry.after or [])
    parents: list[AbstractEvent] = []
    for number, name in enumerate(names):
        path = (*step.path, "after") if isinstance(entry.after, str) else (*step.path, "after", number)
        if name not in known:
            compilation.report(path, f"there is no event {name!r}", did_you_mean(name, known))
        elif names.index(name) < number:
            compilation.report(path, f"{name!r} is named twice")
        elif name in by_id:
            parents.append(by_id[name].events[-1])
    return parents


def _link(step: Step, parents: list[AbstractEvent], delay: float | None, compilation: Compilation) -> None:
    entry, first = step.entry, step.events[0]
    if parents or delay is not None:
        first.depends_on(parents, max(delay or 0.0, 0.0))
    if entry.at is not None:
        _set_time(step, first, bool(parents) or delay is not None, compilation)
    elif not parents and delay is None:
        first.depends_on(None, 0.0)


def _set_time(step: Step, first: AbstractEvent, linked: bool, compilation: Compilation) -> None:
    at = step.entry.at
    try:
        try:
            time = compilation.start + read_duration(at if at is not None else 0.0)
            relative = True
        except ValueError:
            time = read_time(at if at is not None else 0.0, compilation.start)
            relative = False
        to_datetime(time)
    except ValueError:
        message = f"{at!r} is neither a time after the start, like 10s, nor a date, like 2025-11-18T09:00Z or +3d 19:00"
        compilation.report((*step.path, "at"), message)
        return
    if time < compilation.start:
        compilation.report((*step.path, "at"), "its time is before the start")
        return
    if relative and not linked:
        first.event_relative_time = time - compilation.start
    else:
        first.event_time = time


def _seconds(step: Step, name: str, compilation: Compilation) -> float | None:
    value = getattr(step.entry, name)
    if value is None:
        return None
    try:
        seconds = read_duration(value)
    except ValueError as error:
        compilation.report((*step.path, name), str(error))
        return None
    if seconds < 0:
        compilation.report((*step.path, name), f"{name} must not be negative")
        return None
    return seconds
