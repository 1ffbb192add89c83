"""Dots of a scatter chart and their labels: those that could not be told apart are one, and labels keep clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

NEAR = 0.015
"""Dots closer than this, as a share of both axes, are one."""
LABELS = 6
"""Labels at such a dot."""
LETTER, LINE, GAP = 0.0088, 0.055, 0.012
"""A label's width a character, its height, and its distance from its dot, as shares of the axes."""
PLACES = ((1, 1), (-1, 1), (1, -1), (-1, -1))
"""Where a label may stand, the best place first: (side, rise)."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Dot:
    """A dot, and where its label stands: `side` 1 is right of it and -1 left, `rise` 1 is above it and -1 below."""

    label: str
    colour: int
    x: float
    y: float
    low: float | None
    high: float | None
    side: int = 1
    rise: int = 1


def merged(dots: tuple[Dot, ...]) -> tuple[Dot, ...]:
    """`dots`, those that could not be told apart as one, which bears their labels."""
    reach = NEAR * max(dot.x for dot in dots)
    groups: list[list[Dot]] = []
    for dot in dots:
        for group in groups:
            first = group[0]
            close = abs(dot.x - first.x) <= reach and abs(dot.y - first.y) <= 100 * NEAR
            if close and dot.colour == first.colour:
                group.append(dot)
                break
        else:
            groups.append([dot])
    return tuple(replace(group[0], label=_listed([dot.label for dot in group])) for group in groups)


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:LABELS]) + (" …" if len(labels) > LABELS else "")


def labelled(dots: Sequence[Dot], end: float) -> tuple[Dot, ...]:
    """`dots` over an axis from 0 to `end`, each with its label where it hides no other label or dot, if there is such a
    place inside of the axes."""
    taken = [_around(dot, end) for dot in dots]
    found = []
    for dot in dots:
        inside = [place for place in PLACES if _inside(_label(dot, end, place))] or [PLACES[0]]
        free = (place for place in inside if not any(_meet(_label(dot, end, place), box) for box in taken))
        side, rise = next(free, inside[0])
        taken.append(_label(dot, end, (side, rise)))
        found.append(replace(dot, side=side, rise=rise))
    return tuple(found)


def _around(dot: Dot, end: float) -> Box:
    x, y = dot.x / end, dot.y / 100
    return x - GAP / 2, y - GAP, x + GAP / 2, y + GAP


def _label(dot: Dot, end: float, place: tuple[int, int]) -> Box:
    """The room that a label takes: left, bottom, right, top."""
    x, y, width = dot.x / end, dot.y / 100, LETTER * len(dot.label)
    left = x + GAP if place[0] > 0 else x - GAP - width
    bottom = y + GAP if place[1] > 0 else y - GAP - LINE
    return left, bottom, left + width, bottom + LINE


def _inside(box: Box) -> bool:
    """Whether a label can be read; a little of it may stand beyond the axes at the right and at the top."""
    return box[0] >= 0.0 and box[1] >= 0.0 and box[2] <= 1.03 and box[3] <= 1.07


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
