"""The figures of a report before they are drawn: what stands where, in the units of the axes.

`svg` draws them for the page and `figures` for papers, so both show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pare_runner.analysis.report.dots import Dot, labelled, merged
from pare_runner.analysis.report.failures import CLASSES
from pare_runner.analysis.report.model import Axis, Configuration, Report
from pare_runner.analysis.report.tables import app_name, printable
from pare_runner.analysis.statistics.intervals import Interval

LONGEST = 44
"""Characters of a label that are drawn."""


@dataclass(frozen=True)
class Range:
    """One row: a mark at `middle`, a line from `low` to `high`, and a box between the `inner` ends if there are any."""

    label: str
    colour: int
    low: float | None
    middle: float | None
    high: float | None
    inner: tuple[float, float] | None = None


@dataclass(frozen=True)
class RangeChart:
    """Rows over one axis from `start` to `end`; a line at `reference`, a strip of ± `band` around it."""

    key: str
    title: str
    x_label: str
    rows: tuple[Range, ...]
    start: float
    end: float
    reference: float | None = None
    band: float | None = None


@dataclass(frozen=True)
class Curve:
    """One line through (x, y, low, high); `dash` tells apart lines of one colour."""

    label: str
    colour: int
    dash: int
    points: tuple[tuple[float, float, float | None, float | None], ...]


@dataclass(frozen=True)
class CurveChart:
    """Curves over x; y is a rate in per cent."""

    key: str
    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class ScatterChart:
    """Dots over x from 0 to `end`; y is a rate in per cent."""

    key: str
    title: str
    x_label: str
    y_label: str
    dots: tuple[Dot, ...]
    end: float


@dataclass(frozen=True)
class Bar:
    label: str
    parts: tuple[float, ...]


@dataclass(frozen=True)
class StackChart:
    """Bars of parts that are called `names`, in per cent."""

    key: str
    title: str
    x_label: str
    names: tuple[str, ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class GridChart:
    """Rates in per cent, one for each row and column; None is blank."""

    key: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]


Chart = RangeChart | CurveChart | ScatterChart | StackChart | GridChart


def short(label: str) -> str:
    """A label as it is drawn: a long one without its middle, since noise and versions stand at the end."""
    said = printable(label)
    half = LONGEST // 2
    return said if len(said) <= LONGEST else f"{said[:half]}…{said[half + 1 - LONGEST :]}"


def named(key: str, label: str) -> str:
    """A label; one that cannot be drawn whole begins with the id, which tells it from others."""
    return label if len(label) <= LONGEST else f"{key} {label}"


def _named(item: Configuration) -> str:
    return named(item.id, item.label)


def charts(report: Report) -> dict[str, Chart]:
    """Key of a section → its figure, for the sections that have one."""
    return {chart.key: chart for chart in _charts(report)}


def _charts(report: Report) -> Iterator[Chart]:
    found = report.configurations
    colours = _colours(found)
    names = {item.id: _named(item) for item in found}
    rows = tuple(_range(names[item.id], colours[item.id], item.rate) for item in found)
    yield RangeChart("headline", "Success", f"success, % ({report.level:.0%} interval)", rows, 0.0, 100.0)
    if report.comparisons is not None:
        members = tuple(
            _range(names[item.id], colours[item.id], item.comparison.interval) for item in report.comparisons.members
        )
        ends = [abs(end) for row in members for end in (row.low, row.middle, row.high) if end is not None]
        reach = max([*ends, 100 * (report.margin or 0.0), 5.0]) * 1.05
        against = names[report.comparisons.baseline]
        band = None if report.margin is None else 100 * report.margin
        title = f"Difference from {against}"
        yield RangeChart("comparisons", title, "difference, points", members, -reach, reach, 0.0, band)
    for axis in report.robustness:
        yield _curves(axis, {item.id: item for item in found}, colours)
    yield from _grids(report)
    if report.timing:
        boxes = tuple(
            Range(names[config.id], colours[config.id], low, median, high, (quarter, three_quarters))
            for config, item in zip(found, report.timing, strict=True)
            for low, quarter, median, three_quarters, high in ([] if item.quantiles is None else [item.quantiles])
        )
        end = max(row.high for row in boxes if row.high is not None) * 1.03
        text = "virtual seconds to the first proposal (10, 25, 50, 75, 90% of the runs that made one)"
        yield RangeChart("timing", "First proposal", text, boxes, 0.0, end or 1.0)
    dots = tuple(
        Dot(item.id, colours[item.id], value, 100 * item.rate.estimate, _scaled(item.rate.low), _scaled(item.rate.high))
        for item, value in zip(found, report.spending.values, strict=True)
        if value is not None and item.rate.estimate is not None
    )
    if dots:
        end = max(dot.x for dot in dots) * 1.08 or 1.0
        dots = labelled(merged(dots), end)
        yield ScatterChart("spending", "Cost against success", report.spending.title, "success, %", dots, end)
    if report.failures:
        yield _stack(report)


def _colours(found: tuple[Configuration, ...]) -> dict[str, int]:
    """Configuration → number of its colour: one for each assistant, whatever the noise."""
    series = list(dict.fromkeys(item.series for item in found))
    return {item.id: series.index(item.series) for item in found}


def _range(label: str, colour: int, rate: Interval) -> Range:
    return Range(label, colour, _scaled(rate.low), _scaled(rate.estimate), _scaled(rate.high))


def _scaled(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _curves(axis: Axis, found: dict[str, Configuration], colours: dict[str, int]) -> CurveChart:
    curves = []
    dashes: dict[int, int] = {}
    for item in axis.series:
        colour = colours[item.points[0].configuration]
        dash = dashes.get(colour, 0)
        dashes[colour] = dash + 1
        points = tuple(
            (point.level, 100 * point.rate.estimate, _scaled(point.rate.low), _scaled(point.rate.high))
            for point in item.points
            if point.rate.estimate is not None
        )
        if points:
            ids = ", ".join(point.configuration for point in item.points)
            curves.append(Curve(named(ids, item.label), colour, dash, points))
    return CurveChart(f"robustness_{axis.column}", "Robustness", axis.title, "success, %", tuple(curves))


def _grids(report: Report) -> Iterator[GridChart]:
    names = tuple(map(_named, report.configurations))
    for key, title, parts in (("apps", "Success by app", report.apps), ("tags", "Success by tag", report.tags)):
        if parts:
            rows = tuple(f"{app_name(part.name)} ({part.scenarios})" for part in parts)
            values = tuple(tuple(_scaled(rate.estimate) for rate in part.rates) for part in parts)
            yield GridChart(key, title, rows, names, values)
    if len(report.heat.rows) > 1:
        rows = tuple(row.scenario for row in report.heat.rows)
        values = tuple(tuple(map(_scaled, row.rates)) for row in report.heat.rows)
        yield GridChart("heat", "Success, scenario by scenario", rows, names, values)


def _stack(report: Report) -> StackChart:
    kinds = [kind for kind in CLASSES if any(cause.kind == kind for cause in report.failures)]
    bars = []
    for item in report.configurations:
        runs = dict.fromkeys(kinds, 0)
        for cause in report.failures:
            if cause.configuration == item.id:
                runs[cause.kind] += cause.runs
        bars.append(Bar(_named(item), tuple(100 * runs[kind] / item.runs for kind in kinds)))
    names = tuple(CLASSES[kind] for kind in kinds)
    return StackChart("failures", "Failures by cause", "% of all runs", names, tuple(bars))
