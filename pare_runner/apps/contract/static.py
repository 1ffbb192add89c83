"""What can be read off an app class: its tools, notices, screens and section. Each function yields what is wrong."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterator

from pare_runner.apps.core.app import App, Screen, section_shape
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import WRITE, ToolKind, ToolSpec
from pare_runner.apps.core.transitions import Arg, Own, Transition
from pare_runner.errors import bracketed_hint

WORDING = frozenset({"content", "subject", "description", "message", "title", "body", "comment"})
"""Arguments that hold wording wherever they occur in a WRITE tool."""


def all_tools(cls: type[App]) -> Iterator[tuple[str, ToolSpec]]:
    """(`Class.tool`, tool) of an app class and its screens."""
    owners: list[type[App] | type[Screen]] = [cls]
    if issubclass(cls, StatefulApp):
        owners += cls.screens
    for owner in owners:
        for name, spec in owner.tools().items():
            yield f"{owner.__name__}.{name}", spec


def tool_problems(cls: type[App]) -> Iterator[str]:
    """Each tool has a description and a JSON Schema; each argument a description and a default its type takes."""
    for place, spec in all_tools(cls):
        if not spec.description:
            yield f"{place} has no description"
        try:
            json.dumps(spec.parameters_schema(), allow_nan=False)
        except (TypeError, ValueError) as error:
            yield f"{place} has no JSON Schema: {error}"
        for argument in spec.arguments:
            if not argument.description:
                yield f"{place}: the docstring does not describe {argument.name!r}"
            conversion = Conversion()
            if not argument.required:
                argument.shape.convert(argument.default, conversion)
            if conversion.problems:
                yield f"{place}: the default of {argument.name!r} {conversion.problems[0][1]}"


def wording_problems(cls: type[App], identifying: Collection[str]) -> Iterator[str]:
    """Arguments of WRITE tools that hold wording are declared so; `identifying` names exceptions as `tool.argument`."""
    for place, spec in all_tools(cls):
        for argument in spec.arguments:
            name = f"{spec.name}.{argument.name}"
            if spec.operation is not WRITE or argument.free_text or name in identifying:
                continue
            if argument.name in WORDING:
                yield f"{place}: {argument.name!r} is wording; declare it with text=({argument.name!r},)"


def notice_problems(cls: type[App]) -> Iterator[str]:
    """Notices name environment tools and arguments of theirs, and have a headline."""
    tools = cls.tools(ToolKind.ENV)
    for name, notice in cls.notices.items():
        spec = tools.get(name)
        if spec is None:
            yield f"the notice {name!r} is of no environment tool{bracketed_hint(name, tools)}"
            continue
        if not notice.headline:
            yield f"the notice {name!r} has no headline"
        for item in (*notice.user, *notice.agent):
            shown, dots, length = item.removesuffix("?").partition("..")
            if shown not in spec.by_name:
                yield f"the notice {name!r} shows {shown!r}, no argument{bracketed_hint(shown, spec.by_name)}"
            if dots and not length.isdigit():
                yield f"the notice {name!r}: {item!r} has no length"


def section_problems(cls: type[App]) -> Iterator[str]:
    """The section has a JSON Schema."""
    shape = section_shape(cls)
    if cls.section is not None and shape is None:
        yield f"the section {cls.section.__name__} is no dataclass"
    try:
        json.dumps(shape.schema() if shape else {}, allow_nan=False)
    except (TypeError, ValueError) as error:
        yield f"the section has no JSON Schema: {error}"


def screen_problems(cls: type[StatefulApp]) -> Iterator[str]:
    """Transitions lead to screens of the app with values they take, and from the root screen to all of them."""
    by_name = {screen.__name__: screen for screen in cls.screens}
    root = type(cls().root_screen()).__name__
    if root not in by_name:
        yield f"the root screen {root} is not among the screens"
        return
    for screen in cls.screens:
        if "go_back" in screen.tools():
            yield f"{screen.__name__} has a go_back of its own; every app has one"
        for spec in screen.tools().values():
            for transition in spec.transitions:
                place = f"{screen.__name__}.{spec.name}"
                yield from (f"{place}: {text}" for text in _transition_problems(screen, spec, transition, by_name))
    reached, frontier = {root}, [root]
    while frontier:
        for spec in by_name[frontier.pop()].tools().values():
            for transition in spec.transitions:
                if transition.screen in by_name and transition.screen not in reached:
                    reached.add(transition.screen)
                    frontier.append(transition.screen)
    for name in by_name:
        if name not in reached:
            yield f"no transition leads to {name}"


def _transition_problems(
    screen: type[Screen], spec: ToolSpec, transition: Transition, by_name: dict[str, type[Screen]]
) -> Iterator[str]:
    if transition.effect == "pop":
        return
    target = by_name.get(transition.screen or "")
    if target is None:
        yield f"leads to {transition.screen}, no screen of the app{bracketed_hint(transition.screen, by_name)}"
        return
    arguments = {item.name: item for item in target.constructor_arguments()}
    for name, source in transition.values.items():
        if name not in arguments:
            yield f"gives {target.__name__} {name!r}, which it does not take{bracketed_hint(name, arguments)}"
        if isinstance(source, Arg) and source.name not in spec.by_name:
            yield f"reads the argument {source.name!r}, which the tool does not have"
        if isinstance(source, Own) and not _has(screen, source.name):
            yield f"reads {source.name!r} of {screen.__name__}, which has no such attribute"
    for name, item in arguments.items():
        required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
        if required and name not in transition.values:
            yield f"does not give {target.__name__} its {name!r}"


def _has(screen: type[Screen], name: str) -> bool:
    return name in {item.name for item in dataclasses.fields(screen)} or hasattr(screen, name)
