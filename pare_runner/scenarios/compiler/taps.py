"""Planning taps: from the screen the user is on to the screen a step needs.

Screens and transitions are data, so the planner walks them without running anything: breadth first, one step a tap,
over taps that open something. A screen shows what the arguments say; results of earlier steps are `Ref`s.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pare_runner.apps.core.app import App, Screen
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.apps.core.transitions import Arg, Own, Result, Transition
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.events import Action, EventType, OracleEvent
from pare_runner.kernel.references import Ref

MAX_TAPS = 12


@dataclass(frozen=True, slots=True)
class Tap:
    """One call of the user; `spec` is the tool as the screen it is made on offers it."""

    app: str
    spec: ToolSpec
    args: dict[str, Any] = field(default_factory=dict)

    def event(self, app: App) -> OracleEvent:
        """The tap as an oracle event."""
        name, operation = self.spec.name, self.spec.operation
        action = Action(self.app, type(app).__name__, name, self.args, operation, EventType.USER)
        return OracleEvent(event_type=EventType.USER, action=action, opens=self.spec.opens)


@dataclass(frozen=True, slots=True)
class Place:
    """A screen and what it is known to show: constructor arguments and the arguments of the taps that led to it."""

    screen: str
    shows: tuple[tuple[str, Any], ...] = ()

    def knows(self, wanted: Mapping[str, Any]) -> bool:
        """Whether every wanted value is shown."""
        mine = dict(self.shows)
        return all(name in mine and mine[name] == _key(value) for name, value in wanted.items())


@dataclass(frozen=True, slots=True)
class Navigation:
    """Where the user is: the app in front, each app's screens (last one on top), apps that were opened."""

    active: str | None = None
    stacks: tuple[tuple[str, tuple[Place, ...]], ...] = ()
    opened: frozenset[str] = frozenset()

    def stack(self, app: str) -> tuple[Place, ...]:
        """The screens of an app, empty if it was never opened."""
        return dict(self.stacks).get(app, ())

    def with_stack(self, app: str, stack: tuple[Place, ...]) -> Navigation:
        """The same place with other screens in one app."""
        others = (item for item in self.stacks if item[0] != app)
        return Navigation(app, tuple(sorted((*others, (app, stack)), key=lambda item: item[0])), self.opened)


