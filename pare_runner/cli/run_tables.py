"""Tables of runs and jobs for people: numbers to the right, statuses in colour, reasons where they can be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

STYLES = {"success": "green", "failed": "red", "exception": "magenta", "no_validation": "yellow"}
PIPE_WIDTH = 160
NUMBERS = ("run", "turns", "proposals", "accepted", "calls", "tokens", "cost", "runs", "exceptions")
WHY_COLUMN = "why"
FOLDED = (WHY_COLUMN, "job", "cause", "model", "endpoint", "scenarios", "log")
LEAST = 16
"""Columns of the first column at least, however narrow the terminal."""
NARROW = 45
"""Columns that a reason needs to be readable beside its run."""


@contextmanager
def output() -> Iterator[Console]:
    """Standard output, wide in a pipe; a reader that has enough ends it quietly."""
    console = _Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = PIPE_WIDTH
    try:
        yield console
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has enough; that is no failure of the job
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Console(Console):
    """A console that leaves it to its caller what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_table(console: Console, rows: Sequence[Mapping[str, str]]) -> None:
    """Print `rows` under their columns; reasons that would be squeezed stand below, each behind its run."""
    if not rows:
        return
    names = list(rows[0])
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names if name != WHY_COLUMN}
    below = WHY_COLUMN in names and console.width - sum(widths.values()) - 2 * len(widths) < NARROW
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in widths if below else names:
        folded = name in FOLDED
        justify: Literal["left", "right"] = "right" if name in NUMBERS else "left"
        least = min(widths[name], LEAST) if name == names[0] and name in widths else None  # which run, or job, it is
        overflow: Literal["fold", "ellipsis"] = "fold" if folded else "ellipsis"
        table.add_column(name, justify=justify, overflow=overflow, no_wrap=not folded, min_width=least)
    for row in rows:
        table.add_row(*(Text(row[name], STYLES.get(row[name], "")) for name in (widths if below else names)))
    with console.capture() as captured:
        console.print(table)
    console.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    for row in rows if below else ():
        if row[WHY_COLUMN]:
            run = f", run {row['run']}" if "run" in row else ""
            console.print(Text(f"\n{row[names[0]]}{run}: {row[WHY_COLUMN]}"))
