"""From the checks of a file to conditions, with every name in them looked up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import read_duration
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.events import EventType
from pare_runner.kernel.references import Ref
from pare_runner.scenarios.checks.conditions import (
    CallCheck,
    Combination,
    Condition,
    Count,
    MessageCheck,
    OracleWrites,
    StateCheck,
    Window,
)
from pare_runner.scenarios.checks.matchers import Matcher, compile_matcher
from pare_runner.scenarios.checks.writes import Allowed, ExpectedWrite
from pare_runner.scenarios.language import AllowEntry, CheckEntry, MessageMatch
from pare_runner.scenarios.text.expressions import Expression

KINDS = ("proposed", "accepted", "called", "attempted", "state", "all", "any", "not", "oracle_writes")
_REFINEMENTS = {
    "called": {"args", "by", "count", "after", "before", "not_before", "within"},
    "attempted": {"args", "by", "count", "after", "before", "not_before", "within"},
}
_WITHIN = re.compile(r"(.+?)\s+of\s+(\S+)")
_ACTORS = {"agent": EventType.AGENT, "user": EventType.USER, "env": EventType.ENV}

Path = tuple[str | int, ...]


class CheckProblem(InputError):
    """Something wrong in a check; `path` leads to it from the check."""

    def __init__(self, path: Path, message: str, hint: str = "") -> None:
        self.path = path
        self.message = message
        self.hint = hint
        super().__init__(message, hint=hint)


@dataclass(frozen=True, slots=True)
class Names:
    """What checks may name: apps by handle, events by id; `expected` is what the oracle writes.

    `broken` are handles of apps that were reported already: naming one is no second mistake.
    """

    apps: Mapping[str, App]
    events: frozenset[str]
    expected: tuple[ExpectedWrite, ...] = ()
    broken: frozenset[str] = frozenset()

    def find_tool(self, text: str) -> tuple[App, str, ToolSpec]:
        """App, tool name and tool of `handle.tool`; InputError with the nearest names."""
        handle, dot, tool = text.partition(".")
        if not dot or not tool:
            raise InputError(f"{text!r} is not of the form app.tool")
        app = self.apps.get(handle)
        if app is None and handle in self.broken:
            raise InputError("")
        if app is None:
            raise InputError(f"there is no app {handle!r}", hint=did_you_mean(handle, self.apps))
        known = dict(specs_of(type(app)))
        if isinstance(app, StatefulApp):
            for screen in app.screens:
                known |= {name: spec for name, spec in screen.tools().items() if name not in known}
        if tool not in known:
            raise InputError(f"{handle} has no tool {tool!r}", hint=did_you_mean(tool, known))
        return app, tool, known[tool]

    def argument_names(self, app: App, tool: str) -> set[str]:
        """Arguments of every tool of that name: an agent's and a user's may differ."""
        names = {item.name for spec in [specs_of(type(app)).get(tool)] if spec for item in spec.arguments}
        if isinstance(app, StatefulApp):
            for screen in app.screens:
                if tool in screen.tools():
                    names |= {item.name for item in screen.tools()[tool].arguments}
        return names


def build_check(entry: CheckEntry, names: Names) -> Condition:
    """The condition of a check; CheckProblem for what cannot be, without a message if it was reported before."""
    kind = kind_of(entry)
    if kind in ("proposed", "accepted"):
        return _message(getattr(entry, kind), kind, names)
    if kind in ("called", "attempted"):
        return _call(entry, kind, names)
    if kind == "state":
        return _state(entry.state or "", names)
    if kind == "oracle_writes":
        return _oracle_writes(entry.oracle_writes, names)
    parts = [entry.not_] if kind == "not" else getattr(entry, kind)
    built: list[tuple[str, Condition]] = []
    for number, part in enumerate(parts):
        try:
            built.append((label(part), build_check(part, names)))
        except CheckProblem as problem:
            inner = (kind, *problem.path) if kind == "not" else (kind, number, *problem.path)
            raise CheckProblem(inner, problem.message, problem.hint) from None
    if not built:
        raise CheckProblem((kind,), f"{kind} needs at least one check")
    return Combination(kind, tuple(built))


def kind_of(entry: CheckEntry) -> str:
    """Which of the kinds an entry is; CheckProblem if it is none, several, or carries keys of another."""
    given = [kind for kind in KINDS if getattr(entry, "not_" if kind == "not" else kind) is not None]
    if len(given) != 1:
        raise CheckProblem((), f"a check needs exactly one of {', '.join(KINDS)}; this one has {len(given)}")
    kind = given[0]
    for name in ("args", "by", "count", "after", "before", "not_before", "within"):
        if getattr(entry, name) is not None and name not in _REFINEMENTS.get(kind, set()):
            hint = f"put it inside {kind}" if kind in ("proposed", "accepted") else ""
            raise CheckProblem((name,), f"{name!r} does not go with {kind}", hint)
    return kind


def label(entry: CheckEntry) -> str:
    """The name of a check in results."""
    if entry.name:
        return entry.name
    kind = next((k for k in KINDS if getattr(entry, "not_" if k == "not" else k) is not None), "check")
    if kind in ("called", "attempted", "state"):
        return f"{kind} {getattr(entry, kind)}"
    if kind == "not" and entry.not_ is not None:
        return f"not {label(entry.not_)}"
    if kind in ("all", "any"):
        return f"{kind} of ({', '.join(label(part) for part in getattr(entry, kind))})"
    return kind


def build_allow(entries: Iterable[tuple[int, str | AllowEntry]], names: Names) -> tuple[Allowed, ...]:
    """The calls that are no side effects; CheckProblem with the position of a bad one."""
    allowed: list[Allowed] = []
    for number, item in entries:
        entry = AllowEntry(call=item) if isinstance(item, str) else item
        try:
            app, tool, spec = names.find_tool(entry.call)
            if ToolKind.AGENT not in spec.kinds:
                raise InputError(f"{entry.call} is no tool of the agent")
            arguments = _matchers(entry.args or {}, app, tool, names)
        except InputError as error:
            problem = error.problems[0]
            path = (number,) if isinstance(item, str) else (number, "call")
            raise CheckProblem(path, problem.message, problem.hint) from None
        allowed.append(Allowed(app.name, tool, arguments))
    return tuple(allowed)


def _message(entry: MessageMatch | bool | None, kind: str, names: Names) -> Condition:
    if entry is False:
        raise CheckProblem((kind,), f"write `not: {{{kind}: true}}` for its opposite")
    match = entry if isinstance(entry, MessageMatch) else MessageMatch()
    about: Matcher | None = None
    if match.about is not None:
        try:
            about = compile_matcher({"contains": match.about} if isinstance(match.about, str) else match.about)
        except InputError as error:
            raise CheckProblem((kind, "about"), error.problems[0].message, error.problems[0].hint) from None
    window = _window(match, names, (kind,))
    return MessageCheck(about, window, _count(match.count, (kind,)), accepted=kind == "accepted")


def _call(entry: CheckEntry, kind: str, names: Names) -> Condition:
    try:
        app, tool, _ = names.find_tool(getattr(entry, kind))
    except InputError as error:
        raise CheckProblem((kind,), error.problems[0].message, error.problems[0].hint) from None
    try:
        arguments = _matchers(entry.args or {}, app, tool, names)
    except CheckProblem as problem:
        raise CheckProblem(("args", *problem.path), problem.message, problem.hint) from None
    actors = (_ACTORS[entry.by],) if entry.by else (EventType.AGENT, EventType.USER)
    return CallCheck(
        app=app.name,
        function=tool,
        actors=actors,
        arguments=arguments,
        window=_window(entry, names, ()),
        count=_count(entry.count, ()),
        attempted=kind == "attempted",
    )


def _state(text: str, names: Names) -> Condition:
    known: dict[str, list[str] | None] = {handle: list(app.state_fields) for handle, app in names.apps.items()}
    known |= dict.fromkeys(names.broken)
    try:
        expression = Expression.parse(text, known)
    except InputError as error:
        raise CheckProblem(("state",), error.problems[0].message, error.problems[0].hint) from None
    if expression.names & names.broken:
        raise CheckProblem(("state",), "")
    return StateCheck(expression, {handle: names.apps[handle].name for handle in sorted(expression.names)})


def _oracle_writes(value: bool | dict[str, str] | None, names: Names) -> Condition:
    if value is False:
        raise CheckProblem(("oracle_writes",), "leave it out instead of false")
    rule = value.get("text", "nonempty") if isinstance(value, dict) else "nonempty"
    if rule not in ("nonempty", "contains", "equal") or (isinstance(value, dict) and set(value) - {"text"}):
        raise CheckProblem(("oracle_writes",), "must be true or {text: contains|equal}")
    if not names.expected:
        raise CheckProblem(("oracle_writes",), "the oracle writes nothing outside the agent interface")
    return OracleWrites(names.expected, rule)  # type: ignore[arg-type]


def _matchers(args: Mapping[str, Any], app: App, tool: str, names: Names) -> dict[str, Matcher]:
    known = names.argument_names(app, tool)
    built: dict[str, Matcher] = {}
    for name, wanted in args.items():
        if name not in known:
            raise CheckProblem((name,), f"{tool} has no argument {name!r}", did_you_mean(name, known))
        for reference in _references(wanted):
            if reference.event_id not in names.events:
                hint = did_you_mean(reference.event_id, names.events)
                raise CheckProblem((name,), f"there is no event {reference.event_id!r}", hint)
        try:
            built[name] = compile_matcher(wanted)
        except InputError as error:
            raise CheckProblem((name,), error.problems[0].message, error.problems[0].hint) from None
    return built


def _references(value: Any) -> list[Ref]:
    if isinstance(value, Ref):
        return [value]
    if isinstance(value, Mapping):
        return [found for item in value.values() for found in _references(item)]
    if isinstance(value, list):
        return [found for item in value for found in _references(item)]
    return []


def _window(entry: CheckEntry | MessageMatch, names: Names, path: Path) -> Window:
    for name in ("after", "before", "not_before"):
        event = getattr(entry, name)
        if event is not None and event not in names.events:
            raise CheckProblem((*path, name), f"there is no event {event!r}", did_you_mean(event, names.events))
    within: tuple[float, str] | None = None
    if entry.within is not None:
        match = _WITHIN.fullmatch(entry.within.strip())
        try:
            if match is None:
                raise ValueError(f"{entry.within!r} is not of the form `2m of EVENT`")
            within = (read_duration(match.group(1)), match.group(2))
        except ValueError as error:
            raise CheckProblem((*path, "within"), str(error)) from None
        if within[1] not in names.events:
            hint = did_you_mean(within[1], names.events)
            raise CheckProblem((*path, "within"), f"there is no event {within[1]!r}", hint)
    return Window(entry.after, entry.before, entry.not_before, within)


def _count(value: int | dict[str, int] | None, path: Path) -> Count:
    if value is None:
        return Count()
    if isinstance(value, int):
        if value < 0:
            raise CheckProblem((*path, "count"), "a count must not be negative")
        return Count(value, value)
    if not value or set(value) - {"min", "max"} or min(value.values()) < 0:
        raise CheckProblem((*path, "count"), "a count is a number or {min: …, max: …}")
    return Count(value.get("min", 0), value.get("max"))


def expected_labels(entries: Sequence[CheckEntry]) -> list[str]:
    """Names of all checks, made unique by a number where two are alike."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for entry in entries:
        name = label(entry)
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return found
