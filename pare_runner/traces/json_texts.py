"""JSON of traces as it is written: what orjson refuses and Python's `json` writes is read, too.

That is half of a surrogate pair, which models write now and then, and `NaN` and `Infinity`, which PARE writes.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from pare_runner.traces.decoding import is_deeper

DEEPEST = 1024
"""Levels of lists and objects, as many as orjson reads."""


def parsed(text: str | bytes) -> Any:
    """The JSON value in `text`; orjson's JSONDecodeError, a ValueError, if there is none, or it is too deep."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError as error:
        refused = error
    try:
        value = json.loads(text if isinstance(text, str) else text.decode())  # bytes have to be UTF-8
    except (ValueError, RecursionError):
        raise refused from None
    if is_deeper(value, DEEPEST):
        raise refused
    return value
