"""Figures for the page: SVG of our own, whose colours are CSS variables and so right in the dark and in print.

Lengths are in units of the view box, which is `WIDTH` wide; the page scales it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from html import escape

from pare_runner.analysis.report.charts import (
    LONGEST,
    Chart,
    Curve,
    CurveChart,
    RangeChart,
    ScatterChart,
    StackChart,
    short,
)

WIDTH = 860
COLOURS = 8
"""Colours `--s0` to `--s7` of the page; further ones begin anew."""
ROW = 22
CHARACTER = 6.6
TOP, BOTTOM = 8, 44
DASHES = ("", "6 4", "2 3", "8 3 2 3")


def draw(chart: Chart) -> str:
    """The `<svg>` of a chart; empty for a grid, which is a table on the page."""
    if isinstance(chart, RangeChart):
        return _framed(chart.title, _range_height(len(chart.rows)), _ranges(chart))
    if isinstance(chart, CurveChart):
        return _framed(chart.title, _curve_height(chart), _curves(chart))
    if isinstance(chart, ScatterChart):
        return _framed(chart.title, 340, _scatter(chart))
    if isinstance(chart, StackChart):
        return _framed(chart.title, _range_height(len(chart.bars)) + ROW * len(chart.names), _stack(chart))
    return ""


def ticks(low: float, high: float, about: int = 6) -> list[float]:
    """Round numbers from `low` to `high`, about so many."""
    span = high - low
    if not span > 0.0:
        return [low]
    rough = span / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(step * number, 12) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def _framed(title: str, height: float, parts: Iterator[str]) -> str:
    body = "".join(parts)
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}" height="{height:g}"'
    return f'<svg {size} role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>{body}</svg>'


def _range_height(rows: int) -> float:
    return TOP + BOTTOM + ROW * max(rows, 1)


def _left(labels: Sequence[str]) -> float:
    """Room for the labels of rows."""
    return 16 + CHARACTER * min(max(map(len, labels), default=0), LONGEST)


def _text(x: float, y: float, text: str, anchor: str = "start", extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str, colour: int | None = None) -> str:
    style = "" if colour is None else f' style="stroke:{_colour(colour)}"'
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"{style}/>'


def _colour(number: int) -> str:
    return f"var(--s{number % COLOURS})"


def _x_axis(marks: Sequence[float], place: _Scale, top: float, bottom: float, label: str) -> Iterator[str]:
    for mark in marks:
        x = place(mark)
        yield _line(x, top, x, bottom, "grid")
        yield _text(x, bottom + 16, f"{mark:,g}", "middle")
    yield _text((place.start + place.end) / 2, bottom + 36, label, "middle", ' class="label"')


class _Scale:
    """From values to places, linear."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.start, self.end = low, start, end
        self.factor = (end - start) / (high - low) if high > low else 0.0

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) * self.factor


def _ranges(chart: RangeChart) -> Iterator[str]:
    left, bottom = _left([row.label for row in chart.rows]), TOP + ROW * len(chart.rows)
    place = _Scale(chart.start, chart.end, left, WIDTH - 20)
    if chart.band is not None and chart.reference is not None:
        low, high = place(chart.reference - chart.band), place(chart.reference + chart.band)
        yield f'<rect x="{low:.1f}" y="{TOP}" width="{high - low:.1f}" height="{bottom - TOP}" class="band"/>'
    yield from _x_axis(ticks(chart.start, chart.end), place, TOP, bottom, chart.x_label)
    if chart.reference is not None:
        yield _line(place(chart.reference), TOP, place(chart.reference), bottom, "reference")
    for number, row in enumerate(chart.rows):
        y = TOP + ROW * (number + 0.5)
        yield _text(left - 10, y + 4, short(row.label), "end")
        yield f"<g><title>{escape(_said(row.label, row.middle, row.low, row.high))}</title>"
        if row.low is not None and row.high is not None:
            yield _line(place(row.low), y, place(row.high), y, "whisker", row.colour)
        if row.inner is not None:
            x, width = place(row.inner[0]), max(place(row.inner[1]) - place(row.inner[0]), 1.0)
            yield (
                f'<rect x="{x:.1f}" y="{y - 6:.1f}" width="{width:.1f}" height="12" class="box" '
                f'style="fill:{_colour(row.colour)}"/>'
            )
        if row.middle is not None:
            yield f'<circle cx="{place(row.middle):.1f}" cy="{y:.1f}" r="4.5" style="fill:{_colour(row.colour)}"/>'
        yield "</g>"


def _said(label: str, middle: float | None, low: float | None, high: float | None) -> str:
    if middle is None:
        return f"{label}: not known"
    ends = "" if low is None or high is None else f" [{low:.1f}, {high:.1f}]"
    return f"{label}: {middle:.1f}{ends}"


