"""Which type a YAML scalar has: the YAML 1.2 core schema, and nothing beyond it.

`plain(text)` types a scalar written without quotes: true/false, null, integers (decimal, 0o, 0x) and floats; every
other text, such as on, yes, 10:30, 1_000 or 2025-11-18, is the string it looks like. `tagged(tag, text, ...)` obeys one
of the core tags (`!!str`, `!!int`, ...) on a scalar. Both raise `ScalarError` for what has no use in a scenario: the
infinities, not-a-number, and numbers that do not fit 64 bits (they would not survive the trip to JSON and Parquet).
"""

from __future__ import annotations

import math
import re
from typing import Final

Scalar = str | int | float | bool | None

CORE: Final = "tag:yaml.org,2002:"
SCALAR_TAGS: Final = frozenset(CORE + name for name in ("str", "int", "float", "bool", "null"))

_CONSTANTS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Only a text that begins with one of these (or is empty) can be anything but a string: most scalars stop here.
_TYPED_STARTS: Final = frozenset([*"0123456789+-.~nNtTfF", ""])
_INTEGER: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_LONGEST_NUMBER: Final = 64
_INTEGER_LIMIT: Final = 2**63


class ScalarError(ValueError):
    """A scalar that cannot be used; the text says why, `hint` what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def plain(text: str) -> Scalar:
    """The value of a scalar written without quotes and without a tag."""
    if text[:1] not in _TYPED_STARTS:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(f"{text} is not a number a scenario can use", "put it in quotes if it is a text")
    return text


def tagged(tag: str, text: str, *, is_plain: bool) -> Scalar:
    """The value of a scalar under an explicit tag; `!` and `!!str` make it a string, the others demand their type."""
    if tag == "!":
        return text
    if tag not in SCALAR_TAGS:
        raise ScalarError(unknown_tag(tag), "tags are not used in scenarios; put a text that begins with '!' in quotes")
    wanted = tag.removeprefix(CORE)
    if wanted == "str":
        return text
    if wanted == "float" and (_INTEGER.fullmatch(text) or _FLOAT.fullmatch(text)):
        return float(_integer(text)) if _INTEGER.fullmatch(text) else _float(text)
    value = plain(text) if text or is_plain else text
    found = {bool: "bool", int: "int", float: "float", type(None): "null"}.get(type(value), "str")
    if found != wanted:
        raise ScalarError(f"{shorten(text)!r} is not of the type that its tag !!{wanted} names")
    return value


def unknown_tag(tag: str) -> str:
    """The message for a tag that is not part of the core schema."""
    written = "!!" + tag.removeprefix(CORE) if tag.startswith(CORE) else tag
    return f"the tag {shorten(written)} is not allowed"


def shorten(text: str, limit: int = 40) -> str:
    """`text` cut to at most `limit` characters, for a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _integer(text: str) -> int:
    # The length is looked at first: Python refuses to read numbers of thousands of digits, and would be slow at it.
    if len(text) <= _LONGEST_NUMBER:
        value = int(text, 0) if text.startswith(("0o", "0x")) else int(text)
        if -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
            return value
    raise _too_large(text)


def _float(text: str) -> float:
    value = float(text)
    if math.isfinite(value):
        return value
    raise _too_large(text)


def _too_large(text: str) -> ScalarError:
    return ScalarError(f"the number {shorten(text)} is too large", "put it in quotes if it is a text")
