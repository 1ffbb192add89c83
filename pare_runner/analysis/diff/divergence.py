"""Where two runs of one scenario part: the first decision that is not the same, and what stood around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.analysis.diff.meaning import Meanings, differing_arguments, same_decision, same_value, same_wording
from pare_runner.analysis.diff.steps import Record, Source, Step

AROUND = 2
"""Decisions shown before and after the first different one."""
SAID = 3
"""Sentences about the world at most."""

END = "end"
WORDING_ONLY = "wording only"
"""Kind of two runs that decide alike and say it in other words."""
SAME = "no different decision"
"""Kind of two runs that decide and say the same."""


@dataclass(frozen=True, slots=True)
class Divergence:
    """The first different decision of a pair of runs.

    `kind` names the sort of difference (`call instead of wait`, `other arguments`, …), `role` who decided, `index`
    counts decisions from 0. `a` and `b` are what each side decided there, None where it had ended; `arguments` names
    those that differ. `before` and `after` are the decisions around it on each side. `world` says what of the world had
    differed before, in sentences: empty means that both sides had seen the same.
    """

    kind: str
    role: str
    index: int
    a: Step | None
    b: Step | None
    arguments: tuple[str, ...]
    before: tuple[tuple[Step, ...], tuple[Step, ...]]
    after: tuple[tuple[Step, ...], tuple[Step, ...]]
    world: tuple[str, ...]
    source: Source


def first_difference(a: Record, b: Record) -> Divergence:
    """The first decision of two runs that differs; if none does, the first that is worded differently.

    ValueError if the records are of different sources: model calls write arguments as the model gave them, traces with
    defaults filled in.
    """
    if (a.source == "calls") != (b.source == "calls"):
        raise ValueError(f"a record of {a.source} and one of {b.source} do not compare")
    of_a, of_b = Meanings(a), Meanings(b)
    ours, theirs = _decisions(a), _decisions(b)
    shorter = min(len(ours), len(theirs))
    place = next((n for n in range(shorter) if not same_decision(ours[n], theirs[n], of_a, of_b)), None)
    if place is None and len(ours) != len(theirs):
        place = shorter
    if place is not None:
        one, two = _at(ours, place), _at(theirs, place)
        names = () if one is None or two is None or one.tool != two.tool else differing_arguments(one, two, of_a, of_b)
        kind = _kind(one, two)
    else:
        place = next((n for n in range(shorter) if not same_wording(ours[n], theirs[n])), shorter)
        one, two = _at(ours, place), _at(theirs, place)
        kind = SAME if one is None else WORDING_ONLY
        names = () if one is None or two is None else _worded(one, two)
    return Divergence(
        kind=kind,
        role=(one or two or _NOBODY).role,
        index=place,
        a=one,
        b=two,
        arguments=names,
        before=(tuple(ours[max(0, place - AROUND) : place]), tuple(theirs[max(0, place - AROUND) : place])),
        after=(tuple(ours[place + 1 : place + 1 + AROUND]), tuple(theirs[place + 1 : place + 1 + AROUND])),
        world=tuple(_world(a, b, place, of_a, of_b))[:SAID],
        source=a.source,
    )


_NOBODY = Step("world", "event", None)


def _decisions(record: Record) -> list[Step]:
    return [step for step in record.steps if step.decision]


def _at(steps: Sequence[Step], place: int) -> Step | None:
    return steps[place] if place < len(steps) else None


def _kind(a: Step | None, b: Step | None) -> str:
    """The sort of difference, B seen from A; only the kinds are named, so that like differences count together."""
    if a is None or b is None:
        return f"{END if b is None else b.kind} instead of {END if a is None else a.kind}"
    if a.role != b.role:
        return f"{b.role} {b.kind} instead of {a.role} {a.kind}"
    if a.kind != b.kind:
        return f"{b.kind} instead of {a.kind}"
    return "other arguments" if a.tool == b.tool else "other tool"


def _worded(a: Step, b: Step) -> tuple[str, ...]:
    return tuple(
        name for name in dict.fromkeys((*a.arguments, *b.arguments)) if a.arguments.get(name) != b.arguments.get(name)
    )


def _world(a: Record, b: Record, place: int, of_a: Meanings, of_b: Meanings) -> Iterator[str]:
    """What of the world differed before the decision at `place`; model calls alone say nothing of it."""
    if a.source == "calls":
        return
    for name in dict.fromkeys((*a.apps, *b.apps)):
        if not a.apps or not b.apps:
            break
        if not same_value(a.apps.get(name), b.apps.get(name), of_a, of_b):
            yield f"{name} began in another state"
    (world_a, ours), (world_b, theirs) = _before(a, place), _before(b, place)
    yield from _events(world_a, world_b, of_a, of_b)
    for number, (one, two) in enumerate(zip(ours, theirs, strict=False), start=1):
        if bool(one.failed) != bool(two.failed):
            side, step = ("A", one) if one.failed else ("B", two)
            yield f"decision {number}, {step.tool}, failed on {side}: {step.failed}"
        elif not same_value(one.result, two.result, of_a, of_b):
            yield f"decision {number}, {one.tool}, returned something else"
            return


def _before(record: Record, place: int) -> tuple[list[Step], list[Step]]:
    """Events of the world and decisions before the decision at `place`."""
    world: list[Step] = []
    decisions: list[Step] = []
    for step in record.steps:
        if step.decision:
            if len(decisions) == place:
                break
            decisions.append(step)
        else:
            world.append(step)
    return world, decisions


def _events(a: Sequence[Step], b: Sequence[Step], of_a: Meanings, of_b: Meanings) -> Iterator[str]:
    ours, theirs = ({step.event: step for step in steps} for steps in (a, b))
    for name in dict.fromkeys((*ours, *theirs)):
        one, two = ours.get(name), theirs.get(name)
        if one is None or two is None:
            side, step = ("A", one) if two is None else ("B", two)
            yield f"event {name} ({'' if step is None else step.tool}) had happened on {side} only"
        elif one.tool != two.tool or not _same_content(one.arguments, two.arguments, of_a, of_b):
            yield f"event {name} ({one.tool}) had other contents"
        elif bool(one.failed) != bool(two.failed):
            yield f"event {name} ({one.tool}) failed on {'A' if one.failed else 'B'}"


def _same_content(a: Any, b: Any, of_a: Meanings, of_b: Meanings) -> bool:
    return same_value(dict(a), dict(b), of_a, of_b)
