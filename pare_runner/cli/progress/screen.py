"""The display as lines of text, for a terminal of a given size."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text

from pare_runner.cli.console import plural
from pare_runner.cli.progress.plain import rest
from pare_runner.cli.progress.tally import Figures, JobFigures, summed
from pare_runner.cli.progress.words import percent, waiting

LABEL = 40
"""Columns of a job's name at most."""
BAR = 30
NARROWEST_BAR = 6
GAP = "  "
FULL, EMPTY = "━", "─"
ASCII_FULL, ASCII_EMPTY = "#", "."


def screen(figures: Figures, width: int, height: int, *, ascii_only: bool = False) -> list[Text]:
    """One line a job, as many as fit with the rest summed up, then all together, and what endpoints keep waiting."""
    below = [Text(GAP.join(rest(figures)), "cyan"), *(Text(line, "yellow") for line in waiting(figures.away))]
    jobs = list(figures.jobs)
    room = max(1, height - len(below) - 2)  # the line of all jobs, and one that the cursor stands in
    if len(jobs) > room:
        shown = jobs[: room - 1]
        others = jobs[room - 1 :]
        jobs = [*shown, summed(f"{len(others)} {'more ' if shown else ''}jobs", others)]
    rows = [*jobs, figures.overall] if len(figures.jobs) > 1 else jobs
    lines = [*_aligned(rows, width, ascii_only), *below]
    for line in lines:
        line.truncate(width, overflow="crop" if ascii_only else "ellipsis")
    return lines[: max(1, height - 1)]


def _aligned(rows: Iterable[JobFigures], width: int, ascii_only: bool) -> list[Text]:
    rows = list(rows)
    crashed = any(row.exceptions for row in rows)
    cells = [
        (
            f"{row.done}/{row.planned}",
            f"{percent(row.success, row.judged)} success" if row.judged else "",
            plural(row.exceptions, "exception") if row.exceptions else "",
        )
        for row in rows
    ]
    counts, shares, crashes = (max((len(cell[column]) for cell in cells), default=0) for column in range(3))
    fixed = counts + shares + (crashes + len(GAP) if crashed else 0) + 3 * len(GAP)
    names = min(LABEL, max((len(row.label) for row in rows), default=0), max(8, width - fixed - NARROWEST_BAR))
    bar = max(NARROWEST_BAR, min(BAR, width - fixed - names))
    full, empty = (ASCII_FULL, ASCII_EMPTY) if ascii_only else (FULL, EMPTY)
    lines = []
    for row, (count, share, crash) in zip(rows, cells, strict=True):
        name = row.label if len(row.label) <= names else row.label[: names - 1] + ("~" if ascii_only else "…")
        filled = bar * row.done // row.planned if row.planned else bar
        line = Text(no_wrap=True)
        line.append(f"{name:<{names}}{GAP}")
        line.append(full * filled, "green" if row.done >= row.planned else "blue")
        line.append(empty * (bar - filled), "dim")
        line.append(f"{GAP}{count:>{counts}}{GAP}{share:>{shares}}")
        if crash:
            line.append(f"{GAP}{crash}", "magenta")
        lines.append(line)
    return lines
