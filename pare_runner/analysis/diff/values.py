"""Numbers, values and decisions as they are shown."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson

from pare_runner.analysis.diff.steps import Step
from pare_runner.analysis.statistics.intervals import Interval
from pare_runner.analysis.statistics.sample import Estimand

LONGEST = 70
"""Characters of a value that are shown."""
BEFORE = 25
"""Characters of them before the first difference."""

PLAIN = {
    "propose": "proposes",
    "wait": "waits",
    "accept": "accepts",
    "reject": "rejects",
    "text": "answers without a call",
    "event": "event",
}
"""Kinds of decisions that need no name of a tool, as they are said."""


INTERVALS = {
    "score": "score interval",
    "t": "t interval",
    "bootstrap": "bootstrap interval",
    "wilson": "Wilson interval",
}
"""Method of an interval → how it is called."""


def step(item: Step | None, other: Step | None = None, differing: Collection[str] = ()) -> str:
    """A decision in a line: `execute Calendar.edit_calendar_event(event_id="table")`, `user waits`.

    Of `differing` arguments that are long, what stands around the first difference from `other` is shown.
    """
    if item is None:
        return "(the run had ended)"
    said = []
    for name, given in item.arguments.items():
        if given == "" and name not in differing:  # an argument that was left out
            continue
        there = other.arguments.get(name) if other is not None and name in differing else None
        said.append(f"{name}={_around(given, there) if isinstance(there, str) else value(given)}")
    arguments = ", ".join(said)
    failed = f" failed: {short(item.failed)}" if item.failed else ""
    if item.kind == "call":
        return f"{item.role} {item.tool}({arguments}){failed}"
    return f"{item.role} {PLAIN[item.kind]}{f' ({arguments})' if arguments else ''}{failed}"


def metric_name(name: str) -> str:
    """`proposal_count` as `proposal count`."""
    return name.replace("_", " ")


def interval(found: Interval) -> str:
    """`[-58.9, +36.7]`, in points."""
    if found.low is None or found.high is None:
        return f"(no interval: {found.note})"
    return f"[{signed(100 * found.low)}, {signed(100 * found.high)}]"


def kind_of_interval(found: Interval) -> str:
    """`95% score interval (what is to be said of it)`."""
    level, note = f"{100 * found.level:g}%", f" ({found.note})" if found.note else ""
    named = INTERVALS.get(found.method)
    return f"no {level} interval{note}" if named is None else f"{level} {named}{note}"


def points(difference: float | None) -> str:
    return "unknown" if difference is None else f"{signed(100 * difference)} points"


def signed(number: float) -> str:
    """A number with its sign and one decimal; 0 without."""
    text = f"{number:+.1f}"
    return "0.0" if float(text) == 0.0 else text


def change_of(one: float, two: float, low: float | None, high: float | None) -> str:
    """`+2.67 [-2.5, +7.84]`: a difference of a metric with its interval, in its own unit."""
    spread = "" if low is None or high is None else f" [{_signed(low)}, {_signed(high)}]"
    return f"{_signed(two - one)}{spread}"


def percent(rate: float | None) -> str:
    return "unknown" if rate is None else f"{100 * rate:.1f}%"


def p_value(number: float) -> str:
    """`p = 0.012`, `p < 0.001`, as in reports."""
    return "p < 0.001" if number < 1e-3 else f"p = {number:.3f}"


def chance(number: float, estimand: Estimand) -> str:
    """A p-value under the name of its test: `mid-p = 0.500`, for *this benchmark* `p = 0.500`."""
    return p_value(number) if estimand == "benchmark" else f"mid-{p_value(number)}"


def value(item: Any) -> str:
    """A value as JSON, cut to what fits."""
    return short(orjson.dumps(item, default=str).decode())


def short(text: str, longest: int = LONGEST) -> str:
    """`text` in one line, cut to `longest` characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _around(item: Any, other: str) -> str:
    """A value, cut to what stands around its first difference from `other`."""
    if not isinstance(item, str) or len(item) <= LONGEST:
        return value(item)
    same = next((n for n, (x, y) in enumerate(zip(item, other, strict=False)) if x != y), min(len(item), len(other)))
    start = max(0, same - BEFORE)
    return ("…" if start else "") + short(orjson.dumps(item[start:]).decode())


def _signed(number: float) -> str:
    text = f"{number:+.3g}"
    return "0" if float(text) == 0.0 else text
