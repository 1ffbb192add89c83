"""JSON as servers send it: strict text fast, damaged text still readable."""

from __future__ import annotations

import json
from typing import Any

import orjson


def decode(body: bytes) -> Any:
    """The JSON value of `body`; ValueError if it is none.

    What a reply may hold although JSON forbids it is mended: bytes that are no UTF-8 and lone surrogates become U+FFFD,
    NaN and infinities become null, control characters are kept, a byte order mark is passed over. All text in the
    result is sound Unicode.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _mended(body)


def _mended(body: bytes) -> Any:
    try:
        value = json.loads(body.decode("utf-8-sig", "replace"), strict=False, parse_constant=lambda _: None)
        return orjson.loads(sound(json.dumps(value, ensure_ascii=False)))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def sound(text: str) -> str:
    """`text` with every lone surrogate replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
