"""JSON texts of what a model is asked, and their hashes: keyless BLAKE2b, the same on every machine and Python."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import orjson

HASH_BYTES = 12


def json_text(value: Any) -> bytes:
    """A JSON value as text; keys keep their order. What orjson refuses (lone surrogates, huge integers) is escaped."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":")).encode("ascii")


def content_hash(content: bytes) -> str:
    """24 hexadecimal characters that stand for `content`."""
    return blake2b(content, digest_size=HASH_BYTES).hexdigest()


def joint_hash(hashes: Iterable[str]) -> str:
    """One hash for several, in their order."""
    return content_hash("\n".join(hashes).encode())
