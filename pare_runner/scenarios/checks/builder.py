"""From the checks of a file to conditions, with every name in them looked up."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import read_duration
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.events import EventType
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
from pare_runner.scenarios.checks.judge import JudgeCheck
from pare_runner.scenarios.checks.matchers import Matcher, compile_matcher, takes_mappings
from pare_runner.scenarios.checks.writes import Allowed, ExpectedWrite
from pare_runner.scenarios.language import AllowEntry, CheckEntry, MessageMatch
from pare_runner.scenarios.text.expressions import Expression

KINDS = ("proposed", "accepted", "called", "attempted", "state", "all", "any", "not", "oracle_writes", "judge")
BUILT_IN = ("silence", "side_effects", "validation")
"""Findings every scenario may have besides its checks."""

_REFINEMENTS = {
    "called": {"args", "by", "count", "after", "before", "not_before", "within"},
    "attempted": {"args", "by", "count", "after", "before", "not_before", "within"},
}
_WITHIN = re.compile(r"(.+?)\s+of\s+(\S+)")
_ACTORS = {"agent": EventType.AGENT, "user": EventType.USER, "env": EventType.ENV}

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A problem at `path` from the check; `key`: it is the key that is wrong, not its value."""

    path: Path
    message: str
    hint: str = ""
    key: bool = False


class CheckProblem(InputError):
    """What is wrong in a check: `found`, which is empty if that was reported before."""

    def __init__(self, *found: Found) -> None:
        self.found = found
        super().__init__("; ".join(item.message for item in found))


class ReportedBefore(InputError):
    """Something named here is wrong itself, and that was reported: naming it is no second mistake."""

    def __init__(self) -> None:
        super().__init__("")


class _Findings(list[Found]):
    """Problems of one check: what is wrong in one part of it must not hide what is wrong in another."""

    broken = False

    @contextmanager
    def at(self, *path: str | int, key: bool = False) -> Iterator[None]:
        """Take an InputError raised inside as a problem at `path`."""
        try:
            yield
        except InputError as error:
            self.broken = True
            if isinstance(error, CheckProblem):
                self.extend(replace(found, path=(*path, *found.path)) for found in error.found)
            elif not isinstance(error, ReportedBefore):
                self.append(Found(path, error.problems[0].message, error.problems[0].hint, key))

    def stop_if_broken(self) -> None:
        """Raise CheckProblem with all that was found."""
        if self.broken:
            raise CheckProblem(*self)


@dataclass(frozen=True, slots=True)
class Names:
    """What checks may name: apps by handle, events by id; `expected` is what the oracle writes.

    `broken` are handles of apps that were reported already: naming one is no second mistake. `incomplete` says that
    some events were refused, so that `expected` may lack their writes.
    """

    apps: Mapping[str, App]
    events: frozenset[str]
    expected: tuple[ExpectedWrite, ...] = ()
    broken: frozenset[str] = frozenset()
    incomplete: bool = False

    def find_tool(self, text: str) -> tuple[App, str, ToolSpec]:
        """App, tool name and tool of `handle.tool`; InputError with the nearest names."""
        handle, dot, tool = text.partition(".")
        if not dot or not tool:
            raise InputError(f"{text!r} is not of the form app.tool")
        app = self.apps.get(handle)
        if app is None and handle in self.broken:
            raise ReportedBefore
        if app is None:
            raise InputError(f"there is no app {handle!r}", hint=did_you_mean(handle, self.apps))
        screens = app.screens if isinstance(app, StatefulApp) else ()
        offers = [specs_of(type(app)), *(screen.tools() for screen in screens)]
        spec = next((tools[tool] for tools in offers if tool in tools), None)
        if spec is None:
            known = {name for tools in offers for name in tools}
            raise InputError(f"{handle} has no tool {tool!r}", hint=did_you_mean(tool, known))
        return app, tool, spec

    def arguments(self, app: App, tool: str) -> dict[str, bool]:
        """Arguments of every tool of that name (an agent's and a user's may differ) → whether it can be a mapping."""
        screens = app.screens if isinstance(app, StatefulApp) else ()
        offers = [specs_of(type(app)), *(screen.tools() for screen in screens)]
        found: dict[str, bool] = {}
        for tools in offers:
            for item in tools[tool].arguments if tool in tools else ():
                found[item.name] = found.get(item.name, False) or takes_mappings(item.shape)
        return found


