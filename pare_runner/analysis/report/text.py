"""A report for a terminal of 80 columns."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from pare_runner.analysis.report.methods import counts
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.report.sections import sections
from pare_runner.analysis.report.tables import Cell, Column, Table, legend, printable

WIDTH = 80
NARROWEST = 12
"""Characters of a column of words at least; tables that still do not fit are printed in several pieces."""
LONG = 15
"""Rows of a long table that are shown."""

FILES = 3
"""Paths of runs to read; they are not wrapped."""

PARTS = re.compile(r"[^_./-]*[_./-]+|[^_./-]+")
"""Parts of an id or path, each with the marks at its end."""

Mark = Callable[[str, str], str]
"""Colours a text by its kind: warning, bold, dim."""


def plain(text: str, kind: str) -> str:
    """No colours."""
    return text


def text(report: Report, *, width: int = WIDTH, mark: Mark = plain) -> str:
    """The report in lines of at most `width` characters (colours not counted), warnings first."""
    return "\n".join(_lines(report, width, mark)) + "\n"


def _lines(report: Report, width: int, mark: Mark) -> Iterator[str]:
    for problem in (*report.warnings, *report.notes):
        for line in _wrapped(str(problem), width, indent="  "):
            yield mark(line, "warning")
    if report.warnings or report.notes:
        yield ""
    yield from _wrapped(f"{report.metadata.title}: {counts(report)}", width)
    for section in sections(report):
        yield ""
        yield mark(section.title, "bold")
        yield from _wrapped(section.intro, width)
        for table in section.tables:
            yield ""
            yield from _table(table, width, mark)
            meaning = "" if table.matrix else legend(table, details=False)
            yield from (mark(line, "dim") for line in (_wrapped(meaning, width, indent="  ") if meaning else ()))
        if section.notes:
            yield ""
        for note in section.notes:
            for line in _wrapped(note, width, indent="  "):
                yield mark(line, "warning") if note.startswith("warning: ") else line


def _table(table: Table, width: int, mark: Mark) -> Iterator[str]:
    rows = table.rows[:LONG] if table.long and len(table.rows) > LONG else table.rows
    kept = [place for place, column in enumerate(table.columns) if not column.detail]
    pieces = _pieces([table.columns[place] for place in kept], [[row[place] for place in kept] for row in rows], width)
    for number, (columns, cells) in enumerate(pieces):
        if number:
            yield ""
        yield from _piece(columns, cells, width, mark)
    if len(rows) < len(table.rows):
        yield f"... and {len(table.rows) - len(rows)} more: --format html"
    read = [(name, files[0]) for row in rows for cell in row for name, files in cell.files[:1] if files][:FILES]
    if read:
        yield ""
    for name, (kind, path) in read:
        yield f"{name}, its {kind}: {path}"


Piece = tuple[list[Column], list[list[Cell]]]


def _pieces(columns: list[Column], rows: list[list[Cell]], width: int) -> list[Piece]:
    """The table, or as many as it takes to keep to the width, each with the leading columns of words."""
    lead = next((place for place, column in enumerate(columns) if not column.left), len(columns))
    room = width - sum(min(NARROWEST, size) + 2 for size in _widths(columns[:lead], [row[:lead] for row in rows]))
    pieces: list[list[int]] = [[]]
    used = 0
    sizes = _widths(columns, rows)
    for place in range(lead, len(columns)):
        size = (min(NARROWEST, sizes[place]) if columns[place].left else sizes[place]) + 2
        if used + size - 2 > room and pieces[-1]:
            pieces.append([])
            used = 0
        pieces[-1].append(place)
        used += size
    chosen = [[*range(lead), *piece] for piece in pieces]
    return [([columns[p] for p in places], [[row[p] for p in places] for row in rows]) for places in chosen]


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    return [
        max(len(column.name), *(len(row[place].text) for row in rows)) if rows else len(column.name)
        for place, column in enumerate(columns)
    ]


def _piece(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int, mark: Mark) -> Iterator[str]:
    sizes = _widths(columns, rows)
    flexible = [place for place, column in enumerate(columns) if column.left and sizes[place] > NARROWEST]
    over = sum(sizes) + 2 * (len(sizes) - 1) - width
    while over > 0 and flexible:  # the widest column of words gives way first
        widest = max(flexible, key=lambda place: sizes[place])
        if sizes[widest] <= NARROWEST:
            break
        sizes[widest] -= 1
        over -= 1
    for line in _wrapped_row([column.name for column in columns], columns, sizes):
        yield mark(line, "bold")
    for row in rows:
        yield from _wrapped_row([cell.text for cell in row], columns, sizes)


def _wrapped_row(texts: Sequence[str], columns: Sequence[Column], sizes: Sequence[int]) -> Iterator[str]:
    wrapped = [
        _wrapped(said, size) if column.left else [said]
        for said, column, size in zip(texts, columns, sizes, strict=True)
    ]
    for number in range(max(map(len, wrapped))):
        yield _line([lines[number] if number < len(lines) else "" for lines in wrapped], columns, sizes)


def _line(parts: Sequence[str], columns: Sequence[Column], sizes: Sequence[int]) -> str:
    cells = [
        part.ljust(size) if column.left else part.rjust(size)
        for part, column, size in zip(parts, columns, sizes, strict=True)
    ]
    return "  ".join(cells).rstrip()


class _Wrapper(textwrap.TextWrapper):
    """Breaks between words; inside of one that is longer than a line after a mark if there is one, else anywhere."""

    def _split(self, text: str) -> list[str]:
        chunks = super()._split(text)
        return [part for chunk in chunks for part in ([chunk] if len(chunk) <= self.width else PARTS.findall(chunk))]


def _wrapped(said: str, width: int, indent: str = "") -> list[str]:
    return _Wrapper(width, subsequent_indent=indent, break_on_hyphens=False).wrap(printable(said)) or [""]
