"""Python values to JSON values: one rule for states, results and traces.

Dataclasses become dicts of all their fields, enums their value, tuples lists, datetimes ISO text, bytes base64 text.
`Shape.convert` is the way back.
"""

from __future__ import annotations

import base64
import dataclasses
import enum
import types
import typing
from collections.abc import Callable
from datetime import datetime
from typing import Any

_ATOMS = frozenset({str, int, float, bool, type(None)})
_ENCODERS: dict[type, Callable[[Any], Any]] = {}


def to_json(value: Any) -> Any:
    """A JSON value equal to `value`, sharing nothing mutable with it; TypeError for a type that has no JSON form."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is dict:
        return {
            key if type(key) is str else _key(key): item if type(item) in _ATOMS else to_json(item)
            for key, item in value.items()
        }
    if kind is list or kind is tuple:
        return [item if type(item) in _ATOMS else to_json(item) for item in value]
    encoder = _ENCODERS.get(kind)
    if encoder is None:
        encoder = _ENCODERS[kind] = _encoder(kind)
    return encoder(value)


def _is_plain(annotation: Any) -> bool:
    """Whether every value of an annotation is JSON as it is."""
    if typing.get_origin(annotation) is typing.Annotated:
        return _is_plain(typing.get_args(annotation)[0])
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return all(_is_plain(option) for option in typing.get_args(annotation))
    return annotation in _ATOMS


def _key(key: Any) -> str:
    return str(key.value) if isinstance(key, enum.Enum) else str(key)


def _encoder(kind: type) -> Callable[[Any], Any]:
    if issubclass(kind, enum.Enum):
        return lambda value: value.value
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        pairs = ", ".join(
            f"{item.name!r}: value.{item.name}"
            if _is_plain(hints[item.name])
            else f"{item.name!r}: to_json(value.{item.name})"
            for item in dataclasses.fields(kind)
        )
        return typing.cast(Callable[[Any], Any], eval(f"lambda value: {{{pairs}}}", {"to_json": to_json}))
    if issubclass(kind, datetime):
        return lambda value: value.isoformat()
    if issubclass(kind, bytes):
        return lambda value: base64.b64encode(value).decode("ascii")
    if issubclass(kind, dict):
        return lambda value: {_key(key): to_json(item) for key, item in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value: [to_json(item) for item in value]
    raise TypeError(f"{kind.__name__} has no JSON form")
