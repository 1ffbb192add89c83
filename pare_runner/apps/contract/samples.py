"""Arguments to try a tool with: good ones from the state, wrong ones by type, and ids of things that do not exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.dates import to_text
from pare_runner.apps.core.shapes import Conversion, Shape
from pare_runner.apps.core.tools import Argument, ToolSpec
from pare_runner.kernel.draws import word

Hints = Mapping[str, Sequence[Any]]
"""Values to try, by `tool.argument` or `argument`."""

NOWHERE = "there-is-no-such-thing"
_OF_TYPE: dict[str, list[Any]] = {
    "string": ["Some words", "somebody@example.org"],
    "integer": [1, 2],
    "number": [12.5, 3.0],
    "boolean": [True, False],
    "array": [],
    "object": [{}],
    "null": [None],
}
_BY_TYPE: dict[str, Any] = {
    "string": "words",
    "integer": 7,
    "number": 7.5,
    "boolean": True,
    "array": [[[]]],
    "object": {"unknown": {}},
    "null": None,
}


def values_of(app: App, spec: ToolSpec, argument: Argument, hints: Hints) -> list[Any]:
    """What to give for an argument, best first: hints, what the state holds, the default, values of the type."""
    name = argument.name
    known = [*hints.get(f"{spec.name}.{name}", ()), *hints.get(name, ()), *app.argument_values(spec, name)]
    if known and not argument.required:
        return [*known, argument.default]
    if known:
        return known
    values = [] if argument.required else [argument.default]
    return values + [value for value in _plausible(argument.shape, app.now) if value not in values]


def call_arguments(app: App, spec: ToolSpec, hints: Hints, *key: int | str) -> dict[str, Any]:
    """One set of arguments, chosen by `key`; optional ones are sometimes left out."""
    given: dict[str, Any] = {}
    for argument in spec.arguments:
        values = values_of(app, spec, argument, hints)
        if values and (argument.required or word(*key, argument.name, "given") % 3):
            given[argument.name] = values[word(*key, argument.name) % len(values)]
    return given


def missing_variants(spec: ToolSpec, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """`given` with one argument at a time that refers to nothing or is out of range."""
    for argument in spec.arguments:
        for value in ("", NOWHERE, -1, 10**6, -1.5, [], [NOWHERE], {NOWHERE: NOWHERE}):
            conversion = Conversion()
            argument.shape.convert(value, conversion)
            if not conversion.problems:
                yield {**given, argument.name: value}


def wrong_values(argument: Argument) -> list[Any]:
    """JSON values of types that the argument's schema does not name."""
    allowed = _types(argument.shape.schema())
    if allowed is None:
        return []
    if "number" in allowed:
        allowed |= {"integer"}
    return [value for name, value in _BY_TYPE.items() if name not in allowed]


def _types(schema: Mapping[str, Any]) -> set[str] | None:
    """JSON types a schema allows; None for anything. A choice allows none of the values tried."""
    if "anyOf" in schema:
        options = [_types(option) for option in schema["anyOf"]]
        return None if None in options else {name for option in options for name in option or ()}
    if "enum" in schema:
        return set()
    kind = schema.get("type")
    if kind is None:
        return None
    return set(kind) if isinstance(kind, list) else {kind}


def _plausible(shape: Shape, now: float) -> list[Any]:
    return [value for value in _of_schema(shape.schema(), now) if _takes(shape, value)]


def _takes(shape: Shape, value: Any) -> bool:
    conversion = Conversion()
    shape.convert(value, conversion)
    return not conversion.problems


def _of_schema(schema: Mapping[str, Any], now: float) -> list[Any]:
    if "anyOf" in schema:
        return [value for option in schema["anyOf"] for value in _of_schema(option, now)]
    if "enum" in schema:
        return list(schema["enum"])
    if "prefixItems" in schema:
        parts = [_of_schema(item, now) for item in schema["prefixItems"]]
        return [[part[0] for part in parts]] if all(parts) else []
    if "properties" in schema:
        parts_of = {name: _of_schema(schema["properties"][name], now) for name in _required(schema)}
        return [{name: values[0] for name, values in parts_of.items()}] if all(parts_of.values()) else []
    kinds = schema.get("type", "string")
    values: list[Any] = []
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if kind == "array":
            values += [[item] for item in _of_schema(schema.get("items", {}), now)[:2]]
        values += _OF_TYPE[kind]
        if kind == "string":
            values += [to_text(now + 86400.0), "/sample.txt"]
    return values


def _required(schema: Mapping[str, Any]) -> list[str]:
    """Keys an object needs; of keys that can stand for each other the first."""
    names = list(schema.get("required", ()))
    for part in schema.get("allOf", ()):
        names += _required(part["anyOf"][0] if "anyOf" in part else part)
    return names


def shown(arguments: Mapping[str, Any]) -> str:
    """Arguments for a message."""
    return ", ".join(f"{name}={to_json(value)!r}" for name, value in arguments.items())
