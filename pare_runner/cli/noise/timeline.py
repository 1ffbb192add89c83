"""A preview in the terminal: a row of marks for each app, then the events one a line."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence

from pare_runner.cli.console import mark, plural, say, table, warn
from pare_runner.cli.noise.preview import NOISE, SCRIPTED, Moment, Preview
from pare_runner.errors import Problem
from pare_runner.noise.config import ToolAugmentationConfig
from pare_runner.traces.words import clock, shortened

LISTED = 60
"""Events that are listed; `--json` has all of them."""
OUTAGES = 4
"""Outages that are told in words."""
WIDEST = 120
_TICK_EVERY = 12
_COLOURS = {"agent": "ok", "user": "bold", NOISE: "warning"}
_LETTERS = {"env": "e", "agent": "a", "user": "u", "when": "w", "validation": "v", "stop": "s"}
_SHOWN_ARGS = ("subject", "content", "title", "name", "discount_code", "price")


def print_preview(preview: Preview, width: int | None = None) -> None:
    """Print it; colours only on a terminal."""
    scenario = preview.scenario
    title = f": {scenario.title}" if scenario.title else ""
    say(f"{mark(scenario.scenario_id, 'bold')}{title}, {clock(preview.seconds)} from its start")
    for line in summary(preview):
        say(line)
    say()
    for line in rows(preview, min(width or shutil.get_terminal_size().columns, WIDEST)):
        say(line)
    say()
    listed = preview.moments[:LISTED]
    table(("time", "kind", "event", "call"), [_cells(moment) for moment in listed])
    if len(listed) < len(preview.moments):
        say(f"... and {plural(len(preview.moments) - len(listed), 'more event')}; --json prints all of them")
    if preview.without_data:
        names = ", ".join(preview.without_data)
        warn([Problem(f"no augmentation data for {names}: the other apps get their share", severity="warning")])


def summary(preview: Preview) -> Iterator[str]:
    """What noise there is, in words."""
    events, tools = preview.events, preview.tools
    keyed = f"seed {preview.seed}, run {preview.run_number}"
    if events is None or not events.num_env_events_per_minute:
        yield f"no environment events ({keyed})"
    else:
        own = "" if events.env_events_seed is None else f", env_events_seed {events.env_events_seed}"
        counts = ", ".join(f"{app} {preview.counts[app]}" for app in preview.lanes() if app != SCRIPTED)
        yield f"{events.num_env_events_per_minute} environment events a minute ({events.arrivals}; {keyed}{own})" + (
            f": {counts}" if counts else ": this phone has no app for them, or the time is too short"
        )
    if tools is None or not tools.tool_failure_probability:
        yield "no call of the assistant is made to fail"
    elif tools.pattern == "outage":
        yield from _outages(preview, tools)
    else:
        yield f"{tools.tool_failure_probability:.0%} of the assistant's calls fail ({tools.pattern})"
    if tools is not None and tools.apply_tool_name_augmentation:
        yield "the assistant knows the tools by other names"
    if tools is not None and tools.apply_tool_description_augmentation:
        yield "the tools are described to the assistant in other words"


def _outages(preview: Preview, tools: ToolAugmentationConfig) -> Iterator[str]:
    p, length = tools.tool_failure_probability, tools.outage_seconds
    lasting = f"for {length / (1 - p):.0f} s on average" if p < 1 else "for ever"
    yield (
        f"each tool is down {p:.0%} of the time, {lasting}, and every call of it fails then "
        f"(outage; drawn anew for each every {length:g} s)"
    )
    told = [f"{it.app}.{it.tool} {clock(it.begin)}-{clock(it.end)}" for it in preview.outages[:OUTAGES]]
    more = len(preview.outages) - len(told)
    if told:
        yield f"down: {', '.join(told)}" + (f" and {plural(more, 'more outage')}; --json has all" if more else "")


def rows(preview: Preview, width: int) -> Iterator[str]:
    """The drawing: a line with times, one with letters for what is scripted, one with counts for each app."""
    lanes = preview.lanes()
    label = max(map(len, [*lanes, *(["failing"] if preview.failing else [])])) + 2
    columns = max(width - label, 2 * _TICK_EVERY)
    yield " " * label + _scale(preview.seconds, columns)
    for lane in lanes:
        found: dict[int, list[Moment]] = {}
        for moment in preview.moments:
            if moment.lane == lane:
                place = min(int(moment.seconds / preview.seconds * columns), columns - 1)
                found.setdefault(place, []).append(moment)
        yield lane.ljust(label) + "".join(
            _mark(found[column]) if column in found else mark("·", "dim") for column in range(columns)
        )
    if preview.failable:
        middles = [preview.seconds * (column + 0.5) / columns for column in range(columns)]
        tenths = [round(10 * preview.share_down(middle)) for middle in middles]
        yield "failing".ljust(label) + "".join("·" if n == 0 else "+" if n == 10 else str(n) for n in tenths)
    elif preview.failing:
        yield "failing".ljust(label) + f"{preview.failing:.0%} of the assistant's calls, all the time"
    kinds = Counter(moment.kind for moment in preview.moments if moment.kind != NOISE)
    legend = ", ".join(f"{_LETTERS[kind]} {kind}" for kind in _LETTERS if kind in kinds)
    down = f"; failing: tenths of {preview.failable} tools that are down" if preview.failable else ""
    counted = f"a number is how many come at that place{down}"
    yield mark(f"{' ' * label}{legend + '; ' if legend else ''}{counted}", "dim")


def _mark(moments: Sequence[Moment]) -> str:
    kind = moments[0].kind
    count = str(len(moments)) if len(moments) < 10 else "+"
    text = _LETTERS[kind] if kind != NOISE and len(moments) == 1 else count
    return mark(text, _COLOURS[kind]) if kind in _COLOURS else text


def _scale(seconds: float, columns: int) -> str:
    line = ""
    for column in range(0, columns - _TICK_EVERY // 2, _TICK_EVERY):
        line = line.ljust(column) + f"|{clock(seconds * column / columns)}"
    return line


def _cells(moment: Moment) -> tuple[str, str, str, str]:
    said = next((moment.args[name] for name in _SHOWN_ARGS if moment.args.get(name)), "")
    call = f"{moment.app}.{moment.call}" if moment.call else ""
    return clock(moment.seconds), moment.kind, moment.event_id, shortened(f"{call} {said}".strip(), 70)