class NavigationPlanner:
    """Plans the user's steps one after another; remembers where each one left the user."""

    def __init__(self, apps: Sequence[App], open_app: str | None = None) -> None:
        self._apps = {app.name: app for app in apps}
        self._system = next((app.name for app in apps if isinstance(app, HomeScreenSystemApp)), "System")
        self._roots: dict[str, Place] = {}
        self.now = Navigation()
        if open_app is not None:
            self.now = self._open(self.now, open_app)

    @classmethod
    def at(cls, phone: Phone) -> NavigationPlanner:
        """A planner that starts from where the user of `phone` is."""
        planner = cls(list(phone.apps.values()))
        opened = frozenset([*phone.background, *([phone.active.name] if phone.active else [])])
        stacks = []
        for name in sorted(opened):
            app = phone.apps[name]
            if isinstance(app, StatefulApp):
                places: list[Place] = []
                for screen in (*app.navigation_stack, app.current_state):  # what is shown below is known above
                    places.append(_shown(screen, dict(places[-1].shows) if places else {}))
                stacks.append((name, tuple(places)))
        planner.now = Navigation(phone.active.name if phone.active else None, tuple(stacks), opened)
        return planner

    def step(self, app_name: str, tool: str, args: Mapping[str, Any], on: Mapping[str, Any], step_id: str) -> list[Tap]:
        """The taps that lead to `tool` on a screen that shows `on`, and the tool itself last.

        InputError when there is no such tool or no way to it within `MAX_TAPS` taps.
        """
        app = self._apps.get(app_name)
        if app is None:
            raise InputError(f"there is no app {app_name!r}", hint=did_you_mean(app_name, self._apps))
        if not isinstance(app, StatefulApp):
            if on:
                raise InputError(f"{app_name} has no screens to stand on", hint="leave out on:")
            return self._outside(app, tool, args)
        offering = _offering(app, tool, args)
        if not offering and tool != "go_back":
            known = {name for screen in app.screens for name in screen.tools()}
            raise InputError(f"no screen of {app_name} offers {tool!r}", hint=did_you_mean(tool, known))
        if tool == "go_back" and not on and (self.now.active != app_name or len(self.now.stack(app_name)) < 2):
            raise InputError(f"there is nothing to go back to in {app_name}", hint="name the screen with on:")
        found = self._search(app_name, tool, offering, on)
        if found is None:
            raise InputError(
                f"no taps lead to {tool!r} of {app_name} ({' or '.join(offering) or 'no screen'})"
                + (f" showing {_plain(on)}" if on else ""),
                hint=_what_is_missing(app, offering, on),
            )
        taps, there = found
        spec = self._offered(there, app)[tool]
        self.now = self._after(there, app, spec, args, step_id)
        return [*taps, Tap(app_name, spec, dict(args))]

    def _outside(self, app: App, tool: str, args: Mapping[str, Any]) -> list[Tap]:
        tools = type(app).tools(ToolKind.USER)
        if tool not in tools:
            raise InputError(f"{app.name} offers the user no {tool!r}", hint=did_you_mean(tool, tools))
        taps: list[Tap] = []
        target = args.get("app_name")
        if isinstance(target, Ref):
            raise InputError(f"{tool} needs the name of an app, not a result")
        if tool == "go_home":
            self.now = replace(self.now, active=None)
        elif tool == "open_app" and isinstance(target, str):
            if self.now.active is not None:
                taps.append(self._at_home("go_home"))
            self.now = self._open(self.now, target)
        elif tool == "switch_app" and isinstance(target, str):
            if target not in self.now.opened:
                self._open(self.now, target)
                raise InputError(f"{target} has not been opened before", hint="use open_app")
            self.now = replace(self.now, active=target)
        return [*taps, Tap(app.name, tools[tool], dict(args))]

    def _at_home(self, tool: str, **args: str) -> Tap:
        return Tap(self._system, specs_of(HomeScreenSystemApp)[tool], args)

    def _search(
        self, app_name: str, tool: str, offering: Sequence[str], on: Mapping[str, Any]
    ) -> tuple[list[Tap], Navigation] | None:
        waiting: deque[tuple[list[Tap], Navigation]] = deque([([], self.now)])
        seen = {self.now}
        while waiting:
            taps, there = waiting.popleft()
            if there.active == app_name:
                stack = there.stack(app_name)
                if tool == "go_back" and len(stack) > 1 and stack[-1].knows(on):
                    return taps, there
                if stack[-1].screen in offering and stack[-1].knows(on):
                    return taps, there
            if len(taps) < MAX_TAPS:
                for tap, then in self._moves(there, app_name, on):
                    if then not in seen:
                        seen.add(then)
                        waiting.append(([*taps, tap], then))
        return None

    def _moves(self, there: Navigation, target: str, on: Mapping[str, Any]) -> Iterator[tuple[Tap, Navigation]]:
        app = self._apps[there.active] if there.active is not None else None
        if isinstance(app, StatefulApp):
            for name, spec in self._offered(there, app).items():
                if name == "go_back":
                    yield Tap(app.name, spec), there.with_stack(app.name, there.stack(app.name)[:-1])
                elif spec.transitions and spec.opens:
                    for args in _arguments(spec, on):
                        yield Tap(app.name, spec, args), self._after(there, app, spec, args, None)
        if there.active != target and target in there.opened:
            yield self._at_home("switch_app", app_name=target), replace(there, active=target)
        if there.active is None:
            yield self._at_home("open_app", app_name=target), self._open(there, target)
        else:
            yield self._at_home("go_home"), replace(there, active=None)

    def _offered(self, there: Navigation, app: StatefulApp) -> dict[str, ToolSpec]:
        stack = there.stack(app.name)
        screen = self._screen_class(app, stack[-1].screen)
        tools = dict(screen.tools())
        if len(stack) > 1:
            tools["go_back"] = specs_of(type(app))["go_back"]
        return tools

    def _open(self, there: Navigation, app_name: str) -> Navigation:
        app = self._apps.get(app_name)
        if not isinstance(app, StatefulApp):
            raise InputError(f"there is no app {app_name!r} to open", hint=did_you_mean(app_name, self._apps))
        if app_name not in self._roots:
            self._roots[app_name] = self._root(app)
        opened = Navigation(there.active, there.stacks, there.opened | {app_name})
        return opened.with_stack(app_name, (self._roots[app_name],))

    def _root(self, app: StatefulApp) -> Place:
        return _shown(app.root_screen(), {})

    def _after(
        self, there: Navigation, app: StatefulApp, spec: ToolSpec, args: Mapping[str, Any], step_id: str | None
    ) -> Navigation:
        stack = there.stack(app.name)
        if spec.name == "go_back":
            return there.with_stack(app.name, stack[:-1])
        here = stack[-1]
        shown = dict(here.shows)
        for transition in spec.transitions:
            values = {name: _value(source, args, shown, step_id) for name, source in transition.values.items()}
            if all(value is not None or name in transition.optional for name, value in values.items()):
                return there.with_stack(app.name, self._moved(app, stack, transition, values, args))
        return there

    def _moved(
        self,
        app: StatefulApp,
        stack: tuple[Place, ...],
        transition: Transition,
        values: Mapping[str, Any],
        args: Mapping[str, Any],
    ) -> tuple[Place, ...]:
        if transition.effect == "pop":
            return stack[: -transition.levels] or (self._root(app),)
        inherited = {} if transition.effect == "clear" else dict(stack[-1].shows)
        known = {name: value for name, value in values.items() if value is not None and value is not _UNKNOWN}
        given = {name: _key(value) for name, value in args.items()}
        place = _place(transition.screen or "", inherited | given | known)
        if transition.effect == "push":
            return (*stack, place)
        if transition.effect == "clear":
            return (place,)
        if transition.effect == "return" and len(stack) > 1 and stack[-2].screen == place.screen:
            below = dict(stack[-2].shows)
            return (
                stack[:-1] if all(below.get(name) == value for name, value in known.items()) else (*stack[:-1], place)
            )
        return (*stack[:-1], place)

    @staticmethod
    def _screen_class(app: StatefulApp, name: str) -> type[Screen]:
        return next(screen for screen in app.screens if screen.__name__ == name)


