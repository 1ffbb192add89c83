"""The methods that an expression may call: a few of texts, lists and mappings, none of which changes anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pare_runner.scenarios.text.evaluation.values import (
    Missing,
    Refused,
    charge,
    check_length,
    kind_of,
    made_items,
    made_text,
    text,
    whole,
)
from pare_runner.scenarios.text.views import MappingView

Method = Callable[..., object]


def replace(value: str, old: object, new: object, count: object = -1) -> str:
    """`value` with `old` replaced by `new`; the length is computed before the text is made."""
    before, after = text(old, "replace"), text(new, "replace")
    limit = whole(-1 if count is None else count, "replace")
    times = value.count(before) if limit < 0 else min(limit, value.count(before))
    check_length(len(value) + times * (len(after) - len(before)))
    return value.replace(before, after, limit)


def _position(value: str, part: object) -> int:
    found = value.find(text(part, "index"))
    if found < 0:
        raise Missing(f"the text does not contain {part!r}")
    return found


def _index(value: tuple[object, ...], item: object) -> int:
    charge(len(value))
    if item not in value:
        raise Missing("the list does not contain the item")
    return value.index(item)


def _affix(method: Callable[[str, Any], bool], name: str) -> Method:
    def apply(value: str, affix: object) -> bool:
        parts = affix if type(affix) is tuple else (affix,)
        return any(method(value, text(part, name)) for part in parts)

    return apply


def _split(value: str, separator: object = None, count: object = -1) -> object:
    limit = whole(count, "split")
    if separator is None:
        return made_items(value.split(None, limit))
    by = text(separator, "split")
    if not by:
        raise Refused("split needs a separator that is not empty")
    return made_items(value.split(by, limit))


def _strip(value: str, characters: object = None) -> str:
    stripped = value.strip(None if characters is None else text(characters, "strip"))
    charge(len(stripped))
    return stripped


_OF_TEXT: Final[dict[str, Method]] = {
    "lower": lambda value: made_text(value.lower()),
    "upper": lambda value: made_text(value.upper()),
    "title": lambda value: made_text(value.title()),
    "strip": _strip,
    "startswith": _affix(str.startswith, "startswith"),
    "endswith": _affix(str.endswith, "endswith"),
    "split": _split,
    "splitlines": lambda value: made_items(value.splitlines()),
    "replace": replace,
    "count": lambda value, part: value.count(text(part, "count")),
    "find": lambda value, part: value.find(text(part, "find")),
    "index": _position,
}
_OF_LIST: Final[dict[str, Method]] = {
    "count": lambda value, item: value.count(item),
    "index": _index,
}
_OF_MAPPING: Final[dict[str, Method]] = {
    "get": MappingView.get,
    "keys": MappingView.keys,
    "values": MappingView.values,
    "items": MappingView.items,
}

# How many arguments each method takes, at least and at most, whatever it is called on.
ARGUMENTS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("lower", "upper", "title", "splitlines", "keys", "values", "items"), (0, 0)),
    **dict.fromkeys(("startswith", "endswith", "count", "find", "index"), (1, 1)),
    "strip": (0, 1),
    "split": (0, 2),
    "replace": (2, 3),
    "get": (1, 2),
}


def call(value: object, name: str, arguments: list[object]) -> object:
    """`value.name(*arguments)`; the number of arguments is one that `ARGUMENTS` allows."""
    if isinstance(value, str):
        method = _OF_TEXT.get(name)
    elif type(value) is tuple:
        method = _OF_LIST.get(name)
    else:
        method = _OF_MAPPING.get(name) if isinstance(value, MappingView) else None
    if method is None:
        raise Refused(f"{kind_of(value)} has no method {name}()")
    return method(value, *arguments)
