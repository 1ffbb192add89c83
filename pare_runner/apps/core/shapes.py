"""Shapes: one description of a type that checks, converts, names it and gives its JSON Schema.

A shape is made from an annotation. It serves tool arguments, states and sections of scenario files alike:
`convert` turns JSON values into Python values (dicts into data models, text into enums, ISO text and offsets into
times) and reports every problem with its path; an unconverted value of the right type passes as it is.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import functools
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pare_runner.apps.core.dates import read_datetime, read_time
from pare_runner.errors import did_you_mean, nearest
from pare_runner.kernel.references import Ref

Path = tuple[str | int, ...]


class _Invalid:
    """The result of a conversion that was reported as a problem."""

    def __repr__(self) -> str:
        return "INVALID"


INVALID = _Invalid()


@dataclasses.dataclass(slots=True)
class Conversion:
    """How to convert, and what went wrong: `problems` holds (path, message, hint).

    `start` is the scenario's start time; without it times must be numbers or ISO text. `allow_refs` lets a `Ref` stand
    for any value. `ignore_unknown` drops unknown keys of data models instead of reporting them (old state files).
    """

    start: float | None = None
    allow_refs: bool = False
    ignore_unknown: bool = False
    problems: list[tuple[Path, str, str]] = dataclasses.field(default_factory=list)

    def report(self, path: Path, message: str, hint: str = "") -> _Invalid:
        """Note a problem and return INVALID."""
        self.problems.append((path, message, hint))
        return INVALID


class Shape:
    """Base: anything goes. `exact` are the types whose values need no conversion, so callers may skip it."""

    text = "Any"
    words = ""
    """What people call it, where that is not `text`."""
    exact: frozenset[type] = frozenset()

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        """`value` as this shape, or INVALID after reporting to `to`."""
        return value

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the values `convert` accepts."""
        return {}

    def _wrong(self, value: Any, to: Conversion, path: Path) -> Any:
        if to.allow_refs and isinstance(value, Ref):
            return value
        return to.report(path, f"must be {self.words or self.text}, not {describe(value)}")


class Scalar(Shape):
    """str, int, float, bool or None; an int serves as a float, a bool never as a number."""

    _SCHEMAS: typing.ClassVar[dict[type, str]] = {str: "string", int: "integer", float: "number", bool: "boolean"}

    def __init__(self, python_type: type) -> None:
        self.python_type = python_type
        self.exact = frozenset({python_type})
        self.text = "None" if python_type is type(None) else python_type.__name__

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if type(value) is self.python_type:
            return value
        if self.python_type is float and type(value) is int:
            return float(value)
        return self._wrong(value, to, path)

    def schema(self) -> dict[str, Any]:
        return {"type": self._SCHEMAS.get(self.python_type, "null")}


class Time(Scalar):
    """A float of seconds that may be written as ISO text, an offset or a day offset with a clock time."""

    words = "a date"

    def __init__(self) -> None:
        super().__init__(float)

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if type(value) is str:
            try:
                return read_time(value, to.start)
            except ValueError as error:
                return to.report(path, str(error))
        return super().convert(value, to, path)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"], "description": "ISO date-time (UTC), -2d4h, or +3d 19:00"}


class Moment(Shape):
    """An aware datetime, written like a time."""

    text = "datetime"
    words = "a date"

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if isinstance(value, datetime):
            return value
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                return read_datetime(value, to.start)
            except ValueError as error:
                return to.report(path, str(error))
        return self._wrong(value, to, path)

    def schema(self) -> dict[str, Any]:
        return {"type": ["string", "number"], "description": "ISO date-time (UTC), -2d4h, or +3d 19:00"}


class Binary(Shape):
    """bytes; base64 text in JSON."""

    text = "bytes"

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if isinstance(value, bytes):
            return value
        if isinstance(value, str):
            try:
                return base64.b64decode(value, validate=True)
            except ValueError:
                return to.report(path, "must be base64 text")
        return self._wrong(value, to, path)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "contentEncoding": "base64"}


class Enumerated(Shape):
    """A member of an enum, by its value or name in any case."""

    def __init__(self, members: type[enum.Enum]) -> None:
        self.members = members
        self.text = members.__name__
        self._by_text = {str(m.value).casefold(): m for m in members} | {m.name.casefold(): m for m in members}

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if isinstance(value, self.members):
            return value
        if isinstance(value, str):
            member = self._by_text.get(value.casefold())
            if member is not None:
                return member
            options = [str(m.value) for m in self.members]
            return to.report(path, f"{value!r} is not a {self.text}", did_you_mean(value, options))
        return self._wrong(value, to, path)

    def schema(self) -> dict[str, Any]:
        return {"enum": [m.value for m in self.members]}


