"""The user's rules: from entries of the file to matchers and planned steps."""

from __future__ import annotations

from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.dates import read_duration, read_time
from pare_runner.errors import InputError
from pare_runner.kernel.events import AbstractEvent, EventType, OracleEvent
from pare_runner.kernel.references import contains_ref
from pare_runner.scenarios.checks.builder import Names
from pare_runner.scenarios.checks.matchers import Matcher, compile_matcher
from pare_runner.scenarios.compiler.compilation import Compilation, Path, arguments_with_refs, sound, with_refs
from pare_runner.scenarios.compiler.steps import Step, build_events
from pare_runner.scenarios.compiler.taps import NavigationPlanner
from pare_runner.scenarios.language import EventEntry, RulesEntry
from pare_runner.scenarios.rules import RuleStep, UserRules

_PATH: Path = ("user", "rules")
_MATCHERS = ("accept_when", "reject_when")


def build_rules(
    entry: RulesEntry | None, planner: NavigationPlanner, names: Names, compilation: Compilation
) -> UserRules | None:
    """The rules of a file; None if it has none, or if something in them is wrong, which is reported.

    `planner` stands where the scenario starts: who follows rules does not do the oracle's steps.
    """
    if entry is None:
        return None
    before = len(compilation.problems)
    _empty_keys(compilation)
    accept = _matcher(entry.accept_when, (*_PATH, "accept_when"), compilation)
    reject = _matcher(entry.reject_when, (*_PATH, "reject_when"), compilation)
    steps = _read(entry, names, compilation)
    build_events([step for _, step in steps], planner, compilation, names, lambda _: None)
    if len(compilation.problems) > before:
        return None
    return UserRules(accept, reject, tuple(_rule(due, step, compilation, names) for due, step in steps))


def _empty_keys(compilation: Compilation) -> None:
    """Report keys without a value, and rules without any key: such a user rejects all, which nobody may have meant."""
    user = compilation.document.data.get("user")
    written = user.get("rules") if isinstance(user, dict) else None
    if not isinstance(written, dict):
        return
    hint = "`reject_when: {empty: false}` rejects every proposal"
    if not written:
        compilation.report(_PATH, "rules need accept_when, reject_when or steps", hint, key=True)
    for key in _MATCHERS:
        if key in written and written[key] is None:
            compilation.report((*_PATH, key), f"{key} is empty", hint if key == "accept_when" else "", key=True)


def _read(entry: RulesEntry, names: Names, compilation: Compilation) -> list[tuple[float, Step]]:
    """(due, step) of all entries in the order in which they come due: that is how the taps to them are planned."""
    steps: list[tuple[float, Step]] = []
    for number, rule in sound(entry.steps):
        path = (*_PATH, "steps", number)
        app = names.apps.get(rule.user.partition(".")[0])
        if isinstance(app, PAREAgentUserInterface):
            hint = "accept_when and reject_when answer proposals"
            compilation.report((*path, "user"), "a timed step is a tap on a screen", hint)
            continue
        event = EventEntry(user=rule.user, at=rule.at, args=rule.args, on=rule.on)
        steps.append((_due(rule.at, compilation.start), Step(event, "user", path, _name(number, names), [])))
    return sorted(steps, key=lambda pair: pair[0])


def _name(number: int, names: Names) -> str:
    """A name for the step that no event of the flow has."""
    name = f"rule_{number + 1}"
    while name in names.events:
        name += "_"
    return name


def _due(at: str | float, start: float) -> float:
    """When a step comes due; one whose time cannot be read comes first, and is reported with the other mistakes."""
    try:
        return start + read_duration(at)
    except ValueError:
        try:
            return read_time(at, start)
        except ValueError:
            return start


def _rule(due: float, step: Step, compilation: Compilation, names: Names) -> RuleStep:
    last: AbstractEvent = step.events[-1]
    action = last.action if isinstance(last, OracleEvent) else None
    event = OracleEvent(step.event_id, EventType.USER, due, action=action)
    on = arguments_with_refs(step.entry.on, compilation, (*step.path, "on"), names.events)
    return RuleStep(step.event_id, due, event, on)


def _matcher(value: str | dict[str, Any] | None, path: Path, compilation: Compilation) -> Matcher | None:
    if value is None:
        return None
    wanted = {"contains": value} if isinstance(value, str) else value
    try:
        if contains_ref(with_refs(wanted, Compilation(compilation.document), path, frozenset())):
            raise InputError("a rule looks at the text of the proposal alone, not at the result of an event")
        if not wanted:
            raise InputError("needs a text or a matcher like {contains_any: [a, b]}")
        matcher = compile_matcher(wanted, mappings=False)
    except InputError as error:
        compilation.report(path, error.problems[0].message, error.problems[0].hint)
        return None
    return matcher