def build_check(entry: CheckEntry, names: Names) -> Condition:
    """The condition of a check; CheckProblem for what cannot be."""
    kind = kind_of(entry)
    if kind in ("proposed", "accepted"):
        return _message(getattr(entry, kind), kind, names)
    if kind in ("called", "attempted"):
        return _call(entry, kind, names)
    if kind == "state":
        return _state(entry.state or "", names)
    if kind == "oracle_writes":
        return _oracle_writes(entry.oracle_writes, names)
    if kind == "judge":
        message = "a judge decides a check of its own: not a part of all, any or not, and no condition"
        raise CheckProblem(Found(("judge",), message, key=True))
    return _combination(entry, kind, names)


def build_judge(entry: CheckEntry, name: str) -> JudgeCheck:
    """The check that a judge decides; CheckProblem for what cannot be."""
    kind_of(entry)
    found = _Findings()
    with found.at("judge"):
        if not (entry.judge or "").strip():
            raise InputError("the rubric says nothing")
    found.stop_if_broken()
    return JudgeCheck(name, entry.judge or "")


def kind_of(entry: CheckEntry) -> str:
    """Which of the kinds an entry is; CheckProblem if it is none, several, or carries keys of another."""
    given = [kind for kind in KINDS if getattr(entry, "not_" if kind == "not" else kind) is not None]
    if len(given) != 1:
        message = f"a check needs exactly one of {', '.join(KINDS)}; this one has {' and '.join(given) or 'none'}"
        raise CheckProblem(Found((), message))
    kind = given[0]
    found = _Findings()
    for name in ("args", "by", "count", "after", "before", "not_before", "within"):
        if getattr(entry, name) is not None and name not in _REFINEMENTS.get(kind, set()):
            with found.at(name, key=True):
                hint = f"put it inside {kind}" if kind in ("proposed", "accepted") else ""
                raise InputError(f"{name!r} does not go with {kind}", hint=hint)
    found.stop_if_broken()
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


def build_allow(entry: str | AllowEntry, names: Names) -> Allowed:
    """A call that is no side effect; CheckProblem if there is no such call."""
    entry, path = (AllowEntry(call=entry), ()) if isinstance(entry, str) else (entry, ("call",))
    found = _Findings()
    with found.at(*path):
        app, tool, spec = names.find_tool(entry.call)
        if ToolKind.AGENT not in spec.kinds:
            raise InputError(f"{entry.call} is no tool of the agent")
    found.stop_if_broken()
    with found.at("args"):
        arguments = _matchers(entry.args or {}, app, tool, names)
    found.stop_if_broken()
    return Allowed(app.name, tool, arguments)


def _combination(entry: CheckEntry, kind: str, names: Names) -> Condition:
    parts = [entry.not_] if entry.not_ is not None else getattr(entry, kind)
    found = _Findings()
    built: list[tuple[str, Condition]] = []
    for number, part in enumerate(parts):
        with found.at(kind, *(() if kind == "not" else (number,))):
            built.append((label(part), build_check(part, names)))
    with found.at(kind):
        if not parts:
            raise InputError(f"{kind} needs at least one check")
    found.stop_if_broken()
    return Combination(kind, tuple(built))


def _message(entry: MessageMatch | bool | None, kind: str, names: Names) -> Condition:
    found = _Findings()
    with found.at(kind):
        if entry is False:
            raise InputError(f"write `not: {{{kind}: true}}` for its opposite")
    match = entry if isinstance(entry, MessageMatch) else MessageMatch()
    about: Matcher | None = None
    if match.about is not None:
        with found.at(kind, "about"):
            wanted = {"contains": match.about} if isinstance(match.about, str) else match.about
            about = compile_matcher(wanted, mappings=False)
    with found.at(kind):
        window = _window(match, names)
    with found.at(kind, "count"):
        count = _count(match.count)
    found.stop_if_broken()
    return MessageCheck(about, window, count, accepted=kind == "accepted")


