"""Dots of a scatter chart and their labels."""

from __future__ import annotations

import itertools
import random

from pare_runner.analysis.report.dots import LABELS, PLACES, Dot, _around, _label, _meet, labelled, merged


def dot(label: str, x: float, y: float, colour: int = 0) -> Dot:
    return Dot(label, colour, x, y, None, None)


def test_dots_of_one_colour_at_one_place_are_one() -> None:
    dots = (dot("c1", 10.0, 50.0), dot("c2", 10.1, 50.5), dot("c3", 10.0, 50.0, colour=1), dot("c4", 2.0, 50.0))
    assert [item.label for item in merged(dots)] == ["c1, c2", "c3", "c4"]
    many = merged(tuple(dot(f"c{number}", 1.0, 1.0) for number in range(LABELS + 1)))
    assert many[0].label == "c0, c1, c2, c3, c4, c5 …"


def test_a_label_alone_stands_right_above_and_at_the_right_end_left() -> None:
    assert [(item.side, item.rise) for item in labelled([dot("c1", 1.0, 50.0)], 10.0)] == [PLACES[0]]
    assert [(item.side, item.rise) for item in labelled([dot("c1, c2, c3", 9.6, 50.0)], 10.0)] == [(-1, 1)]


def test_neighbours_have_labels_that_do_not_meet() -> None:
    draw = random.Random(1)
    for _ in range(50):
        dots = [dot(f"c{number}", draw.uniform(1.0, 9.0), draw.uniform(5.0, 95.0)) for number in range(8)]
        boxes = [_label(item, 10.0, (item.side, item.rise)) for item in labelled(dots, 10.0)]
        blind = [_label(item, 10.0, PLACES[0]) for item in dots]
        hidden, before = (
            sum(_meet(one, two) for one, two in itertools.combinations(some, 2)) for some in (boxes, blind)
        )
        assert hidden <= before
        # Nothing is hidden where a place was free for each.
        if not any(_meet(_around(one, 10.0), _around(two, 10.0)) for one, two in itertools.combinations(dots, 2)):
            assert hidden == 0


def test_crowded_dots_keep_their_labels() -> None:
    found = labelled([dot(f"c{number}", 5.0, 50.0, colour=number) for number in range(6)], 10.0)
    assert [item.label for item in found] == [f"c{number}" for number in range(6)]
