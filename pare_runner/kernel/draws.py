"""Keyed random numbers: a draw depends on its key alone, never on how many draws came before it.

Words are 64 bits of BLAKE2b over an unambiguous encoding of the key, turned into numbers by this module: the same ones
on every Python, platform and hash seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
Key = str | int | float | bool | None


def encode_key(parts: Sequence[Key]) -> bytes:
    """An injective byte encoding of `parts`: type letter, length, text of each."""
    texts = [(part, part) if type(part) is str else (part, repr(part)) for part in parts]
    return "".join([f"{type(part).__name__[0]}{len(text)}:{text}" for part, text in texts]).encode()


def word(*key: Key) -> int:
    """The 64-bit word of `key`."""
    return int.from_bytes(blake2b(encode_key(key), digest_size=8).digest(), "big")


def hex_id(*key: Key) -> str:
    """32 hexadecimal characters that depend on `key` alone."""
    return blake2b(encode_key(key), digest_size=16).hexdigest()


class Draws:
    """Draws of one run: every number is keyed by (seed, scenario, run) and the key given at the call."""

    def __init__(self, seed: int, scenario: str, run: int = 1, *channel: Key) -> None:
        self._base: tuple[Key, ...] = (seed, scenario, run, *channel)

    def uniform(self, *key: Key, low: float = 0.0, high: float = 1.0) -> float:
        """A float in [low, high), on a grid of 2**53 steps."""
        return low + (high - low) * ((word(*self._base, *key) >> 11) * 2.0**-53)

    def integer(self, low: int, high: int, *key: Key) -> int:
        """An integer in [low, high], both included; the bias of the modulus is below 2**-32 for ranges below 2**32."""
        return low + word(*self._base, *key) % (high - low + 1)

    def choice(self, options: Sequence[T], *key: Key) -> T:
        """One of `options`."""
        return options[self.integer(0, len(options) - 1, *key)]
