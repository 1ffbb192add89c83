"""Objects of an app as entries of its YAML section: aliases for names, readable times, no defaults, no nulls."""

from __future__ import annotations

import base64
import dataclasses
import enum
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pare_runner.apps.core.dates import from_datetime
from pare_runner.apps.core.shapes import Model, Moment, Shape, Time, Union
from pare_runner.traces.importing.times import written_time


class EntryWriter:
    """Writes entries. With `rounded` times are written to the microsecond, see `written_time`."""

    def __init__(self, *, rounded: bool) -> None:
        self.rounded = rounded

    def entry(self, model: type, values: Mapping[str, Any]) -> dict[str, Any]:
        """The entry of a `model` with these values, by field name; the id comes first."""
        written: dict[str, Any] = {}
        shapes = {name: shape for name, shape, _ in Model(model).fields.values()}
        items = sorted(dataclasses.fields(model), key=lambda item: not item.metadata.get("id"))
        for item in items:
            if item.name not in values:
                continue
            value = self.value(values[item.name], shapes[item.name])
            if value is not None and value != _default(item):
                written[item.metadata.get("alias") or item.name] = value
        return written

    def of(self, model: type, source: Any, **changed: Any) -> dict[str, Any]:
        """The entry of a `model` with the fields of `source` that have the same names, some of them `changed`."""
        names = [item.name for item in dataclasses.fields(model)]
        own = {name: getattr(source, name) for name in names if hasattr(source, name)}
        return self.entry(model, own | changed)

    def value(self, value: Any, shape: Shape) -> Any:
        """A value as a section writes it."""
        if isinstance(value, enum.Enum):
            return value.value
        if isinstance(value, datetime):
            return self.time(from_datetime(value))
        if isinstance(value, float) and _is_time(shape):
            return self.time(value)
        return value

    def time(self, time: float) -> str | float:
        """A time as a section writes it."""
        return written_time(time, rounded=self.rounded)

    def attachments(self, contents: Mapping[str, bytes] | None) -> list[dict[str, str]]:
        """Attachments with their contents: as text where they are text."""
        return [{"name": name, **_content(content)} for name, content in (contents or {}).items()]


def section(**parts: Any) -> dict[str, Any]:
    """The parts of a section that say something."""
    return {name: part for name, part in parts.items() if part not in (None, [], {})}


def unless(value: Any, usual: Any) -> Any:
    """`value`, or None if it is the usual one."""
    return None if value == usual else value


def _content(content: bytes) -> dict[str, str]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    readable = text.isprintable() or all(character.isprintable() or character in "\n\t" for character in text)
    return {"text": text} if readable else {"base64": base64.b64encode(content).decode("ascii")}


def _default(item: dataclasses.Field[Any]) -> Any:
    if item.default_factory is not dataclasses.MISSING:
        return item.default_factory()
    default = item.default
    return default.value if isinstance(default, enum.Enum) else default


def _is_time(shape: Shape) -> bool:
    options = shape.options if isinstance(shape, Union) else (shape,)
    return any(isinstance(option, Time | Moment) for option in options)
