"""References to the result of an earlier event: `{from: EVENT, path: a.b[0].c}`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"(?:^|(?!^)\.)([^.\[\]]+)|\[(-?\d+)\]|\[\"([^\"]+)\"\]")


class ReferenceFailed(LookupError):
    """The event has no result, or its result has no such path."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The result of the event `event_id`, followed along `path` (empty: the result itself)."""

    event_id: str
    path: str = ""


def parse_path(path: str) -> tuple[str | int, ...]:
    """The keys and indices of `a.b[0]["c d"]`; ValueError when it is not of that form."""
    steps = list(_STEP.finditer(path))
    if "".join(step.group() for step in steps) != path:
        raise ValueError(f"{path!r} is not a path of the form a.b[0].c")
    return tuple(int(step[2]) if step[2] else step[1] or step[3] for step in steps)


def follow(value: Any, path: str) -> Any:
    """Walk `path` through dicts and lists; ReferenceFailed names the step that is missing."""
    current = value
    for step in parse_path(path):
        try:
            parts: Any = current if isinstance(current, dict | list) else ()  # a text has no parts
            current = parts[step]
        except (KeyError, IndexError, TypeError):
            raise ReferenceFailed(f"the result has no {step!r} (path {path!r})") from None
    return current


def contains_ref(value: Any) -> bool:
    """Whether a `Ref` stands anywhere in nested lists and dicts."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, Ref) or any(contains_ref(item) for item in items)


def resolve(value: Any, result_of: Callable[[str], Any]) -> Any:
    """`value` with every `Ref` at any depth replaced; `result_of` raises ReferenceFailed if there is no result."""
    if isinstance(value, Ref):
        return follow(result_of(value.event_id), value.path)
    if isinstance(value, dict):
        return {key: resolve(item, result_of) for key, item in value.items()}
    return [resolve(item, result_of) for item in value] if isinstance(value, list) else value
