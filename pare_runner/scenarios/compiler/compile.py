"""The compiler: text in, scenario out, or every error of the file at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import read_duration, read_time, to_datetime
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import INVALID, Conversion, Model
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.registry import app_classes
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import AbstractEvent, EventType, OperationType, OracleEvent
from pare_runner.kernel.flow import Flow, FlowError
from pare_runner.kernel.ids import IdSource
from pare_runner.scenarios.checks.builder import (
    CheckProblem,
    Names,
    build_allow,
    build_check,
    build_judge,
    expected_labels,
    label,
)
from pare_runner.scenarios.checks.conditions import Condition, ask
from pare_runner.scenarios.checks.judge import JudgeCheck
from pare_runner.scenarios.checks.writes import Allowed, ExpectedWrite
from pare_runner.scenarios.compiler.compilation import Compilation, arguments_with_refs, sound, sound_values, with_refs
from pare_runner.scenarios.compiler.diagnostics import diagnose
from pare_runner.scenarios.compiler.meeting import matches_of, screens_of
from pare_runner.scenarios.compiler.rules import build_rules
from pare_runner.scenarios.compiler.sections import build_apps
from pare_runner.scenarios.compiler.steps import Step, build_events, read_steps
from pare_runner.scenarios.compiler.taps import NavigationPlanner
from pare_runner.scenarios.language import AllowEntry, CheckEntry, MessageMatch, ScenarioFile
from pare_runner.scenarios.text.templates import render, render_variables
from pare_runner.scenarios.text.yaml_text import Document, load
from pare_runner.scenarios.yaml_scenario import YamlScenario

_ID = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_FILE = Model(ScenarioFile)


def compile_scenario(text: str, name: str = "scenario", classes: Mapping[str, type[App]] | None = None) -> YamlScenario:
    """The scenario of a file's text; `name` is what messages call the file, `classes` the app classes it may use.

    Raises ScenarioError with all errors found, each with its position.
    """
    return compile_document(load(text, name), classes, source=text)


def compile_document(
    document: Document, classes: Mapping[str, type[App]] | None = None, *, source: str = ""
) -> YamlScenario:
    """Like `compile_scenario`, for data already read."""
    compilation = Compilation(document)
    data = _rendered(document, compilation)
    file = _read_file(data, compilation)
    services = Services(Clock(compilation.start), IdSource(file.id, file.seed), Draws(file.seed, file.id))
    with building(services):
        apps = build_apps(sound_values(file.apps), classes or app_classes(), compilation)
    steps = read_steps(file.events, compilation)
    front = _front(file, compilation)
    known = frozenset(step.event_id for step in steps) | _ids_as_written(data)
    broken = frozenset(file.apps) - compilation.handles.keys()
    names = Names(compilation.handles, known, broken=broken)
    planner = NavigationPlanner(apps, front)
    events = build_events(steps, planner, compilation, names, lambda step: _condition(step, names, compilation))
    expected = _expected(steps, compilation)
    judged = replace(names, expected=tuple(expected), incomplete=compilation.broken)
    checks, judgements = _checks(file, judged, compilation)
    allowed = _allowed(file, judged, compilation)
    rules = build_rules(file.user.rules, NavigationPlanner(apps, front), names, compilation)
    duration = _duration(file, compilation)
    _check_hints(file, known, compilation)
    compilation.stop_if_broken()
    screens = screens_of(steps, compilation, known)
    diagnose(file, steps, _flow(events, steps, compilation), duration, screens, compilation)
    compilation.stop_if_broken()
    return YamlScenario(
        file,
        apps=apps,
        events=events,
        handles={handle: app.name for handle, app in compilation.handles.items()},
        steps={step.event_id: [event.event_id for event in step.events] for step in steps},
        checks=checks,
        expected=expected,
        allowed=allowed,
        duration=duration,
        data=data,
        source=source,
        warnings=compilation.warnings,
        rules=rules,
        matches=matches_of(steps, compilation, known),
        step_ons=screens,
        judgements=judgements,
    )


def _rendered(document: Document, compilation: Compilation) -> dict[str, Any]:
    """The data with its variables put in; what is wrong with them ends the compilation: more would follow from it."""
    variables = document.data.get("vars") or {}
    if not isinstance(variables, dict):
        compilation.report(("vars",), "vars must be a mapping of names to values")
        variables = {}
    known = render_variables(variables, document, problems=compilation.problems)
    rest = {key: value for key, value in document.data.items() if key != "vars"}
    data = render(rest, known, document, problems=compilation.problems)
    compilation.stop_if_broken()
    return {**data, "vars": known} if isinstance(data, dict) else {}


def _read_file(data: dict[str, Any], compilation: Compilation) -> ScenarioFile:
    start = data.get("start_time")
    if isinstance(start, str | int | float):
        try:
            time = read_time(start)
            to_datetime(time)
            compilation.start = time
        except ValueError as error:
            compilation.report(("start_time",), str(error))
            data = {**data, "start_time": 0.0}
    values = _values(data, compilation)
    needed: dict[str, Any] = {"id": "", "start_time": compilation.start}
    file = ScenarioFile(**(needed | values))
    if file.max_turns is not None and file.max_turns < 1:
        compilation.report(("max_turns",), "max_turns must be 1 or more")
    if "id" in values and (not file.id or set(file.id) - _ID):
        compilation.report(("id",), f"the id {file.id!r} must be letters, digits, _ and -")
    return file


def _values(data: dict[str, Any], compilation: Compilation) -> dict[str, Any]:
    """The file's keys, each converted on its own: what is wrong with one must not hide what is wrong with another."""
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key not in _FILE.fields:
            hint = did_you_mean(key, _FILE.written_keys())
            compilation.report((key,), f"unknown key {key!r}", hint, key=True)
            continue
        field, value_shape, _ = _FILE.fields[key]
        conversion = Conversion(start=compilation.start)
        converted = value_shape.convert(value, conversion, (key,))
        compilation.take(conversion)
        if converted is not INVALID:
            values[field] = converted
    for field, _, required in _FILE.fields.values():
        if required and field not in data:
            compilation.report((), f"the key {field!r} is missing")
    return values