def _rates(place: _Scale, left: float, right: float, label: str) -> Iterator[str]:
    """The axis of rates at the left."""
    for mark in ticks(0.0, 100.0, 5):
        yield _line(left, place(mark), right, place(mark), "grid")
        yield _text(left - 8, place(mark) + 4, f"{mark:g}", "end")
    middle = (place.start + place.end) / 2
    yield _text(14, middle, label, "middle", f' class="label" transform="rotate(-90 14 {middle:.1f})"')


def _curve_height(chart: CurveChart) -> float:
    return max(320.0, TOP + BOTTOM + 18.0 * len(chart.curves))


def _curves(chart: CurveChart) -> Iterator[str]:
    bottom = _curve_height(chart) - BOTTOM
    left, right = 56.0, WIDTH - 40.0 - _left([curve.label for curve in chart.curves])
    levels = sorted({point[0] for curve in chart.curves for point in curve.points})
    margin = 0.04 * (levels[-1] - levels[0]) or 1.0
    place_x = _Scale(levels[0] - margin, levels[-1] + margin, left, right)
    place_y = _Scale(0.0, 100.0, bottom, TOP + 6)
    yield from _rates(place_y, left, right, chart.y_label)
    yield from _x_axis(levels, place_x, TOP, bottom, chart.x_label)
    shift = min(5.0, 0.25 * (place_x(levels[-1]) - place_x(levels[0])) / max(len(chart.curves), 1))
    for number, curve in enumerate(chart.curves):
        aside = shift * (number - (len(chart.curves) - 1) / 2)  # or equal curves hide one another
        yield from _curve(curve, place_x, place_y, aside)
        y = TOP + 12 + 18 * number
        yield _stroke(right + 14, y - 4, right + 38, y - 4, curve)
        yield _text(right + 44, y, short(curve.label))


def _stroke(x1: float, y1: float, x2: float, y2: float, curve: Curve) -> str:
    dash = DASHES[curve.dash % len(DASHES)]
    style = f"stroke:{_colour(curve.colour)}" + (f";stroke-dasharray:{dash}" if dash else "")
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="curve" style="{style}"/>'


def _curve(curve: Curve, place_x: _Scale, place_y: _Scale, aside: float) -> Iterator[str]:
    spots = [(place_x(x) + aside, place_y(y)) for x, y, _, _ in curve.points]
    for (x1, y1), (x2, y2) in itertools.pairwise(spots):
        yield _stroke(x1, y1, x2, y2, curve)
    for (x, y), (level, rate, low, high) in zip(spots, curve.points, strict=True):
        yield f"<g><title>{escape(_said(f'{curve.label} at {level:g}', rate, low, high))}</title>"
        if low is not None and high is not None:
            yield _line(x, place_y(low), x, place_y(high), "error", curve.colour)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" style="fill:{_colour(curve.colour)}"/></g>'


def _scatter(chart: ScatterChart) -> Iterator[str]:
    left, right, bottom = 56.0, WIDTH - 30.0, 340.0 - BOTTOM
    place_x, place_y = _Scale(0.0, chart.end, left, right), _Scale(0.0, 100.0, bottom, TOP + 18)
    yield from _rates(place_y, left, right, chart.y_label)
    yield from _x_axis(ticks(0.0, chart.end), place_x, TOP, bottom, chart.x_label)
    for dot in chart.dots:
        x, y = place_x(dot.x), place_y(dot.y)
        yield f"<g><title>{escape(_said(f'{dot.label} at {dot.x:,.4g}', dot.y, dot.low, dot.high))}</title>"
        if dot.low is not None and dot.high is not None:
            yield _line(x, place_y(dot.low), x, place_y(dot.high), "error", dot.colour)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" style="fill:{_colour(dot.colour)}"/></g>'
        anchor = "start" if dot.side > 0 else "end"
        yield _text(x + 9 * dot.side, y - 6 if dot.rise > 0 else y + 14, dot.label, anchor)


def _stack(chart: StackChart) -> Iterator[str]:
    left, bottom = _left([bar.label for bar in chart.bars]), TOP + ROW * len(chart.bars)
    place = _Scale(0.0, 100.0, left, WIDTH - 20)
    yield from _x_axis(ticks(0.0, 100.0), place, TOP, bottom, chart.x_label)
    for number, bar in enumerate(chart.bars):
        y = TOP + ROW * number
        yield _text(left - 10, y + 15, short(bar.label), "end")
        at = 0.0
        for colour, (name, part) in enumerate(zip(chart.names, bar.parts, strict=True)):
            if part > 0.0:
                x, width = place(at), place(at + part) - place(at)
                yield f"<g><title>{escape(f'{bar.label}: {name}, {part:.1f}%')}</title>"
                yield (
                    f'<rect x="{x:.1f}" y="{y + 4:.1f}" width="{width:.1f}" height="{ROW - 8}" class="part" '
                    f'style="fill:{_colour(colour)}"/></g>'
                )
                at += part
    for number, name in enumerate(chart.names):
        y = bottom + BOTTOM + ROW * number
        yield f'<rect x="{left:.1f}" y="{y:.1f}" width="12" height="12" style="fill:{_colour(number)}"/>'
        yield _text(left + 20, y + 11, name)
