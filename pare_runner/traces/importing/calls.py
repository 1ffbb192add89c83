"""Calls of an hf file against the tools there are: who makes a call, with which arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.errors import did_you_mean
from pare_runner.kernel.references import Ref, contains_ref, parse_path
from pare_runner.traces.decoding import decode, reference
from pare_runner.traces.hf_models import HfAction, HfArgument, HfEvent
from pare_runner.traces.importing.apps import ImportedApp
from pare_runner.traces.importing.work import Work

_FOR_ENV = (ToolKind.ENV, ToolKind.DATA, ToolKind.AGENT)


@dataclass(frozen=True, slots=True)
class Call:
    """A call as a scenario file has it: `kind` is env, agent or user, `args` hold references as `Ref`s."""

    kind: str
    app: ImportedApp
    spec: ToolSpec
    args: dict[str, Any]

    @property
    def tool(self) -> str:
        """`handle.tool`."""
        return f"{self.app.handle}.{self.spec.name}"


class CallReader:
    """Reads the calls of one document, with its apps by name and its events by id: id in the file → id here.

    In files of others an argument that has its default is left out: they write all of them. Nothing is said about the
    calls of `broken_apps`, which could not be read.
    """

    def __init__(
        self,
        work: Work,
        apps: Mapping[str, ImportedApp],
        broken_apps: frozenset[str],
        event_ids: Mapping[str, str],
    ) -> None:
        self._work = work
        self._apps = apps
        self._broken_apps = broken_apps
        self._event_ids = event_ids

    def read(self, event: HfEvent) -> Call | None:
        """The call of an event; None after a problem was noted."""
        action, path = event.action, f"{event.path}.action"
        if action is None or action.app is None or action.function is None:
            self._work.wrong(path, "a call needs an app and a function")
            return None
        app = self._apps.get(action.app)
        if app is None:
            if action.app not in self._broken_apps:
                hint = did_you_mean(action.app, self._apps)
                self._work.wrong(f"{path}.app", f"the file has no app {action.app!r}", hint)
            return None
        found = self._tool(event, app, action)
        if found is None:
            return None
        kind, spec = found
        args = self._arguments(action, path, spec)
        return None if args is None else Call(kind, app, spec, args)

    def _tool(self, event: HfEvent, app: ImportedApp, action: HfAction) -> tuple[str, ToolSpec] | None:
        """Who makes the call: the file's word for it where the tool allows, else whoever has such a tool."""
        cls, name = type(app.app), action.function or ""
        agent, env = cls.tools(ToolKind.AGENT), cls.tools(*_FOR_ENV)
        taps = dict(_taps(cls, name, action))
        by_user, oracle = event.event_type == "USER", event.class_name == "OracleEvent"
        if by_user and name in taps:
            return "user", taps[name]
        if oracle and name in agent:
            return "agent", agent[name]
        if not oracle and name in env:
            return "env", env[name]
        if name in taps:
            message = f"{name} is a tap of the user: it became a step of the user"
            self._work.report.add("user_event", event.path, message)
            return "user", taps[name]
        if name in env:
            message = f"{name} is no tool of the agent: it became an event of the environment"
            self._work.report.add("user_event", event.path, message)
            return "env", env[name]
        known = {*agent, *env, *cls.tools(ToolKind.USER)}
        message = f"{cls.__name__} has no tool {name!r}"
        self._work.wrong(f"{event.path}.action.function", message, did_you_mean(name, known, limit=0))
        return None

    def _arguments(self, action: HfAction, path: str, spec: ToolSpec) -> dict[str, Any] | None:
        args: dict[str, Any] = {}
        count = len(self._work.problems)
        for number, given in enumerate(action.args):
            place = f"{path}.args[{number}]"
            argument = spec.by_name.get(given.name)
            if argument is None:
                hint = did_you_mean(given.name, spec.by_name)
                self._work.wrong(f"{place}.name", f"{spec.name} has no argument {given.name!r}", hint)
                continue
            if given.name in args:
                self._work.wrong(f"{place}.name", f"the argument {given.name!r} is given twice")
                continue
            try:
                value = self._referring(decode(given.value, given.value_type), place)
            except ValueError as error:
                self._work.wrong(f"{place}.value", str(error))
                continue
            value = self._fitted(value, given, argument.shape, place)
            if value is None and not argument.required:
                continue
            if self._work.foreign and not argument.required and value == to_json(argument.default):
                continue
            args[given.name] = value
        for argument in spec.arguments:
            if argument.required and argument.name not in {given.name for given in action.args}:
                self._work.wrong(f"{path}.args", f"{spec.name} needs the argument {argument.name!r}")
        return args if len(self._work.problems) == count else None

    def _fitted(self, value: Any, given: HfArgument, shape: Any, place: str) -> Any:
        """The value, of the tool's type if the file names none; noted if it does not fit."""
        conversion = Conversion(start=self._work.start, allow_refs=True)
        shape.convert(value, conversion)
        if conversion.problems and given.value_type is None and isinstance(value, str):
            for kind in ("int", "float", "bool", "list", "dict"):
                try:
                    guess = decode(value, kind)
                except ValueError:
                    continue
                attempt = Conversion(start=self._work.start, allow_refs=True)
                shape.convert(guess, attempt)
                if not attempt.problems:
                    return guess
        if conversion.problems:
            _, message, hint = conversion.problems[0]
            self._work.wrong(f"{place}.value", f"{given.name} {message}", hint)
        elif _looks_like_reference(value):
            self._work.wrong(
                f"{place}.value", "an object with the keys 'from' and 'path' cannot stand in a scenario file"
            )
        return value

    def _referring(self, value: Any, place: str) -> Any:
        """`value` with a `Ref` for each text that takes the result of an event of the file."""
        if isinstance(value, str):
            ref = reference(value, self._event_ids.keys())
            if ref is None:
                return value
            try:
                parse_path(ref.path)
            except ValueError:
                return value
            short = self._event_ids[ref.event_id]
            self._work.report.add(
                "reference", place, f"takes the result of {short}{f', {ref.path}' if ref.path else ''}"
            )
            return Ref(short, ref.path)
        if isinstance(value, dict):
            return {key: self._referring(item, place) for key, item in value.items()}
        return [self._referring(item, place) for item in value] if isinstance(value, list) else value