def _front(file: ScenarioFile, compilation: Compilation) -> str | None:
    """Name of the app in front at the start."""
    if file.open_app is None:
        return None
    app = compilation.handles.get(file.open_app)
    if isinstance(app, StatefulApp):
        return app.name
    openable = [handle for handle, found in compilation.handles.items() if isinstance(found, StatefulApp)]
    hint = did_you_mean(file.open_app, openable)
    compilation.report(("open_app",), f"there is no app {file.open_app!r} to open", hint)
    return None


def _condition(step: Step, names: Names, compilation: Compilation) -> Callable[[Any], bool] | None:
    entry = step.entry.when
    if entry is None:
        return None
    condition = _check(entry, names, (*step.path, "when"), compilation)
    if condition is None:
        return None
    name = f"{step.event_id}: {label(entry)}"
    return lambda environment: ask(name, condition, environment).holds


def _ids_as_written(data: dict[str, Any]) -> frozenset[str]:
    """Ids of all events, those with mistakes included: naming one of them is no second mistake."""
    events = data.get("events")
    entries = [entry for entry in events if isinstance(entry, dict)] if isinstance(events, list) else []
    return frozenset(str(entry["id"]) for entry in entries if "id" in entry)


def _check(entry: CheckEntry, names: Names, path: tuple[str | int, ...], compilation: Compilation) -> Condition | None:
    _resolve_refs(entry, compilation, path, names.events)
    try:
        return build_check(entry, names)
    except CheckProblem as problem:
        _report(problem, path, compilation)
        return None


