"""Reports in LaTeX."""

from __future__ import annotations

import re

from pare_runner.analysis.report.latex import escaped, latex
from tests.analysis.report.made import grid, reported, row


def test_environments_and_braces_close_and_rows_are_as_long_as_their_tables() -> None:
    said = latex(reported(grid(), margin=0.05))
    assert said.count(r"\begin{table}") == said.count(r"\end{table}") >= 6
    bare = re.sub(r"\\[{}\\]", "", said)
    assert bare.count("{") == bare.count("}")
    for columns, body in re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", said, re.DOTALL):
        rows = [line for line in body.splitlines() if line.endswith(r" \\")]
        assert {len(re.findall(r"(?<!\\)&", line)) for line in rows} == {len(columns) - 1}


def test_special_characters_are_text() -> None:
    assert escaped(r"a_b 5% #1 {x} \n ^2 ~ <y> $") == (
        r"a\_b 5\% \#1 \{x\} \textbackslash{}n \textasciicircum{}2 \textasciitilde{} \textless{}y\textgreater{} \$"
    )


def test_a_paragraph_says_how() -> None:
    said = latex(reported(grid(), margin=0.05))
    paragraph = said[said.index(r"\paragraph{Methods}") :]
    for words in ("6 configurations ran 6 scenarios", "sign-flip", "Holm's correction", "two one-sided tests"):
        assert words in paragraph


def test_messages_stay_in_their_comment() -> None:
    report = reported([row("s", True, model="a\nb"), row("t", None, model="a\nb", exception_type="E")])
    assert all(line.startswith("%") for line in latex(report).splitlines()[:2])


def test_labels_are_unique() -> None:
    labels = re.findall(r"\\label\{(.*?)\}", latex(reported(grid())))
    assert len(labels) == len(set(labels))
