"""Our apps have PARE's interface, but for the differences listed in `differences.yaml`, each with its reason.

An item is `Class.tool`, `Class.Screen` or `Class.Screen.tool`; `field` says what differs (args, returns, operation,
event_type, kinds, transition, or missing and extra for a whole tool or screen); `theirs` and `ours` are the texts this
file makes. Not listed one by one: all our tools check the types of their arguments, also where PARE does not.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import runpy
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pare_runner.apps.core.app import App, Screen
from pare_runner.apps.core.shapes import shape_of
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.apps.core.transitions import Transition
from pare_runner.apps.registry import ALL_APPS

HERE = Path(__file__).parent
REFERENCE = HERE / "reference_api.json"
FIELDS = ("args", "returns", "operation", "event_type", "kinds")
Key = tuple[str, str]
Pair = tuple[Any, Any]


def ours(cls: type[App]) -> dict[str, Any]:
    """An app class in the form of the table."""
    screens = cls.screens if issubclass(cls, StatefulApp) else ()
    return {
        "name": cls.name_in_benchmark,
        "tools": {name: tool_facts(spec) for name, spec in specs_of(cls).items()},
        "screens": {
            screen.__name__: {
                "args": constructor_text(screen),
                "tools": {name: tool_facts(spec) for name, spec in screen.tools().items()},
            }
            for screen in screens
        },
        "transitions": {
            f"{screen.__name__}.{name}": [transition_text(item) for item in spec.transitions]
            for screen in screens
            for name, spec in screen.tools().items()
            if spec.transitions
        },
    }


def tool_facts(spec: ToolSpec) -> dict[str, Any]:
    arguments = [
        argument_text(item.name, item.shape.text, *([] if item.required else [item.default])) for item in spec.arguments
    ]
    return {
        "args": ", ".join(arguments),
        "returns": type_text(spec.returns),
        "operation": spec.operation.name,
        "event_type": spec.event_type.value,
        "kinds": [
            kind.value for kind in (ToolKind.AGENT, ToolKind.ENV, ToolKind.DATA, ToolKind.USER) if kind in spec.kinds
        ],
    }


def constructor_text(screen: type[Screen]) -> str:
    hints = typing.get_type_hints(screen, localns={cls.__name__: cls for cls in ALL_APPS})
    parts = []
    for item in screen.constructor_arguments():
        default = [] if item.default is dataclasses.MISSING else [item.default]
        if item.default_factory is not dataclasses.MISSING:
            default = [item.default_factory()]
        parts.append(argument_text(item.name, shape_of(hints[item.name]).text, *default))
    return ", ".join(parts)


def argument_text(name: str, type_name: str, *default: Any) -> str:
    text = f"{name}: {type_text(type_name)}"
    if not default:
        return text
    value = default[0]
    return f"{text} = {f'{type(value).__name__}.{value.name}' if isinstance(value, enum.Enum) else repr(value)}"


def type_text(text: str) -> str:
    return "None" if text == "NoneType" else text


def transition_text(transition: Transition) -> str:
    if transition.effect == "pop":
        return "pop" if transition.levels == 1 else f"pop {transition.levels}"
    return f"{transition.effect} {transition.screen}"


def compare(name: str, theirs: dict[str, Any], own: dict[str, Any]) -> Iterator[tuple[Key, Pair]]:
    """((item, field), (theirs, ours)) of each difference of an app."""
    if theirs["name"] != own["name"]:
        yield (name, "name"), (theirs["name"], own["name"])
    yield from compare_tools(name, theirs["tools"], own["tools"])
    for screen in [*theirs["screens"], *(screen for screen in own["screens"] if screen not in theirs["screens"])]:
        item = f"{name}.{screen}"
        left, right = theirs["screens"].get(screen), own["screens"].get(screen)
        if left is None or right is None:
            yield (item, "missing" if right is None else "extra"), (left and left["args"], right and right["args"])
            continue
        if left["args"] != right["args"]:
            yield (item, "args"), (left["args"], right["args"])
        yield from compare_tools(item, left["tools"], right["tools"])
    for tap in [*theirs["transitions"], *(tap for tap in own["transitions"] if tap not in theirs["transitions"])]:
        pair = theirs["transitions"].get(tap), own["transitions"].get(tap)
        if pair[0] != pair[1]:
            yield (f"{name}.{tap}", "transition"), (as_text(pair[0]), as_text(pair[1]))


def compare_tools(place: str, theirs: dict[str, Any], own: dict[str, Any]) -> Iterator[tuple[Key, Pair]]:
    for tool in [*theirs, *(tool for tool in own if tool not in theirs)]:
        left, right, item = theirs.get(tool), own.get(tool), f"{place}.{tool}"
        if left is None or right is None:
            yield (item, "missing" if right is None else "extra"), (left and left["args"], right and right["args"])
            continue
        for field in FIELDS:
            if left[field] != right[field] and not (field == "returns" and left[field] is None):
                yield (item, field), (as_text(left[field]), as_text(right[field]))


def as_text(value: str | list[str] | None) -> str | None:
    return ", ".join(value) or None if isinstance(value, list) else value


@pytest.fixture(scope="module")
def table() -> dict[str, Any]:
    return json.loads(REFERENCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found(table: dict[str, Any]) -> dict[Key, Pair]:
    return {key: pair for cls in ALL_APPS for key, pair in compare(cls.__name__, table[cls.__name__], ours(cls))}


def entries() -> list[dict[str, Any]]:
    return yaml.safe_load((HERE / "differences.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def listed() -> dict[Key, dict[str, Any]]:
    return {(entry["item"], entry["field"]): entry for entry in entries()}


def as_yaml(key: Key, pair: Pair) -> str:
    entry = {"item": key[0], "field": key[1], "theirs": pair[0], "ours": pair[1]}
    return yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=1000).rstrip()


def test_the_apps_are_those_of_the_table_in_their_order(table: dict[str, Any]) -> None:
    assert {cls.__name__ for cls in ALL_APPS} == set(table)
    order = (
        "System AgentUserInterface Calendar Contacts Email Shopping Cab Apartment Messaging Notes Reminder FileSystem"
    )
    for cls, part in zip(ALL_APPS, order.split(), strict=True):
        assert part in cls.__name__


def test_every_difference_is_listed(found: dict[Key, Pair], listed: dict[Key, Any]) -> None:
    missing = [as_yaml(key, pair) for key, pair in found.items() if key not in listed]
    assert not missing, "add these to differences.yaml, each with a reason:\n" + "\n".join(missing)


def test_every_listed_difference_exists(found: dict[Key, Pair], listed: dict[Key, Any]) -> None:
    gone = [" ".join(key) for key in listed if key not in found]
    assert not gone, "differences.yaml lists what does not differ:\n" + "\n".join(gone)


def test_the_listed_values_are_the_true_ones(found: dict[Key, Pair], listed: dict[Key, Any]) -> None:
    wrong = [
        as_yaml(key, found[key])
        for key, entry in listed.items()
        if key in found and (entry["theirs"], entry["ours"]) != found[key]
    ]
    assert not wrong, "differences.yaml must say:\n" + "\n".join(wrong)


def test_each_item_has_a_reason_and_its_place() -> None:
    listed = entries()
    keys = [(entry["item"], entry["field"]) for entry in listed]
    assert len(set(keys)) == len(keys)
    assert [entry["item"] for entry in listed if not entry.get("reason")] == []
    apps = [entry["item"].partition(".")[0] for entry in listed]
    assert apps == sorted(apps), "differences.yaml is sorted by app"


def test_the_table_is_made_from_the_reference(shared: Path) -> None:
    source = shared / "reference" / "apps_api.json"
    make = runpy.run_path(str(HERE / "make_reference.py"))
    assert make["generate"](source.read_text(encoding="utf-8")) == REFERENCE.read_text(encoding="utf-8"), (
        "run: python tests/apps/make_reference.py ../shared/reference/apps_api.json > tests/apps/reference_api.json"
    )
