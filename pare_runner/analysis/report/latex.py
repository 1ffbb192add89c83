r"""A report as LaTeX: tables for a paper and a paragraph on methods, to be read with \input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pare_runner.analysis.report.latex_text import GUARD, GUARDED, breakable, cell, escaped, width
from pare_runner.analysis.report.methods import methods
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.report.sections import sections
from pare_runner.analysis.report.tables import Cell, Column, Section, Table, legend

FIT = (
    r"\providecommand{\parefit}[1]{\ifdefined\resizebox"
    r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{#1}\else#1\fi}"
    " % makes a table that is too wide smaller"
)
WIDEST = 100
"""Characters of a row that still can be read once it is as narrow as a page; a wider table is printed in pieces."""
WORDS = 30
"""Characters of a line in a column of words."""
CAPTION = 85
"""Characters of a line of a caption."""
TALLEST = 48
"""Lines that go on a page, the caption among them."""
KEYS = 500
"""Characters that a caption spends on the ids of configurations; beyond, it says which table has them."""


class Piece(NamedTuple):
    """Some columns of a table, and some of its rows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]

    @property
    def lines(self) -> int:
        """Its height on a page."""
        return 3 + sum(map(_height, self.rows))


def latex(report: Report) -> str:
    r"""Tables with `booktabs` and, at the end, `\paragraph{Methods}`; tables with a row a scenario are left out."""
    body = "\n".join(_lines(report)) + "\n"
    guard = f"{GUARD}\n" if GUARDED in body else ""
    return f"% \\usepackage{{booktabs,graphicx}}\n{_comments(report)}{FIT}\n{guard}{body}"


def _comments(report: Report) -> str:
    said = (" ".join(str(problem).splitlines()) for problem in (*report.warnings, *report.notes))
    return "".join(f"% {line}\n" for line in said)


def _lines(report: Report) -> Iterator[str]:
    for section in sections(report):
        for table in section.tables:
            if not table.long:
                yield from _floats(section, table)
    yield ""
    yield r"\paragraph{Methods}"
    yield escaped(methods(report))


def _floats(section: Section, table: Table) -> Iterator[str]:
    """The table on one page, or on as many as it takes."""
    title = escaped(table.title or section.title)
    intro = "" if table.title else f" {section.intro}"
    caption = f"{title}.{escaped(intro)}{_meaning(table)}"
    for number, pieces in enumerate(_pages(table, -(-len(caption) // CAPTION)), 1):
        said, label = (caption, "") if number == 1 else (f"{title}, continued.", f"-{number}")
        yield ""
        yield r"\begin{table}"
        yield r"  \centering\footnotesize\setlength{\tabcolsep}{4pt}"
        if number > 1:
            yield r"  \addtocounter{table}{-1}"
        yield f"  \\caption[{{{title}}}]{{{said}}}"
        yield f"  \\label{{tab:{table.key.replace('_', '-')}{label}}}"
        for place, piece in enumerate(pieces):
            yield r"  \par\medskip" if place else r"  \smallskip"
            yield from _tabular(piece)
        yield r"\end{table}"


def _meaning(table: Table) -> str:
    said = legend(table)
    if table.matrix and len(said) > KEYS:
        return r" Configurations are called by their ids in Table~\ref{tab:headline}."
    return escaped(f" {said}{'' if said.endswith('?') else '.'}") if said else ""


def _pages(table: Table, caption: int) -> Iterator[list[Piece]]:
    """Pieces of the table, page by page; the first has a caption of so many lines."""
    page: list[Piece] = []
    used = caption
    for columns in _groups(table):
        for piece in _chunks([table.columns[p] for p in columns], [[row[p] for p in columns] for row in table.rows]):
            if page and used + piece.lines > TALLEST:
                yield page
                page, used = [], 1
            page.append(piece)
            used += piece.lines
    if page:
        yield page


def _chunks(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> Iterator[Piece]:
    """The rows, in as many pieces as it takes for each to go below a caption of ten lines."""
    some: list[Sequence[Cell]] = []
    for row in rows:
        if some and Piece(columns, [*some, row]).lines > TALLEST - 10:
            yield Piece(columns, some)
            some = []
        some.append(row)
    yield Piece(columns, some)


def _height(row: Sequence[Cell]) -> int:
    """Lines of a row; a line of a column of words is rarely full."""
    return max(-(-width(item.text) // (WORDS - 6)) for item in row) or 1


def _groups(table: Table) -> list[list[int]]:
    """Places of the columns that stand together: all, or if that is too wide first what is no detail, then what is.
    Each group begins with the columns that say what a row is about."""
    sizes = [
        min(max(len(column.name), *(width(row[place].text) for row in table.rows)), WORDS if column.left else WIDEST)
        + 2
        for place, column in enumerate(table.columns)
    ]
    if sum(sizes) <= WIDEST:
        return [list(range(len(sizes)))]
    lead = [place for place, column in enumerate(table.columns) if column.about]
    rest = [place for place in range(len(sizes)) if place not in lead]
    room = WIDEST - sum(sizes[place] for place in lead)
    groups: list[list[int]] = []
    for detail in (False, True):
        used = WIDEST
        for place in (place for place in rest if table.columns[place].detail is detail):
            if used + sizes[place] > room:
                groups.append([*lead])
                used = 0
            groups[-1].append(place)
            used += sizes[place]
    return groups


def _tabular(piece: Piece) -> Iterator[str]:
    wide = [
        column.left and any(width(row[place].text) > WORDS for row in piece.rows)
        for place, column in enumerate(piece.columns)
    ]
    kinds = [
        f"p{{{WORDS // 2}em}}" if long else "l" if column.left else "r"
        for column, long in zip(piece.columns, wide, strict=True)
    ]
    yield r"  \parefit{\begin{tabular}{" + "".join(kinds) + "}"
    yield r"    \toprule"
    yield "    " + " & ".join(escaped(column.name) for column in piece.columns) + r" \\"
    yield r"    \midrule"
    for row in piece.rows:
        texts = [
            breakable(item.text) if long else cell(item.text, words=column.left)
            for item, column, long in zip(row, piece.columns, wide, strict=True)
        ]
        # Braces, or a cell that begins with a bracket were the option of the \\ before it.
        shown = (f"{{{text}}}" for text in texts)
        yield "    " + " & ".join(shown) + r" \\"
    yield r"    \bottomrule"
    yield r"  \end{tabular}}"
