"""Values of hf traces, read: text with the name of its type, as JSON or as the Python repr that PARE writes.

Both spellings of one value give the same Python value: `true` and `True`, `["a"]` and `['a']`, null and `None`. What
has the form `{{event_id.path}}` stays text; `reference` tells what it refers to.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Container
from typing import Any

from pare_runner.kernel.references import Ref

TRUE = frozenset({"true", "1", "t", "y", "yes"})
FALSE = frozenset({"false", "0", "f", "n", "no"})
"""Spellings of booleans, in any case; the true ones are Meta-ARE's."""

MAX_DEPTH = 48
"""How deep lists and objects may be nested; a scenario file holds little more."""

_OPTIONAL = re.compile(r"(?:typing\.)?(?:Optional|Union)\[(.*)\]", re.DOTALL)
_REFERENCE = re.compile(r"\s*\{\{\s*([^{}]+?)\s*\}\}\s*")
_COLLECTIONS: dict[str, type] = {"list": list, "dict": dict, "tuple": list, "set": list, "frozenset": list}


def base_type(value_type: str) -> str:
    """The plain name in a type's text: `list` of `list[str]`, `str` of `Optional[str]` or `str | None`."""
    text = value_type.strip()
    inner = _OPTIONAL.fullmatch(text)
    text = inner[1] if inner else text
    return re.split(r"[\[|,\s]", text.removeprefix("typing."), maxsplit=1)[0]


def decode(value: str | None, value_type: str | None) -> Any:
    """The value of an argument; ValueError if the text is none of its type.

    A value whose type is unknown or absent stays text: the tool it is for knows better.
    """
    if value is None:
        return None
    kind = base_type(value_type) if value_type else "str"
    if kind in ("NoneType", "None"):
        return None
    if is_reference(value):
        return value
    if kind == "bool":
        return _boolean(value)
    if kind in ("int", "float"):
        return _number(value, kind)
    if kind.lower() in _COLLECTIONS:
        return _collection(value, kind.lower())
    return value


def decode_returned(value: str | None, type_name: str | None) -> Any:
    """What a call returned: the value where its text can be read back, else the text itself.

    PARE writes null for whatever is empty, zero or false, without a type: that is None here.
    """
    try:
        return decode(value, type_name)
    except ValueError:
        return value


def is_reference(text: str) -> bool:
    """Whether an argument stands for the result of an event."""
    return _REFERENCE.fullmatch(text) is not None


def reference(text: str, event_ids: Container[str]) -> Ref | None:
    """What `{{event_id.path}}` refers to; None if it is not of that form or names none of `event_ids`.

    Ids may hold dots themselves, so the longest id that fits is taken.
    """
    match = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    whole = match[1]
    for end in range(len(whole), 0, -1):
        if (end == len(whole) or whole[end] in ".[") and whole[:end] in event_ids:
            return Ref(whole[:end], whole[end:].removeprefix("."))
    return None


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE | FALSE:
        raise ValueError(f"{_short(text)} is no bool")
    return word in TRUE


def _number(text: str, kind: str) -> int | float:
    try:
        return int(text) if kind == "int" else float(text)
    except ValueError:
        raise ValueError(f"{_short(text)} is no {kind}") from None


def is_deeper(value: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether lists and objects in `value` are nested more than `limit` levels deep."""
    level = [value]
    for _ in range(limit + 1):
        holders = [item for item in level if isinstance(item, dict | list | tuple) and item]
        if not holders:
            return False
        level = [part for item in holders for part in (item.values() if isinstance(item, dict) else item)]
    return True


def _collection(text: str, kind: str) -> Any:
    try:
        read = _spelled(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ValueError(f"{_short(text)} is no {kind}, neither in JSON nor in Python's notation") from None
    if not isinstance(read, _COLLECTIONS[kind]):
        raise ValueError(f"{_short(text)} is no {kind}")
    return read


def _spelled(text: str) -> Any:
    try:
        read = json.loads(text)
    except ValueError:
        read = ast.literal_eval(text.strip())
    if is_deeper(read):
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    return _like_json(read)


def _like_json(value: Any) -> Any:
    """A Python literal with lists for tuples and sets and with text for keys, as it would be in JSON."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(key): _like_json(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)  # a set has no order, a file needs one
    return [_like_json(item) for item in value] if isinstance(value, list | tuple) else value


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
