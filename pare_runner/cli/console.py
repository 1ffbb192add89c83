"""What commands print: tables, JSON, findings. Plain in a pipe; colours only on a terminal without NO_COLOR."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from pare_runner.errors import Problem

_MARKS = {"error": "31", "warning": "33", "ok": "32", "dim": "2", "bold": "1"}


def is_terminal(stream: TextIO | None = None) -> bool:
    """Whether somebody looks at `stream` (standard output) rather than a program."""
    stream = stream or sys.stdout
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def mark(text: str, kind: str, stream: TextIO | None = None) -> str:
    """`text` in the colour of `kind` (error, warning, ok, dim, bold), where colours are wanted."""
    if not is_terminal(stream) or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{_MARKS[kind]}m{text}\033[0m"


def say(text: str = "") -> None:
    """Print a line on standard output."""
    print(text)


def say_json(value: Any) -> None:
    """Print `value` as JSON."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def warn(problems: Iterable[Problem]) -> None:
    """Print findings on standard error, one a line."""
    for problem in problems:
        print(shown(problem, sys.stderr), file=sys.stderr)


def shown(problem: Problem, stream: TextIO | None = None) -> str:
    """A finding in one line, coloured by its severity."""
    return mark(str(problem), problem.severity, stream)


def problem_json(problem: Problem) -> dict[str, Any]:
    """A finding as JSON: its place taken apart into file, line and column where it has them."""
    parts = problem.where.rsplit(":", 2)
    positioned = len(parts) == 3 and parts[1].isdigit() and parts[2].isdigit()
    return {
        "severity": problem.severity,
        "code": problem.code or None,
        "message": problem.message,
        "hint": problem.hint or None,
        "where": problem.where or None,
        "file": (parts[0] if positioned else problem.where) or None,
        "line": int(parts[1]) if positioned else None,
        "column": int(parts[2]) if positioned else None,
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under their columns: aligned text in a pipe, fitted to the width of a terminal."""
    lines = [[str(cell) for cell in row] for row in rows]
    if is_terminal():
        _rich_table(columns, lines)
        return
    widths = [max(map(len, column)) for column in zip(columns, *lines, strict=True)]
    for line in ([name.upper() for name in columns], *lines):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _rich_table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    # Slow to load, and of no use in a pipe.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown_table = Table(box=None, pad_edge=False, header_style="" if os.environ.get("NO_COLOR") else "bold")
    for number, name in enumerate(columns):
        shown_table.add_column(name.upper(), overflow="fold", no_wrap=number == 0)
    for line in lines:
        shown_table.add_row(*map(Text, line))
    Console().print(shown_table)


def plural(number: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
