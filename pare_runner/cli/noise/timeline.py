"""A preview in the terminal: a row of marks for each app, then the events one a line."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence

from pare_runner.cli.console import mark, plural, say, table, warn
from pare_runner.cli.noise.preview import NOISE, SCRIPTED, Moment, Preview
from pare_runner.errors import Problem
from pare_runner.traces.words import clock, shortened

LISTED = 60
"""Events that are listed; `--json` has all of them."""
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
    if tools is not None and tools.tool_failure_probability:
        lasting = f", {tools.outage_seconds:g} s at a time" if tools.pattern == "outage" else ""
        yield f"{tools.tool_failure_probability:.0%} of the assistant's calls fail ({tools.pattern}{lasting})"
    else:
        yield "no call of the assistant is made to fail"


def rows(preview: Preview, width: int) -> Iterator[str]:
    """The drawing: a line with times, one with letters for what is scripted, one with counts for each app."""
    lanes = preview.lanes()
    label = max(map(len, lanes)) + 2
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
    if preview.failing:
        yield "failing".ljust(label) + f"{preview.failing:.0%} of the assistant's calls, all the time"
    kinds = Counter(moment.kind for moment in preview.moments if moment.kind != NOISE)
    legend = ", ".join(f"{_LETTERS[kind]} {kind}" for kind in _LETTERS if kind in kinds)
    yield mark(f"{' ' * label}{legend + '; ' if legend else ''}a number is how many come at that place", "dim")


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
