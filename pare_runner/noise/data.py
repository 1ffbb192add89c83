"""What noise draws from: states of apps that hold texts of everyday life, and other names and descriptions of tools.

The layout is the documented one of augmentation data files: `{apps: [{name, app_state}], tool_names_mapping,
tool_descriptions_mapping}`, each key optional. A tool is named `<App class>__<tool>` in the mappings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pare_runner.errors import InputError, did_you_mean
from pare_runner.policy.hashing import content_hash

KEYS = ("apps", "tool_names_mapping", "tool_descriptions_mapping")


@dataclass(frozen=True, slots=True)
class AugmentationData:
    """An augmentation data file: app name → app state, and the two mappings; `digest` stands for all of it."""

    apps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tool_names_mapping: Mapping[str, str] = field(default_factory=dict)
    tool_descriptions_mapping: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


NO_DATA = AugmentationData()


def parse_augmentation_data(value: Any, where: str) -> AugmentationData:
    """The data that JSON `value` holds; `where` (a file's name) stands in messages.

    A key left out is empty, further keys of an app (`class_name`, as traces have it) are passed over. The digest
    follows from the three parts alone, in whatever order they are written. Raises InputError naming the first place
    (`apps[2].name`) that does not fit.
    """
    parts = _checked(value, dict, "", where)
    for key in parts:
        if key not in KEYS:
            raise InputError(f"there is no key {key!r} in augmentation data", where=where, hint=did_you_mean(key, KEYS))
    apps: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(_checked(parts.get("apps", []), list, "apps", where)):
        place = f"apps[{number}]"
        app = _checked(entry, dict, place, where)
        for key in ("name", "app_state"):
            if key not in app:
                raise InputError(f"{place} needs the key {key!r}", where=where)
        name = _checked(app["name"], str, f"{place}.name", where)
        if name in apps:
            raise InputError(f"{place}.name: there are two apps called {name!r}", where=where)
        apps[name] = _checked(app["app_state"], dict, f"{place}.app_state", where)
    names, descriptions = (_texts(parts.get(key, {}), key, where) for key in KEYS[1:])
    try:
        content = json.dumps([apps, names, descriptions], sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise InputError("augmentation data is nested too deeply", where=where) from None
    return AugmentationData(apps, names, descriptions, content_hash(content.encode("ascii")))


def _texts(value: Any, key: str, where: str) -> dict[str, str]:
    """A mapping of tools to texts: `<App class>__<tool>` → a text that is not blank."""
    texts: dict[str, str] = _checked(value, dict, key, where)
    for tool, text in texts.items():
        app, _, name = tool.partition("__")
        if not (app and name):
            raise InputError(f"{key}: {tool!r} is no tool", where=where, hint="write <App class>__<tool>")
        if not _checked(text, str, f"{key}.{tool}", where).strip():
            raise InputError(f"{key}.{tool} is empty", where=where)
    return texts


_KINDS: Mapping[type, str] = {dict: "an object", list: "a list", str: "a text"}


def _checked(value: Any, kind: type, place: str, where: str) -> Any:
    if isinstance(value, kind):
        return value
    found = "null" if value is None else _KINDS.get(type(value), f"the value {value!r:.40}")
    raise InputError(f"{place or 'augmentation data'} must be {_KINDS[kind]}, not {found}", where=where)
