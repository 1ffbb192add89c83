"""What views show of a class: the fields of a dataclass, and the scalar that stands for a date, an enum, bytes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from pare_runner.errors import did_you_mean

# Checked in this order: a datetime is a date, a bool is an int.
_SHOWN_AS: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (datetime, datetime.isoformat),
    (date, date.isoformat),
    (time, time.isoformat),
    (timedelta, timedelta.total_seconds),
    (bytes, lambda value: base64.b64encode(value).decode("ascii")),
    (bytearray, lambda value: base64.b64encode(value).decode("ascii")),
)


class UnknownField(AttributeError, KeyError):
    """A name that the viewed object does not have; the text names the nearest one it has."""

    def __init__(self, owner: str, name: object, known: tuple[str, ...]) -> None:
        hint = did_you_mean(name, known)
        super().__init__(f"{owner} has no field {name!r}" + (f" ({hint})" if hint else ""))

    def __str__(self) -> str:
        return str(self.args[0])


class Shape:
    """The name of a class, and its fields by the name they are shown under; names beginning with `_` are not."""

    __slots__ = ("fields", "name")

    def __init__(self, name: str, shown: dict[str, str]) -> None:
        self.name = name
        self.fields = shown


_SHAPES: Final[dict[type, Shape | None]] = {}


def shape_of(kind: type) -> Shape | None:
    """The shape of a dataclass, computed once; None for any other class."""
    if kind not in _SHAPES:
        _SHAPES[kind] = _new_shape(kind) if is_dataclass(kind) else None
    return _SHAPES[kind]


def scalar_of(kind: type) -> Callable[[Any], object] | None:
    """What turns a value of `kind` into the scalar it is shown as; None if there is none."""
    for base, show in _SHOWN_AS:
        if issubclass(kind, base):
            return show
    return None


def _new_shape(kind: Any) -> Shape:
    own = fields(kind)
    shown = {field.name: field.name for field in own if not field.name.startswith("_")}
    marked = [field.name for field in own if field.metadata.get("id") is True]
    if marked:
        shown["id"] = marked[0]
    return Shape(kind.__name__, shown)
