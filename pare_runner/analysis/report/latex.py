r"""A report as LaTeX: tables for a paper and a paragraph on methods, to be read with \input."""

from __future__ import annotations

from collections.abc import Iterator

from pare_runner.analysis.report.methods import methods
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.report.sections import sections
from pare_runner.analysis.report.tables import Column, Section, Table

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "±": r"$\pm$",
    "|": r"\textbar{}",
    "\n": " ",
    "\r": " ",
}


def latex(report: Report) -> str:
    r"""Tables with `booktabs` and, at the end, `\paragraph{Methods}`; tables with a row a scenario are left out."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield r"% \usepackage{booktabs}"
    for problem in (*report.warnings, *report.notes):
        yield "% " + str(problem).replace("\n", " ").replace("\r", " ")
    for section in sections(report):
        for table in section.tables:
            if not table.long:
                yield ""
                yield from _table(section, table, first=table is section.tables[0])
    yield ""
    yield r"\paragraph{Methods}"
    yield escaped(methods(report))


def _table(section: Section, table: Table, *, first: bool) -> Iterator[str]:
    intro = f". {section.intro}" if first else ""
    yield r"\begin{table}"
    yield r"  \centering\small"
    yield f"  \\caption{{{escaped(section.title)}{escaped(intro)}{escaped(_legend(table))}}}"
    yield f"  \\label{{tab:{table.key.replace('_', '-')}}}"
    yield f"  \\begin{{tabular}}{{{''.join('l' if column.left else 'r' for column in table.columns)}}}"
    yield r"    \toprule"
    yield "    " + " & ".join(escaped(column.name) for column in table.columns) + r" \\"
    yield r"    \midrule"
    for row in table.rows:
        # Braces, or a cell that begins with a bracket were the option of the \\ before it.
        yield "    " + " & ".join(f"{{{escaped(cell.text)}}}" for cell in row) + r" \\"
    yield r"    \bottomrule"
    yield r"  \end{tabular}"
    yield r"\end{table}"


def _legend(table: Table) -> str:
    said = [f"{column.name}: {column.title}" for column in table.columns if _explained(column)]
    return f" {'; '.join(said)}." if said else ""


def _explained(column: Column) -> bool:
    return bool(column.title) and column.title != column.name


def escaped(text: str) -> str:
    """Text whose characters mean nothing in LaTeX."""
    return "".join(_SPECIAL.get(character, character) for character in text)