def _call(entry: CheckEntry, kind: str, names: Names) -> Condition:
    found = _Findings()
    with found.at(kind):
        app, tool, _ = names.find_tool(getattr(entry, kind))
    if not found.broken:
        with found.at("args"):
            arguments = _matchers(entry.args or {}, app, tool, names)
    with found.at():
        window = _window(entry, names)
    with found.at("count"):
        count = _count(entry.count)
    found.stop_if_broken()
    actors = (_ACTORS[entry.by],) if entry.by else (EventType.AGENT, EventType.USER)
    return CallCheck(app.name, tool, actors, arguments, window, count, attempted=kind == "attempted")


def _state(text: str, names: Names) -> Condition:
    known: dict[str, list[str] | None] = {handle: list(app.state_fields) for handle, app in names.apps.items()}
    known |= dict.fromkeys(names.broken)
    found = _Findings()
    with found.at("state"):
        expression = Expression.parse(text, known)
        if expression.names & names.broken:
            raise ReportedBefore
    found.stop_if_broken()
    return StateCheck(expression, {handle: names.apps[handle].name for handle in sorted(expression.names)})


def _oracle_writes(value: bool | dict[str, str] | None, names: Names) -> Condition:
    found = _Findings()
    rule = value.get("text", "nonempty") if isinstance(value, dict) else "nonempty"
    with found.at("oracle_writes"):
        if value is False:
            raise InputError("leave it out instead of false")
        if rule not in ("nonempty", "contains", "equal") or (isinstance(value, dict) and set(value) - {"text"}):
            raise InputError("must be true or {text: contains|equal}")
        if not names.expected and names.incomplete:
            raise ReportedBefore
        if not names.expected:
            raise InputError("the oracle writes nothing outside the agent interface")
    found.stop_if_broken()
    return OracleWrites(names.expected, rule)  # type: ignore[arg-type]


def _matchers(args: Mapping[str, Any], app: App, tool: str, names: Names) -> dict[str, Matcher]:
    known = names.arguments(app, tool)
    found = _Findings()
    built: dict[str, Matcher] = {}
    for name, wanted in args.items():
        with found.at(name, key=name not in known):
            if name not in known:
                raise InputError(f"{tool} has no argument {name!r}", hint=did_you_mean(name, known))
            built[name] = compile_matcher(wanted, mappings=known[name])
    found.stop_if_broken()
    return built


def _window(entry: CheckEntry | MessageMatch, names: Names) -> Window:
    found = _Findings()
    for name in ("after", "before", "not_before"):
        with found.at(name):
            _known_event(getattr(entry, name), names)
    within: tuple[float, str] | None = None
    if entry.within is not None:
        with found.at("within"):
            within = _within(entry.within)
            _known_event(within[1], names)
    found.stop_if_broken()
    return Window(entry.after, entry.before, entry.not_before, within)


def _known_event(event_id: str | None, names: Names) -> None:
    if event_id is not None and event_id not in names.events:
        raise InputError(f"there is no event {event_id!r}", hint=did_you_mean(event_id, names.events))


def _within(text: str) -> tuple[float, str]:
    match = _WITHIN.fullmatch(text.strip())
    if match is None:
        raise InputError(f"{text!r} is not of the form `2m of EVENT`")
    try:
        seconds = read_duration(match.group(1))
    except ValueError as error:
        raise InputError(str(error)) from None
    if seconds < 0:
        raise InputError("the time after an event must not be negative")
    return seconds, match.group(2)


def _count(value: int | dict[str, int] | None) -> Count:
    if value is None:
        return Count()
    if isinstance(value, int):
        if value < 0:
            raise InputError("a count must not be negative")
        return Count(value, value)
    least, most = value.get("min", 0), value.get("max")
    if not value or set(value) - {"min", "max"} or least < 0:
        raise InputError("a count is a number or {min: …, max: …}")
    if most is not None and most < least:
        raise InputError(f"a count cannot be at least {least} and at most {most}")
    return Count(least, most)


def expected_labels(entries: Sequence[CheckEntry]) -> list[str]:
    """Names of all checks, made unique by a number where two are alike or one is called like a built-in finding."""
    found: list[str] = []
    for entry in entries:
        name = label(entry)
        candidates = itertools.chain([name], (f"{name} ({number})" for number in itertools.count(2)))
        found.append(next(free for free in candidates if free not in found and free not in BUILT_IN))
    return found
