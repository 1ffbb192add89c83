"""Figures for papers, drawn by matplotlib from the same charts as those of the page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pare_runner.analysis.figure_files import METADATA, figure_bytes, stable_style
from pare_runner.analysis.report.charts import (
    Chart,
    CurveChart,
    GridChart,
    RangeChart,
    ScatterChart,
    StackChart,
    charts,
    short,
)
from pare_runner.analysis.report.model import Report

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours of Okabe and Ito, which people of any colour vision tell apart.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6B5BB5", "#555B63")
DASHES: tuple[Any, ...] = ("-", "--", ":", "-.")
ROW = 0.26
"""Inches of a row."""
WIDTH = 7.0


def figures(report: Report, kinds: Sequence[str] = tuple(METADATA)) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each figure in each format (`png`, `svg`, `pdf`); the same for the same report."""
    for key, chart in charts(report).items():
        with stable_style():
            figure = draw(chart)
            for kind in kinds:
                yield f"{key}.{kind}", figure_bytes(figure, kind)


def draw(chart: Chart) -> Figure:
    """The figure of a chart."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, _height(chart)), layout="constrained")
    axes = figure.add_subplot()
    if isinstance(chart, RangeChart):
        _ranges(axes, chart)
    elif isinstance(chart, CurveChart):
        _curves(figure, axes, chart)
    elif isinstance(chart, ScatterChart):
        _scatter(axes, chart)
    elif isinstance(chart, StackChart):
        _stack(figure, axes, chart)
    else:
        _grid(figure, axes, chart)
    if not isinstance(chart, GridChart):
        axes.tick_params(labelsize=8)
    axes.set_title(short(chart.title), loc="left", fontsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure


def _height(chart: Chart) -> float:
    if isinstance(chart, RangeChart):
        return 1.2 + ROW * len(chart.rows)
    if isinstance(chart, StackChart):
        return 1.2 + ROW * (len(chart.bars) + len(chart.names))
    if isinstance(chart, GridChart):
        longest = max((len(short(name)) for name in chart.columns), default=0)
        return 1.0 + 0.2 * len(chart.rows) + 0.1 * longest
    return 3.6


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _folded(label: str) -> str:
    """The label of an axis, in lines that have room below axes of which long names have taken half."""
    return textwrap.fill(label, 60)


def _rows(axes: Any, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels, fontsize=8)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", color="#DDDDDD", lw=0.6)
    axes.set_axisbelow(True)


def _ranges(axes: Any, chart: RangeChart) -> None:
    if chart.band is not None and chart.reference is not None:
        axes.axvspan(chart.reference - chart.band, chart.reference + chart.band, color="#EEEEEE", lw=0)
    if chart.reference is not None:
        axes.axvline(chart.reference, color="#333333", lw=1.0)
    for place, row in enumerate(chart.rows):
        colour = _colour(row.colour)
        if row.low is not None and row.high is not None:
            axes.hlines(place, row.low, row.high, color=colour, lw=1.6, alpha=0.8)
        if row.inner is not None:
            axes.barh(place, row.inner[1] - row.inner[0], 0.5, row.inner[0], color=colour, alpha=0.45)
        if row.middle is not None:
            axes.plot([row.middle], [place], "o", color=colour, ms=4.5, clip_on=False)
    _rows(axes, [short(row.label) for row in chart.rows])
    axes.set_xlim(chart.start, chart.end)
    axes.set_xlabel(_folded(chart.x_label), fontsize=9)


def _curves(figure: Any, axes: Any, chart: CurveChart) -> None:
    levels = sorted({point[0] for curve in chart.curves for point in curve.points})
    step = 0.012 * (levels[-1] - levels[0])
    for number, curve in enumerate(chart.curves):
        aside = step * (number - (len(chart.curves) - 1) / 2) / max(1.0, len(chart.curves) / 6)
        style = {"color": _colour(curve.colour), "ls": DASHES[curve.dash % len(DASHES)]}
        places = [point[0] + aside for point in curve.points]
        axes.plot(
            places, [point[1] for point in curve.points], marker="o", ms=4, lw=1.5, label=short(curve.label), **style
        )
        for place, (_, _, low, high) in zip(places, curve.points, strict=True):
            if low is not None and high is not None:
                axes.vlines(place, low, high, color=style["color"], lw=0.9, alpha=0.6)
    axes.set_xticks(levels, [f"{level:g}" for level in levels])
    _rates(axes, chart.x_label, chart.y_label)
    figure.legend(loc="outside right upper", frameon=False, fontsize=8)


def _rates(axes: Any, x_label: str, y_label: str) -> None:
    axes.set_ylim(-2, 102)
    axes.grid(axis="y", color="#DDDDDD", lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(_folded(x_label), fontsize=9)
    axes.set_ylabel(y_label, fontsize=9)


def _scatter(axes: Any, chart: ScatterChart) -> None:
    for dot in chart.dots:
        colour = _colour(dot.colour)
        if dot.low is not None and dot.high is not None:
            axes.vlines(dot.x, dot.low, dot.high, color=colour, lw=0.9, alpha=0.6)
        axes.plot([dot.x], [dot.y], "o", color=colour, ms=5, clip_on=False)
        axes.annotate(
            dot.label,
            (dot.x, dot.y),
            (4 * dot.side, 4 * dot.rise),
            textcoords="offset points",
            ha="left" if dot.side > 0 else "right",
            va="bottom" if dot.rise > 0 else "top",
            fontsize=7,
        )
    axes.set_xlim(0.0, chart.end)
    _rates(axes, chart.x_label, chart.y_label)


def _stack(figure: Any, axes: Any, chart: StackChart) -> None:
    starts = [0.0] * len(chart.bars)
    for number, name in enumerate(chart.names):
        widths = [bar.parts[number] for bar in chart.bars]
        axes.barh(range(len(chart.bars)), widths, 0.6, starts, color=_colour(number), label=name)
        starts = [start + width for start, width in zip(starts, widths, strict=True)]
    _rows(axes, [short(bar.label) for bar in chart.bars])
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel(_folded(chart.x_label), fontsize=9)
    figure.legend(loc="outside lower left", frameon=False, fontsize=8)


def _grid(figure: Any, axes: Any, chart: GridChart) -> None:
    values = [[float("nan") if value is None else value for value in row] for row in chart.values]
    image = axes.imshow(values, cmap="cividis", vmin=0.0, vmax=100.0, aspect="auto")
    axes.set_yticks(range(len(chart.rows)), list(map(short, chart.rows)), fontsize=7)
    axes.set_xticks(range(len(chart.columns)), list(map(short, chart.columns)), fontsize=7, rotation=90)
    axes.tick_params(length=0)
    figure.colorbar(image, ax=axes, label="success, %", shrink=0.7)
