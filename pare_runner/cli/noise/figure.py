"""A preview as a figure: the same bytes for the same preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pare_runner.analysis.figure_files import METADATA, figure_bytes, stable_style
from pare_runner.atomic import write_atomic
from pare_runner.cli.noise.preview import NOISE, SCRIPTED, Preview
from pare_runner.errors import InputError, did_you_mean
from pare_runner.traces.words import clock

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Colours of Okabe and Ito, which people of any colour vision tell apart; the shapes differ as well.
_MARKS = {
    "env": ("o", "#000000", "environment"),
    "agent": ("^", "#0072B2", "assistant"),
    "user": ("s", "#009E73", "user"),
    "when": ("D", "#CC79A7", "condition"),
    "validation": ("P", "#CC79A7", "validation"),
    "stop": ("X", "#000000", "stop"),
}
_NOISE, _FAILING = "#D55E00", "#E69F00"
_TICKS = 8


def write_figure(preview: Preview, path: Path) -> None:
    """Draw `preview` into `path`, whose ending says the format; InputError for another one, and if it cannot be."""
    kind = path.suffix.lower().removeprefix(".")
    if kind not in METADATA:
        raise InputError(f"{path}: a figure is a .png, .svg or .pdf file", hint=did_you_mean(kind, METADATA))
    with stable_style():
        drawn = figure_bytes(draw(preview), kind)
    try:
        write_atomic(path, drawn)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from error


def draw(preview: Preview) -> Figure:
    """The figure: a row for what is scripted, one for each app's noise, one for failing tools."""
    from matplotlib.figure import Figure

    lanes = preview.lanes() + (["failing tools"] if preview.failing else [])
    figure = Figure(figsize=(9.0, 1.5 + 0.42 * len(lanes)), layout="constrained")
    axes = figure.add_subplot()
    for place, lane in enumerate(lanes):
        _draw_lane(axes, preview, lane, place)
    if preview.failing:
        last = len(lanes) - 1
        bottom = last + 0.35  # the whole strip is all calls, its coloured part those that fail
        axes.fill_between([0.0, preview.seconds], bottom, bottom - 0.7, color="#F0F0F0", lw=0)
        times, shares = [0.0, preview.seconds], [preview.failing] * 2
        text = f"{preview.failing:.0%} of the assistant's calls"
        if preview.failable:  # the share of the tools that are down, as it changes
            edges = {time for outage in preview.outages for time in (outage.begin, outage.end)}
            times = sorted({0.0, preview.seconds, *edges})
            shares = [preview.share_down(time) for time in times]
            text = f"of {preview.failable} tools, each down {preview.failing:.0%} of the time"
        tops = [bottom - 0.7 * share for share in shares]
        axes.fill_between(times, bottom, tops, step="post", color=_FAILING, lw=0)
        axes.text(preview.seconds / 2, last, text, ha="center", va="center", fontsize=9)
    axes.set_yticks(range(len(lanes)), lanes)
    axes.set_ylim(len(lanes) - 0.4, -0.6)
    axes.set_xlim(0.0, preview.seconds)
    ticks = [preview.seconds * n / _TICKS for n in range(_TICKS + 1)]
    axes.set_xticks(ticks, [clock(tick) for tick in ticks])
    axes.set_xlabel("virtual time since the start")
    axes.grid(axis="x", color="#DDDDDD", lw=0.6)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    rate = preview.events.num_env_events_per_minute if preview.events else 0
    keyed = f"{rate} environment events a minute, seed {preview.seed}, run {preview.run_number}"
    axes.set_title(f"{preview.scenario.scenario_id}: {keyed}", loc="left", fontsize=11)
    if any(moment.kind != NOISE for moment in preview.moments):
        figure.legend(loc="outside lower right", ncols=len(_MARKS), frameon=False, fontsize=9)
    return figure


def _draw_lane(axes: Any, preview: Preview, lane: str, place: int) -> None:
    moments = [moment for moment in preview.moments if moment.lane == lane]
    if lane != SCRIPTED:
        axes.vlines([moment.seconds for moment in moments], place - 0.3, place + 0.3, color=_NOISE, lw=1.2)
        return
    for kind, (shape, colour, label) in _MARKS.items():
        times = [moment.seconds for moment in moments if moment.kind == kind]
        if times:
            axes.plot(times, [place] * len(times), shape, color=colour, ms=7, label=label, clip_on=False, alpha=0.85)
