"""What a job shows on the terminal: how far it is, and at the end one table of what came of it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from pare_runner.batch.results import PAREMultiScenarioValidationResult
    from pare_runner.batch.units import Unit
    from pare_runner.episode.outcome import Outcome

STYLES = {"success": "green", "failed": "red", "exception": "magenta", "no_validation": "yellow"}
SHOWN = 40
"""Rows shown at most; runs that did not succeed come first."""


class Report(Protocol):
    """What a job reports."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Figures by name."""

    @property
    def results(self) -> PAREMultiScenarioValidationResult:
        """The result of each run."""


@contextmanager
def progress(total: int) -> Iterator[Callable[[Unit, Outcome], None] | None]:
    """A bar on a terminal, fed by the callback it gives; None in a pipe, where the log's lines say the same."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with _quiet_console(), Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("running", total=total)

        def advance(unit: Unit, outcome: Outcome) -> None:
            bar.update(task, advance=1, description=unit.run_id[:40])

        yield advance


def show_results(report: Report, directory: Path) -> None:
    """Print one row a run, those that did not succeed first, and where everything is."""
    console = _Console(file=sys.stdout, highlight=False)
    if not console.is_terminal:
        console.width = 160
    try:
        _print_results(console, report, directory)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our output has enough; that is no failure of the job
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Console(Console):
    """A console that leaves it to its caller what a closed pipe means."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _print_results(console: Console, report: Report, directory: Path) -> None:
    rows = sorted(report.results.scenario_results.items(), key=lambda row: (row[1].status == "success", row[0]))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("scenario", "run", "status", "why"):
        table.add_column(name, overflow="fold" if name == "why" else "ellipsis")
    for (scenario_id, number), result in rows[:SHOWN]:
        why = str(result.exception) if result.exception is not None else result.rationale or ""
        table.add_row(Text(scenario_id), str(number), Text(result.status, STYLES[result.status]), Text(why))
    console.print(table)
    if len(rows) > SHOWN:
        console.print(f"... and {len(rows) - SHOWN} more that succeeded or are in results.jsonl")
    counts = ", ".join(f"{report.summary[name]} {name}" for name in STYLES if report.summary.get(name))
    ran, planned = report.summary.get("runs", len(rows)), report.summary.get("planned", len(rows))
    head = f"{ran} {'run' if ran == 1 else 'runs'}" if ran == planned else f"interrupted after {ran} of {planned} runs"
    console.print(f"\n{head}: {counts or 'nothing ran'}")
    console.print(f"results, traces and logs: {directory}", soft_wrap=True)


@contextmanager
def _quiet_console() -> Iterator[None]:
    """Log lines below WARNING stay out of the terminal while the bar is there; files get them all."""
    streams = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler)
    ]
    levels = [handler.level for handler in streams]
    for handler in streams:
        handler.setLevel(max(handler.level, logging.WARNING))
    try:
        yield
    finally:
        for handler, level in zip(streams, levels, strict=True):
            handler.setLevel(level)
