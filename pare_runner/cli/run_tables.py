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
PATH, ADDRESS = "log", "endpoint"
FOLDED = (WHY_COLUMN, "job", "cause", "model", ADDRESS, "scenarios", PATH)
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
    """Print `rows` under their columns; reasons that would be squeezed stand below, each behind its run.

    Paths and addresses are there to be copied. In a pipe they are never broken, however wide the table becomes. On a
    terminal that is too narrow for a column of paths these stand below, too, where only the terminal breaks them.
    """
    if not rows:
        return
    names = list(rows[0])
    widths = {name: max(len(name), *(len(row[name]) for row in rows)) for name in names}
    paths_below = PATH in names and console.is_terminal and _least(widths) > console.width
    if paths_below:
        names.remove(PATH)
    shown = {name: widths[name] for name in names if name != WHY_COLUMN}
    why_below = WHY_COLUMN in names and console.width - sum(shown.values()) - 2 * len(shown) < NARROW
    if why_below:
        names.remove(WHY_COLUMN)
    whole = [name for name in names if name == PATH or (name == ADDRESS and not console.is_terminal)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        folded = name in FOLDED and name not in whole
        justify: Literal["left", "right"] = "right" if name in NUMBERS else "left"
        least = widths[name] if name in whole else None
        if name == names[0] and name != WHY_COLUMN:
            least = min(widths[name], LEAST)  # which run, or job, it is
        overflow: Literal["fold", "ellipsis"] = "fold" if folded else "ellipsis"
        table.add_column(name, justify=justify, overflow=overflow, no_wrap=not folded, min_width=least)
    for row in rows:
        table.add_row(*(Text(row[name], STYLES.get(row[name], "")) for name in names))
    width = console.width
    if not console.is_terminal:
        console.width += sum(widths[name] for name in whole)  # they take nothing from the others
    with console.capture() as captured:
        console.print(table)
    console.width = width
    console.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())
    for row in rows if why_below else ():
        if row[WHY_COLUMN]:
            run = f", run {row['run']}" if "run" in row else ""
            console.print(Text(f"\n{row[names[0]]}{run}: {row[WHY_COLUMN]}"))
    if paths_below:
        console.print(f"{PATH}:" if len(rows) == 1 else f"{PATH}s, row by row:")
        for row in rows:
            console.print(f"  {row[PATH]}", soft_wrap=True, markup=False)


def _least(widths: Mapping[str, int]) -> int:
    """The width of a table whose paths are whole and whose other columns are as narrow as can be read."""
    narrow = [min(width, LEAST) if name in FOLDED and name != PATH else width for name, width in widths.items()]
    return sum(narrow) + 2 * (len(narrow) - 1)
