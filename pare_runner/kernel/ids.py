"""Keyed ids: an object's id follows from what caused it, so nothing that happens elsewhere can change it."""

from __future__ import annotations

from collections.abc import Container
from hashlib import blake2b

from pare_runner.kernel.draws import Key, encode_key


class IdSource:
    """Gives ids under the current cause: the initial state, a scheduled event, the n-th call of a tool by an actor.

    The k-th id of a cause is keyed by (namespace, app, cause, kind, k); one already taken moves on to the next k.
    """

    def __init__(self, *namespace: Key) -> None:
        self._prefix = encode_key((*namespace, "id"))
        self.begin("initial")

    def begin(self, *cause: Key) -> None:
        """Start a new cause; ids under it count from zero."""
        self._cause = cause
        self._counts: dict[tuple[str, str], int] = {}

    def next(self, app: str, kind: str, taken: Container[str] = ()) -> str:
        """The next free id of 32 hexadecimal characters for an object of `kind` in `app`."""
        while True:
            number = self._counts[app, kind] = self._counts.get((app, kind), -1) + 1
            found = blake2b(self._prefix + encode_key((app, *self._cause, kind, number)), digest_size=16).hexdigest()
            if found not in taken:
                return found