def _offering(app: StatefulApp, tool: str, args: Mapping[str, Any]) -> list[str]:
    """Screens that offer `tool`: those whose tool takes `args`, all if none does."""
    tools = {screen.__name__: screen.tools()[tool] for screen in app.screens if tool in screen.tools()}
    fitting = [
        name
        for name, spec in tools.items()
        if set(args) <= spec.by_name.keys() and all(item.name in args for item in spec.arguments if item.required)
    ]
    return fitting or list(tools)


def _what_is_missing(app: StatefulApp, offering: Sequence[str], on: Mapping[str, Any]) -> str:
    """Which values would show the way: constructor arguments of the screen, or arguments of taps that lead to it."""
    missing: list[str] = []
    for screen in app.screens:
        if screen.__name__ in offering:
            missing += [item.name for item in screen.constructor_arguments() if item.name not in on]
    leading = set(offering)
    for _ in app.screens if not missing else ():
        for screen in app.screens:
            for spec in screen.tools().values():
                target = next((transition for transition in spec.transitions if transition.screen in leading), None)
                if target is not None and spec.opens:
                    leading.add(screen.__name__)
                    missing += [
                        item.name for item in spec.arguments if item.required and _wanted(item.name, spec, on) is None
                    ]
    names = dict.fromkeys(missing)
    return f"give on: {{{', '.join(f'{name}: …' for name in names)}}}" if names else ""


class _Unknown:
    """A value that no argument says; equal to nothing else."""


_UNKNOWN = _Unknown()


def _value(source: Any, args: Mapping[str, Any], shown: Mapping[str, Any], step_id: str | None) -> Any:
    if isinstance(source, Arg):
        return _key(args[source.name]) if args.get(source.name) is not None else None
    if isinstance(source, Own):
        return shown.get(source.name)
    if isinstance(source, Result) and step_id:
        return Ref(step_id, source.name)
    return _UNKNOWN


def _arguments(spec: ToolSpec, on: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Arguments a navigating tap can be made with: required ones must be wanted, optional ones may be."""
    wanted = {item.name: _wanted(item.name, spec, on) for item in spec.arguments}
    required = [item.name for item in spec.arguments if item.required]
    if any(wanted[name] is None for name in required):
        return
    optional = [item.name for item in spec.arguments if not item.required and wanted[item.name] is not None]
    for chosen in itertools.chain([optional], [[]] if optional else []):
        yield {name: wanted[name] for name in (*required, *chosen)}


def _wanted(argument: str, spec: ToolSpec, on: Mapping[str, Any]) -> Any:
    """The value wanted for an argument of a tap: under its own name or that of what it is shown as afterwards."""
    if argument in on:
        return on[argument]
    shown = (name for way in spec.transitions for name, source in way.values.items() if source == Arg(argument))
    return next((on[name] for name in shown if name in on), None)


def _shown(screen: Screen, inherited: Mapping[str, Any]) -> Place:
    """A real screen with its constructor arguments, and what is known from the screens below."""
    shows = {item.name: getattr(screen, item.name) for item in screen.constructor_arguments()}
    own = {name: value for name, value in shows.items() if value is not None}
    return _place(type(screen).__name__, {**inherited, **own})


def _place(screen: str, shows: Mapping[str, Any]) -> Place:
    return Place(
        screen, tuple(sorted(((name, _key(value)) for name, value in shows.items()), key=lambda pair: pair[0]))
    )


def _key(value: Any) -> Any:
    """A form of a value that can be looked up, equal for equal values."""
    return value if isinstance(value, str | int | float | Ref | None) else repr(value)


def _plain(on: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={_written(value)}" for name, value in on.items())


def _written(value: Any) -> str:
    if not isinstance(value, Ref):
        return repr(value)
    return f"{{from: {value.event_id}{f', path: {value.path}' if value.path else ''}}}"
