"""How an environment event is told to the user and to the agent."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.core.codec import to_json


@dataclass(frozen=True, slots=True)
class Notice:
    """A headline and the arguments each side gets to see.

    A field is an argument's name; `name..20` shows its first 20 characters, `name?` shows it only if it is not empty.
    """

    headline: str
    user: tuple[str, ...] = ()
    agent: tuple[str, ...] = ()

    def text(self, app: str, arguments: Mapping[str, Any], *, for_user: bool) -> str:
        """The notification: app, headline, then the fields of one side."""
        parts: list[str] = []
        for item in self.user if for_user else self.agent:
            name, called, length, optional = _field(item)
            value = arguments.get(name)
            if optional and (value is None or value in ("", [], {})):
                continue
            text = _plain(value)
            if length is not None and len(text) > length:
                text = text[:length] + "..."
            parts.append(f"{called}: {text}")
        return f"{app}: {self.headline}" + (f" ({'; '.join(parts)})" if parts else "")


@functools.cache
def _field(item: str) -> tuple[str, str, int | None, bool]:
    """Argument, what it is called, its length at most, whether it is left out when empty."""
    name, _, length = item.removesuffix("?").partition("..")
    return name, name.replace("_", " "), int(length) if length else None, item.endswith("?")


def _plain(value: Any) -> str:
    if type(value) is str:
        return value
    value = to_json(value)
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    return str(value)
