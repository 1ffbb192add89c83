"""Success under rising noise: curves over each kind, one for each assistant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pare_runner.analysis.report.arms import EVENTS, FAILURES, FOLLOWING, Arms
from pare_runner.analysis.report.cells import Cells
from pare_runner.analysis.report.model import Axis, Configuration, Point, Series
from pare_runner.analysis.statistics.intervals import Interval, mean_interval
from pare_runner.analysis.statistics.sample import Estimand

TITLES = {FAILURES: "probability that a tool fails", EVENTS: "environment events a minute"}
SAME = 1e-9


def robustness(
    arms: Arms, found: Sequence[Configuration], cells: Cells, *, estimand: Estimand, level: float
) -> tuple[Axis, ...]:
    """A curve joins the configurations that differ in one kind of noise alone; one with a single level is none.

    The interval of each change, at `level`, is that of a single comparison: no family corrects it.
    """

    def change(places: Sequence[int]) -> Interval:
        means = cells.samples[places[-1]].minus(cells.samples[places[0]])
        return mean_interval(means, estimand=estimand, level=level)

    axes = []
    for column, title in TITLES.items():
        if column not in arms.keys:
            continue
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, values in enumerate(arms.values):
            if values[column] is not None:
                others = tuple(values[key] for key in arms.keys if key != column and key not in FOLLOWING)
                groups.setdefault(others, []).append(place)
        rising = [sorted(places, key=lambda place: (arms.values[place][column], place)) for places in groups.values()]
        series = [_series(arms, found, places, column, change(places)) for places in rising]
        curves = tuple(item for item in series if len({point.level for point in item.points}) > 1)
        if curves:
            axes.append(Axis(column, title, curves))
    return tuple(axes)


def _series(arms: Arms, found: Sequence[Configuration], places: Sequence[int], column: str, change: Interval) -> Series:
    points = tuple(
        Point(float(arms.values[place][column]), found[place].id, found[place].rate, found[place].means.unseen_events)
        for place in places
    )
    return Series(arms.without(places[0], column), points, change, _unseen(points))


def _unseen(points: Sequence[Point]) -> str:
    """A warning if the levels differ in how much of the script the assistant was never told of."""
    known = [point.unseen_events for point in points if point.unseen_events is not None]
    if len(known) < 2 or max(known) - min(known) <= SAME:
        return ""
    said = ", ".join(
        f"{point.unseen_events:.2f} at {point.level:g}" for point in points if point.unseen_events is not None
    )
    return f"unseen scripted events a run differ: {said}; the levels are not the same task"