def _report(problem: CheckProblem, path: tuple[str | int, ...], compilation: Compilation) -> None:
    for found in problem.found:
        compilation.report((*path, *found.path), found.message, found.hint, key=found.key)


def _resolve_refs(
    entry: CheckEntry, compilation: Compilation, path: tuple[str | int, ...], events: frozenset[str]
) -> None:
    if entry.args:
        entry.args = arguments_with_refs(entry.args, compilation, (*path, "args"), events)
    for kind in ("proposed", "accepted"):
        match = getattr(entry, kind)
        if isinstance(match, MessageMatch):
            match.about = with_refs(match.about, compilation, (*path, kind, "about"), events)
    for kind in ("all", "any"):
        for number, part in enumerate(getattr(entry, kind) or []):
            _resolve_refs(part, compilation, (*path, kind, number), events)
    if entry.not_ is not None:
        _resolve_refs(entry.not_, compilation, (*path, "not"), events)


def _expected(steps: list[Step], compilation: Compilation) -> list[ExpectedWrite]:
    found: list[ExpectedWrite] = []
    for step in steps:
        event = step.events[-1] if step.events else None
        if (
            isinstance(event, OracleEvent)
            and event.event_type is EventType.AGENT
            and event.action is not None
            and event.action.operation_type is OperationType.WRITE
            and event.action.class_name != "PAREAgentUserInterface"
            and step.spec is not None
        ):
            # A TypeError here was reported with the step's arguments.
            with contextlib.suppress(TypeError):
                found.append(ExpectedWrite.of(event.event_id, event.action, step.spec, optional=step.entry.optional))
    return found


def _checks(
    file: ScenarioFile, names: Names, compilation: Compilation
) -> tuple[list[tuple[str, Condition]], list[JudgeCheck]]:
    built: list[tuple[str, Condition]] = []
    judgements: list[JudgeCheck] = []
    entries = list(sound(file.checks))
    names_of_checks = expected_labels([entry for _, entry in entries])
    for (number, entry), name in zip(entries, names_of_checks, strict=True):
        path = ("checks", number)
        if entry.judge is not None:
            try:
                judgements.append(build_judge(entry, name))
            except CheckProblem as problem:
                _report(problem, path, compilation)
            continue
        condition = _check(entry, names, path, compilation)
        if condition is not None:
            built.append((name, condition))
    return built, judgements


def _check_hints(file: ScenarioFile, known: frozenset[str], compilation: Compilation) -> None:
    for number, hint in sound(file.hints):
        event = hint.associated_event_id
        if event is not None and event not in known:
            place = ("hints", number, "event")
            compilation.report(place, f"there is no event {event!r}", did_you_mean(event, known))


def _allowed(file: ScenarioFile, names: Names, compilation: Compilation) -> tuple[Allowed, ...]:
    allowed: list[Allowed] = []
    for number, entry in sound(file.allow):
        path = ("allow", number)
        if isinstance(entry, AllowEntry) and entry.args:
            entry.args = arguments_with_refs(entry.args, compilation, (*path, "args"), names.events)
        try:
            allowed.append(build_allow(entry, names))
        except CheckProblem as problem:
            _report(problem, path, compilation)
    return tuple(allowed)


def _duration(file: ScenarioFile, compilation: Compilation) -> float | None:
    if file.duration is None:
        return None
    try:
        seconds = read_duration(file.duration)
    except ValueError as error:
        compilation.report(("duration",), str(error))
        return None
    if seconds <= 0:
        compilation.report(("duration",), "the duration must be longer than 0")
    return seconds


def _flow(events: list[AbstractEvent], steps: list[Step], compilation: Compilation) -> Flow:
    try:
        return Flow.compile(events, compilation.start)
    except FlowError as error:
        path = next(
            (step.path for step in steps if error.event_id in {event.event_id for event in step.events}), ("events",)
        )
        compilation.report(path, str(error))
        compilation.stop_if_broken()
        raise InputError(str(error)) from None
