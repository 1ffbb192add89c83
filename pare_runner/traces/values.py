"""Values as hf traces write them: always JSON, never a Python repr.

The text of a str is the str itself; any other value is written as JSON (`true`, `0`, `[]`), so that its type name tells
how to read it back. None has neither text nor type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pare_runner.apps.core.codec import to_json
from pare_runner.atomic import json_bytes
from pare_runner.kernel.references import Ref, contains_ref


def plain(value: Any) -> Any:
    """A JSON value for any value: references as `{{event_id.path}}`, what has no JSON form as `<its type>`."""
    if contains_ref(value):
        value = _with_texts(value)
    try:
        return to_json(value)
    except TypeError:
        return f"<{type(value).__name__}>"


def argument(name: str, value: Any) -> dict[str, str | None]:
    """An entry of an action's `args`."""
    value = plain(value)
    if value is None:
        return {"name": name, "value": None, "value_type": None}
    text = value if isinstance(value, str) else json_text(value)
    return {"name": name, "value": text, "value_type": type(value).__name__}


def returned(value: Any, type_name: str | None) -> str | None:
    """The text of a JSON value that was returned as a `type_name`: only a str is not written as JSON."""
    if value is None:
        return None
    return value if type_name == "str" and isinstance(value, str) else json_text(value)


def json_text(value: Any) -> str:
    """`value` as JSON on one line."""
    return json_bytes(value).decode()


def without_nulls(value: Any) -> Any:
    """A JSON value without the entries of objects that are null, at any depth; in lists they stay.

    Meta-ARE's reader has fields of the same names, some of which may be absent but not null.
    """
    if isinstance(value, Mapping):
        return {key: without_nulls(item) for key, item in value.items() if item is not None}
    return [without_nulls(item) for item in value] if isinstance(value, list | tuple) else value


def _with_texts(value: Any) -> Any:
    if isinstance(value, Ref):
        dot = "." if value.path and not value.path.startswith("[") else ""
        return f"{{{{{value.event_id}{dot}{value.path}}}}}"
    if isinstance(value, dict):
        return {key: _with_texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_texts(item) for item in value]
    return value
