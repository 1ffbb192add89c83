"""An entry of a run told as a conversation: something that happened, said in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent
from pare_runner.policy.request import Role

Who = Literal["world", "user", "assistant", "judge", ""]
Kind = Literal[
    "event", "told", "tap", "proposal", "answer", "message", "read", "write", "wait", "text", "mode", "malformed",
    "error", "end", "held", "check", "turn", "screen", "request", "thought", "result",
]  # fmt: skip

EXTRA: tuple[Kind, ...] = ("turn", "screen", "request", "thought", "result")
"""Kinds of entries that are made only for those who ask for them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened `seconds` after the start; `failed` calls changed nothing.

    `turn` counts from 0; None before the first and after the last, and where there are no turns. `role` is the part the
    agent played. An entry that is a call has its `event`; one that is a model call, or what came of it in words, its
    `exchange`.
    """

    seconds: float
    who: Who
    kind: Kind
    text: str
    failed: bool = False
    turn: int | None = None
    role: Role | None = None
    event: CompletedEvent | None = field(default=None, compare=False, repr=False)
    exchange: Exchange | None = field(default=None, compare=False, repr=False)

    @property
    def noise(self) -> bool:
        """Whether nobody scripted it."""
        return self.event is not None and self.event.noise


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is told: the kinds of `EXTRA` that are wanted; with `full`, arguments and results are not cut."""

    kinds: frozenset[Kind] = frozenset()
    full: bool = False


PLAIN = Detail()
"""What logs of runs hold."""
