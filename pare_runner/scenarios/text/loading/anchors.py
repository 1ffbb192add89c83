"""What the aliases of a YAML text stand for."""

from __future__ import annotations

from typing import Final

OPEN: Final = object()  # the value of an anchor whose node is not complete


class TooDeep(Exception):
    """A copy would be nested deeper than the limit."""


class Anchor:
    """A value an alias can stand for: with its node count, and its text if it can be a key."""

    __slots__ = ("count", "value", "written")

    def __init__(self, value: object, count: int, written: str | None) -> None:
        self.value = value
        self.count = count
        self.written = written


def copy_of(value: object, room: int) -> object:
    """A copy of plain data that is nested at most `room` levels deep; raises `TooDeep`."""
    if isinstance(value, dict | list):
        if room <= 0:
            raise TooDeep
        if isinstance(value, dict):
            return {key: copy_of(item, room - 1) for key, item in value.items()}
        return [copy_of(item, room - 1) for item in value]
    return value
