"""A report in Markdown, with tables as GitHub reads them."""

from __future__ import annotations

from collections.abc import Iterator

from pare_runner.analysis.report.links import link
from pare_runner.analysis.report.methods import counts
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.report.sections import sections
from pare_runner.analysis.report.tables import Cell, Table, legend

LONG = 200
"""Rows of a long table that are written."""
FILES = 3
"""Runs in one cell."""


def markdown(report: Report, *, folder: str = "") -> str:
    """The report, warnings first; links count from `folder`, where the file is going to be."""
    return "\n".join(_lines(report, folder)) + "\n"


def _lines(report: Report, folder: str) -> Iterator[str]:
    about = report.metadata
    yield f"# Report: {_safe(about.title)}"
    yield ""
    for problem in (*report.warnings, *report.notes):
        yield f"> **Warning:** {_safe(str(problem).replace('warning: ', '', 1))}"
        yield ">"
    if report.warnings or report.notes:
        yield ""
    yield f"{counts(report)}{f'; {about.timestamp}' if about.timestamp else ''}"
    for section in sections(report):
        yield ""
        yield f"## {_safe(section.title)}"
        yield ""
        yield _safe(section.intro)
        for table in section.tables:
            yield ""
            if table.title:
                yield f"**{_safe(table.title)}**"
                yield ""
            yield from _table(table, folder)
            if not table.matrix and legend(table):
                yield ""
                yield _safe(legend(table))
        if section.notes:
            yield ""
        yield from (f"- {_safe(note)}" for note in section.notes)


def _table(table: Table, folder: str) -> Iterator[str]:
    rows = table.rows[:LONG] if table.long else table.rows
    yield "| " + " | ".join(_safe(column.name) for column in table.columns) + " |"
    yield "|" + "|".join("---" if column.left else "--:" for column in table.columns) + "|"
    for row in rows:
        yield "| " + " | ".join(_cell(cell, folder) for cell in row) + " |"
    if len(rows) < len(table.rows):
        yield ""
        yield f"... and {len(table.rows) - len(rows)} more rows"


def _cell(cell: Cell, folder: str) -> str:
    if cell.files:
        return "; ".join(_linked(name, files, folder) for name, files in cell.files[:FILES])
    return _safe(cell.text)


def _linked(name: str, files: tuple[tuple[str, str], ...], folder: str) -> str:
    links = [f"[{kind}](<{link(path, folder)}>)" for kind, path in files]
    return f"{_safe(name)}{': ' if links else ''}{', '.join(links)}"


def _safe(text: str) -> str:
    """Text whose characters mean nothing in Markdown."""
    for mark in "\\|*_`[]<>#":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", " ").replace("\r", " ")
