"""Values as texts in columns, and back, without loss.

Parquet holds valid Unicode only, and models now and then write what is not. Such a text stands as JSON behind
`ESCAPED`, a character that is none.
"""

from __future__ import annotations

import json
from typing import Any

from pare_runner.traces.values import plain

ESCAPED = "\ufdd0"
"""Begins a text that is not stored as it is; JSON of the text follows."""

_WRITE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, default=plain).encode
_ESCAPE = json.JSONEncoder(separators=(",", ":"), default=plain).encode


def stored(text: str) -> str:
    """`text` as a column can hold it."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return ESCAPED + json.dumps(text)
    return ESCAPED + json.dumps(text) if text.startswith(ESCAPED) else text


def restored(text: str) -> str:
    """The text behind `stored`; ValueError if there is none."""
    return str(json.loads(text[1:])) if text.startswith(ESCAPED) else text


def json_stored(value: Any) -> str:
    """A JSON value as text, compact; numbers that are not finite as `NaN` and `Infinity`."""
    text = _WRITE(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return _ESCAPE(value)
    return text


def json_restored(text: str | None) -> Any:
    """The JSON value in a text, None for None; ValueError if it is no JSON. Integers of any size are exact."""
    return None if text is None else json.loads(text)
