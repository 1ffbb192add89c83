"""A part of a conversation: some turns, some roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pare_runner.errors import ConfigError, InputError, did_you_mean
from pare_runner.traces.entry import Entry

PARTS = ("user", "observe", "execute", "assistant", "judge", "world")
"""Who can be asked for: roles, `assistant` for observe and execute, and the world."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns from `first` to `last`, both included; without a `last` all that follow."""

    first: int
    last: int | None

    def __contains__(self, turn: int | None) -> bool:
        return turn is not None and self.first <= turn and (self.last is None or turn <= self.last)


def turns_of(text: str) -> Turns:
    """What `3`, `3-5` or `3-` means; ConfigError for anything else."""
    first, dash, last = text.strip().partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not last)):
        raise ConfigError(f"{text!r} names no turns", hint="write 3, 3-5 or 3-; turns count from 0")
    found = Turns(int(first), int(last) if last else None if dash else int(first))
    if found.last is not None and found.last < found.first:
        raise ConfigError(f"{text!r} names no turns: the last is before the first")
    return found


def parts_of(names: Iterable[str]) -> frozenset[str]:
    """`names`, each one of `PARTS`; ConfigError for another one."""
    found = frozenset(names)
    for name in sorted(found - set(PARTS)):
        raise ConfigError(f"there is no role {name!r}", hint=did_you_mean(name, PARTS))
    return found


def selected(entries: Sequence[Entry], turns: Turns | None = None, parts: Collection[str] = frozenset()) -> list[Entry]:
    """The entries of `turns`, and of those what `parts` did; with None, or without parts, all.

    The end of a run belongs to no turn and to no part, so it is left out where turns are asked for, and kept where
    parts are. InputError if the run has no such turn.
    """
    known = sorted({entry.turn for entry in entries if entry.turn is not None})
    if turns is not None and not any(turn in turns for turn in known):
        has = f"it has turns {known[0]} to {known[-1]}" if known else "it has no turns"
        raise InputError("the run has no such turn", hint=has)
    found = [entry for entry in entries if turns is None or entry.turn in turns]
    return list(_with_content(entry for entry in found if not parts or _plays(entry, parts)))


def _plays(entry: Entry, parts: Collection[str]) -> bool:
    return not entry.who or entry.who in parts or entry.role in parts


def _with_content(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Without headings that nothing follows."""
    heading: Entry | None = None
    for entry in entries:
        if entry.kind == "turn":
            heading = entry
            continue
        if heading is not None and entry.turn == heading.turn:
            yield heading
        heading = None
        yield entry
