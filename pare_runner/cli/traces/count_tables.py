"""Counts of runs for people: tables, or, where a terminal is too narrow for them, a list for each group."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Sequence

from pare_runner.cli.console import is_terminal, mark, say, table
from pare_runner.scenarios.result import STATUSES
from pare_runner.traces.counting import Counts, by_count
from pare_runner.traces.words import clock

_RUNS = ("format", "runs", *(status.replace("_", " ") for status in STATUSES), "turns", "proposals", "accepted",
         "rejected", "size")  # fmt: skip
_CALLS = ("calls", "failed", "model calls", "prompt tokens", "completion tokens", "virtual time", "events", "unseen",
          "noise")  # fmt: skip
_GAP = 2


def print_counts(groups: Sequence[Counts], *, tools: bool) -> None:
    """Print all groups; what a group is called comes first. `tools` adds the calls of each role by tool."""
    if not groups:
        return
    named = list(zip(_labels(groups), groups, strict=True))
    runs = [[label, *_of_runs(group)] for label, group in named]
    calls = [[label, *_of_calls(group)] for label, group in named]
    narrow = not (_fits(["models", *_RUNS], runs) and _fits(["models", *_CALLS], calls))
    if narrow:
        named = [(f"{label}; {group.format}", group) for label, group in named]
        _lists([label for label, _ in named], runs, calls)
    else:
        table(["models", *_RUNS], runs)
        say()
        table(["models", *_CALLS], calls)
    _parts(["failure", "times"], [(label, _failures(group)) for label, group in named], narrow)
    if tools:
        _parts(["role", "tool", "calls", "failed"], [(label, _tools(group)) for label, group in named], narrow)


def _of_runs(group: Counts) -> list[str]:
    statuses = [f"{group.statuses[status]:,}" for status in STATUSES]
    numbers = (group.turns, group.proposals, group.accepted, group.rejected)
    return [group.format, f"{group.runs:,}", *statuses, *(f"{number:,}" for number in numbers), _size(group.bytes)]


def _of_calls(group: Counts) -> list[str]:
    counts = (sum(counter.values()) for counter in (group.calls, group.failed_calls, group.model_calls))
    numbers = (*counts, group.prompt_tokens, group.completion_tokens)
    events = (group.events, group.unseen_events, group.noise_events)
    return [*(f"{number:,}" for number in numbers), clock(group.seconds), *(f"{number:,}" for number in events)]


def _failures(group: Counts) -> list[list[str]]:
    return [[kind, f"{number:,}"] for kind, number in by_count(group.failures)]


def _tools(group: Counts) -> list[list[str]]:
    return [
        [role, tool, f"{number:,}", f"{group.failed_calls[role, tool]:,}"]
        for (role, tool), number in by_count(group.calls)
    ]


def _lists(labels: Sequence[str], runs: Sequence[Sequence[str]], calls: Sequence[Sequence[str]]) -> None:
    """A list of names and numbers for each group."""
    names = [*_RUNS, *("failed calls" if name == "failed" else name for name in _CALLS)]  # runs fail, too
    width = max(map(len, names))
    for number, (label, (_, *first), (_, *second)) in enumerate(zip(labels, runs, calls, strict=True)):
        if number:
            say()
        say(mark(label, "bold"))
        for name, cell in zip(names, (*first, *second), strict=True):
            say(f"{'':{_GAP}}{name:<{width}}  {cell}")


def _parts(columns: Sequence[str], parts: Sequence[tuple[str, list[list[str]]]], narrow: bool) -> None:
    """Rows of groups: one table, or one for each group under its name."""
    rows = [[label, *row] for label, found in parts for row in found]
    if not rows:
        return
    if not narrow:
        say()
        table(["models", *columns], rows)
        return
    for label, found in parts:
        if found:
            say()
            say(mark(label, "bold"))
            table(columns, found)


def _fits(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether a table has room on the terminal; in a pipe there is room for all."""
    if not is_terminal():
        return True
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    return sum(widths) + _GAP * (len(widths) - 1) <= shutil.get_terminal_size().columns


def _labels(groups: Sequence[Counts]) -> list[str]:
    """What each group is called: its models, and its agents where the models do not tell groups apart."""
    models = [_short(group.model_id) for group in groups]
    several = Counter((group.format, label) for group, label in zip(groups, models, strict=True))
    return [
        f"{label} ({group.agent_id})" if several[group.format, label] > 1 else label
        for group, label in zip(groups, models, strict=True)
    ]


def _short(model_id: str) -> str:
    """`eager, user scripted` for `user:scripted|observe:eager|execute:eager`; whatever else there is as it is."""
    roles = dict(part.partition(":")[::2] for part in model_id.split("|"))
    if set(roles) != {"user", "observe", "execute"}:
        return model_id
    observe, execute = roles["observe"], roles["execute"]
    return f"{observe if observe == execute else f'{observe}, execute {execute}'}, user {roles['user']}"


def _size(number: int) -> str:
    return f"{number / 2**20:,.1f} MiB" if number >= 2**20 else f"{number / 2**10:,.1f} KiB"
