"""What the values of an expression are called, how large one may grow, and how a part of one is reached.

An expression works on what `views.view` shows: scalars, records, tuples and mappings. What is absent raises a
LookupError, which the test `defined` and the filter `default` look for; every other mistake raises `Refused`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Final

from pare_runner.scenarios.text.views import MappingView, Record, view

# Of texts and lists that an expression makes; what the apps hold is not limited here.
MAX_TEXT: Final = 262_144
MAX_ITEMS: Final = 20_000
# Characters and items that one evaluation may make, and items it may search, in all: at most a second, and 80 MB.
MAX_WORK: Final = 20_000_000

_KINDS: Final[dict[type, str]] = {
    str: "a text",
    bool: "true/false",
    int: "a number",
    float: "a number",
    type(None): "null",
    tuple: "a list",
    MappingView: "a mapping",
}

Getter = Callable[[object], object]


class Missing(LookupError):
    """Something that is not there: an index beyond the end, the first item of an empty list."""


class Refused(Exception):
    """An operation that is not defined for its values, or whose result would be too large."""


def kind_of(value: object) -> str:
    """What a value is, in words, for a message."""
    if isinstance(value, Record):
        return "an object"
    return _KINDS.get(type(value), f"a value of type {type(value).__name__}")


def items_of(value: object, user: str) -> tuple[object, ...]:
    """The items of a list, the keys of a mapping; `user` is what needs them, for the message."""
    if type(value) is tuple:
        return value
    if isinstance(value, MappingView):
        return value.keys()
    raise Refused(f"{user} needs a list, not {kind_of(value)}")


def number(value: object, user: str) -> int | float:
    """`value`, which must be a number."""
    if isinstance(value, int | float):
        return value
    raise Refused(f"{user} needs a number, not {kind_of(value)}")


def whole(value: object, user: str) -> int:
    """`value`, which must be a whole number."""
    if isinstance(value, int):
        return value
    raise Refused(f"{user} needs a whole number, not {kind_of(value)}")


def text(value: object, user: str) -> str:
    """`value`, which must be a text."""
    if isinstance(value, str):
        return value
    raise Refused(f"{user} needs a text, not {kind_of(value)}")


def text_of(value: object, user: str) -> str:
    """A text or number as text. Null, lists, mappings and objects have none: in a text they would be a mistake."""
    if type(value) is str:
        return value
    if isinstance(value, str | int | float):
        return str(value)
    raise Refused(f"{user} cannot turn {kind_of(value)} into a text")


class Meter:
    """What is left of the work that one evaluation may do."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = MAX_WORK


# A variable of the context and not an argument: it would have to go through every filter and operator to reach the few
# that do work in proportion to more than their operands.
METER: Final[ContextVar[Meter | None]] = ContextVar("meter", default=None)


def charge(units: int) -> None:
    """Pay for `units` characters or items."""
    meter = METER.get()
    if meter is not None:
        meter.left -= units
        if meter.left < 0:
            raise Refused(f"this takes more than {MAX_WORK:,} steps")


def check_length(length: int) -> None:
    """Refuse a text of `length` characters, before it is made, if that is too long."""
    if length > MAX_TEXT:
        raise Refused(f"the text made here is longer than {MAX_TEXT:,} characters")
    charge(length)


def made_text(made: str) -> str:
    """`made`, if it is not too long."""
    check_length(len(made))
    return made


def made_items(made: Iterable[object]) -> tuple[object, ...]:
    """The items made, if they are not too many."""
    items = tuple(made)
    if len(items) > MAX_ITEMS:
        raise Refused(f"the list made here has more than {MAX_ITEMS:,} items")
    charge(len(items))
    return items


def attribute(value: object, name: str) -> object:
    """`value.name`: a field of a record, a key of a mapping."""
    if isinstance(value, Record | MappingView):
        return value[name]
    raise Refused(f"{kind_of(value)} has no attribute {name!r}")


def item(value: object, key: object) -> object:
    """`value[key]`: a field, a key, or the item of a list or text at an index."""
    if type(value) is tuple or type(value) is str:
        index = whole(key, "an index")
        try:
            return view(value[index])
        except IndexError:
            raise Missing(f"there is no item {index} in {kind_of(value)} of {len(value)}") from None
    return attribute(value, key) if isinstance(key, str) else _keyed(value, key)


def _keyed(value: object, key: object) -> object:
    if isinstance(value, MappingView) and isinstance(key, int | float | None):
        return value[key]
    raise Refused(f"{kind_of(value)} cannot be indexed with {kind_of(key)}")


def cut(value: object, start: object, stop: object, step: object) -> object:
    """`value[start:stop:step]` of a list or a text."""
    bounds = (None if bound is None else whole(bound, "a slice") for bound in (start, stop, step))
    if type(value) is tuple or type(value) is str:
        charge(len(value))
        try:
            return value[slice(*bounds)]
        except ValueError:
            raise Refused("the step of a slice must not be 0") from None
    raise Refused(f"{kind_of(value)} cannot be sliced")


def getter(path: object) -> Getter:
    """What reads `a.b.0` from a value: names separated by dots, numbers are indexes. A name may not begin with `_`."""
    if isinstance(path, int):
        return lambda value: item(value, path)
    if not isinstance(path, str) or not all(path.split(".")):
        raise Refused("an attribute must be a name such as 'title' or 'owner.name'")
    parts = [int(part) if part.isdecimal() and len(part) < 10 else part for part in path.split(".")]
    for part in parts:
        if isinstance(part, str) and part.startswith("_"):
            raise Refused(f"names that begin with '_' cannot be read: {part!r}")
    if len(parts) == 1:
        (only,) = parts
        return lambda value: item(value, only)

    def read(value: object) -> object:
        for part in parts:
            value = item(value, part)
        return value

    return read
