"""How an environment event is told to the user and to the agent."""

from __future__ import annotations

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
            name, optional = (item[:-1], True) if item.endswith("?") else (item, False)
            name, _, length = name.partition("..")
            value = arguments.get(name)
            if optional and (value is None or value in ("", [], {})):
                continue
            text = _plain(value)
            if length and len(text) > int(length):
                text = text[: int(length)] + "..."
            parts.append(f"{name.replace('_', ' ')}: {text}")
        return f"{app}: {self.headline}" + (f" ({'; '.join(parts)})" if parts else "")


def _plain(value: Any) -> str:
    value = to_json(value)
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    return str(value)