class Choice(Shape):
    """One of some literal values."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = tuple(values)
        self.text = "Literal[" + ", ".join(map(repr, values)) + "]"

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if value in self.values or (to.allow_refs and isinstance(value, Ref)):
            return value
        options = [str(option) for option in self.values]
        return to.report(path, f"{value!r} is not one of the options", did_you_mean(value, options))

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.values)}


class ListOf(Shape):
    """A list (or tuple) of one shape."""

    def __init__(self, item: Shape, text: str = "list") -> None:
        self.item = item
        self.text = f"{text}[{item.text}]" if type(item) is not Shape else text
        self.words = "" if type(item) is Scalar else "a list"

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if not isinstance(value, list | tuple):
            return self._wrong(value, to, path)
        convert, exact = self.item.convert, self.item.exact
        return [
            item if type(item) in exact else convert(item, to, (*path, number)) for number, item in enumerate(value)
        ]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}


class TupleOf(Shape):
    """A tuple of fixed shapes; a list in JSON."""

    def __init__(self, items: Sequence[Shape]) -> None:
        self.items = tuple(items)
        self.text = "tuple[" + ", ".join(item.text for item in items) + "]"

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(self.items):
            return self._wrong(value, to, path)
        pairs = enumerate(zip(self.items, value, strict=True))
        return tuple(shape.convert(item, to, (*path, number)) for number, (shape, item) in pairs)

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "prefixItems": [item.schema() for item in self.items]}


class MapOf(Shape):
    """A dict with text (or enum) keys and values of one shape."""

    def __init__(self, key: Shape, value: Shape) -> None:
        self.key, self.value = key, value
        self.text = "dict" if type(value) is Shape and type(key) is Shape else f"dict[{key.text}, {value.text}]"
        self.words = "" if type(value) is Scalar else "a mapping"

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if not isinstance(value, Mapping):
            return self._wrong(value, to, path)
        result: dict[Any, Any] = {}
        for key, item in value.items():
            converted = self.key.convert(key, to, (*path, key)) if isinstance(key, str) else key
            result[converted] = self.value.convert(item, to, (*path, key if isinstance(key, str) else str(key)))
        return result

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "additionalProperties": self.value.schema()}


class Union(Shape):
    """The first shape that takes the value."""

    def __init__(self, options: Sequence[Shape]) -> None:
        self.options = tuple(options)
        # An option that reads other types (a date in a text) stands before those that would take them as they are.
        readers = [n for n, option in enumerate(options) if isinstance(option, Time | Moment | Binary | Enumerated)]
        plain = options[: readers[0] + 1] if readers else options
        self.exact = frozenset().union(*(option.exact for option in plain))
        self.text = " | ".join(option.text for option in options)
        self.words = " | ".join(option.words or option.text for option in options)

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if to.allow_refs and isinstance(value, Ref):
            return value
        attempts: list[Conversion] = []
        for option in self.options:
            attempt = Conversion(to.start, to.allow_refs, to.ignore_unknown)
            converted = option.convert(value, attempt, path)
            if not attempt.problems:
                return converted
            attempts.append(attempt)
        # The option that got furthest into the value knows best what is wrong with it.
        deepest = max(attempts, key=lambda attempt: max(len(found[0]) for found in attempt.problems))
        if any(len(found[0]) > len(path) for found in deepest.problems):
            to.problems.extend(deepest.problems)
            return INVALID
        if len(self.options) == 2 and isinstance(self.options[1], Scalar) and self.options[1].python_type is type(None):
            to.problems.extend(attempts[0].problems)
            return INVALID
        return self._wrong(value, to, path)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [option.schema() for option in self.options]}


class Model(Shape):
    """A data model (dataclass); in JSON an object with its fields, by name or alias."""

    words = "a mapping"

    def __init__(self, model: type) -> None:
        self.model = model
        self.text = model.__name__

    @functools.cached_property
    def fields(self) -> dict[str, tuple[str, Shape, bool]]:
        """Key as written → (field, shape, required)."""
        hints = typing.get_type_hints(self.model, include_extras=True)
        found: dict[str, tuple[str, Shape, bool]] = {}
        for item in dataclasses.fields(self.model):
            required = item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
            entry = (item.name, shape_of(hints[item.name]), required)
            found[item.name] = entry
            if item.metadata.get("alias"):
                found[item.metadata["alias"]] = entry
        return found

    @functools.cached_property
    def required(self) -> tuple[str, ...]:
        """Fields that must be given."""
        return tuple(dict.fromkeys(field for field, _, required in self.fields.values() if required))

    def convert(self, value: Any, to: Conversion, path: Path = ()) -> Any:
        if isinstance(value, self.model):
            return value
        if not isinstance(value, Mapping):
            return self._wrong(value, to, path)
        known = self.fields
        arguments: dict[str, Any] = {}
        sound = True
        mistyped: set[str | None] = set()
        for key, item in value.items():
            entry = known.get(key)
            if entry is None:
                if not to.ignore_unknown:
                    to.report((*path, key), f"unknown key {key!r}", did_you_mean(key, self.written_keys()))
                    mistyped.add(nearest(key, self.written_keys()))
                    sound = False
                continue
            if entry[0] in arguments:
                to.report((*path, key), f"{entry[0]!r} is given twice")
                sound = False
                continue
            if type(item) in entry[1].exact:
                arguments[entry[0]] = item
                continue
            arguments[entry[0]] = converted = entry[1].convert(item, to, (*path, key))
            sound = sound and converted is not INVALID
        for field in self.required:
            if field not in arguments:
                if self._written(field) not in mistyped:
                    to.report(path, f"the key {self._written(field)!r} is missing")
                sound = False
                arguments[field] = INVALID
        if not sound:
            return INVALID
        try:
            return self.model(**arguments)
        except (ValueError, TypeError) as error:
            return to.report(path, str(error))

    def written_keys(self) -> list[str]:
        """The keys a scenario file may use: aliases instead of names where there is one, no hidden fields."""
        keys: list[str] = []
        for item in dataclasses.fields(self.model):
            if not item.metadata.get("hidden"):
                keys.append(item.metadata.get("alias") or item.name)
        return keys

    def _written(self, field: str) -> str:
        for item in dataclasses.fields(self.model):
            if item.name == field:
                return str(item.metadata.get("alias") or item.name)
        return field

    def schema(self) -> dict[str, Any]:
        shown = [item for item in dataclasses.fields(self.model) if not item.metadata.get("hidden")]
        known = self.fields
        properties: dict[str, Any] = {}
        needed: list[dict[str, Any]] = []
        for item in shown:
            keys = [key for key in (item.metadata.get("alias"), item.name) if key]
            properties |= {key: known[item.name][1].schema() for key in keys}
            if known[item.name][2]:
                needed.append({"anyOf": [{"required": [key]} for key in keys]} if len(keys) > 1 else {"required": keys})
        result = {"type": "object", "title": self.text, "properties": properties, "additionalProperties": False}
        return result | ({"allOf": needed} if needed else {})


def describe(value: Any) -> str:
    """A value for a message: its text if short, else its type."""
    text = repr(value)
    return f"{text} ({type(value).__name__})" if len(text) <= 40 else type(value).__name__


@functools.cache
def shape_of(annotation: Any) -> Shape:
    """The shape of an annotation; TypeError for one that has none."""
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if annotation is Any or annotation is object:
        return Shape()
    if annotation is None:
        return Scalar(type(None))
    if origin is typing.Annotated:
        return Time() if "timestamp" in arguments[1:] else shape_of(arguments[0])
    if origin is typing.Union or origin is types.UnionType:
        return Union([shape_of(option) for option in arguments])
    if origin is typing.Literal:
        return Choice(arguments)
    if annotation in (list, Sequence) or origin in (list, Sequence):
        return ListOf(shape_of(arguments[0]) if arguments else Shape())
    if origin is tuple:
        return TupleOf([shape_of(item) for item in arguments])
    if annotation in (dict, Mapping) or origin in (dict, Mapping):
        return MapOf(*(shape_of(item) for item in arguments)) if arguments else MapOf(Shape(), Shape())
    return _shape_of_class(annotation)


def _shape_of_class(annotation: Any) -> Shape:
    special: dict[Any, Callable[[], Shape]] = {bytes: Binary, datetime: Moment}
    if annotation in special:
        return special[annotation]()
    if annotation in (str, int, float, bool, type(None)):
        return Scalar(annotation)
    if isinstance(annotation, type):
        if issubclass(annotation, enum.Enum):
            return Enumerated(annotation)
        if dataclasses.is_dataclass(annotation):
            return Model(annotation)
        if typing.is_typeddict(annotation):
            shape = MapOf(Scalar(str), Shape())
            shape.text = annotation.__name__
            return shape
    raise TypeError(f"{annotation!r} has no shape: use scalars, lists, dicts, enums and dataclasses")