def _taps(cls: type[App], name: str, action: HfAction) -> Iterator[tuple[str, ToolSpec]]:
    """The tool `name` as the user has it; of several screens' the one that takes the arguments comes last."""
    given = {argument.name for argument in action.args}
    found: list[ToolSpec] = []
    if issubclass(cls, StatefulApp):
        found = [screen.tools()[name] for screen in cls.screens if name in screen.tools()]
        if name == "go_back":
            found.append(specs_of(cls)[name])
    elif name in cls.tools(ToolKind.USER):
        found = [cls.tools(ToolKind.USER)[name]]
    yield from ((name, spec) for spec in sorted(found, key=lambda spec: given <= spec.by_name.keys()))


def _looks_like_reference(value: Any) -> bool:
    if isinstance(value, Ref):
        return False
    if isinstance(value, dict):
        own = "from" in value and set(value) <= {"from", "path"}
        return own or any(map(_looks_like_reference, value.values()))
    return isinstance(value, list) and any(map(_looks_like_reference, value))


def with_written_refs(value: Any) -> Any:
    """`value` with every `Ref` as `{from: EVENT, path: …}`."""
    if not contains_ref(value):
        return value
    if isinstance(value, Ref):
        return {"from": value.event_id} | ({"path": value.path} if value.path else {})
    if isinstance(value, dict):
        return {key: with_written_refs(item) for key, item in value.items()}
    return [with_written_refs(item) for item in value]
