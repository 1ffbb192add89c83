"""LaTeX as a paper reads it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from pare_runner.analysis.report.latex import latex
from tests.analysis.report.made import Row, grid, reported, row

PDFLATEX, XELATEX = map(shutil.which, ("pdflatex", "xelatex"))
PAPER = r"""\documentclass{article}
\usepackage{%s}
\begin{document}
\input{report.tex}
\end{document}
"""
EVIL = "é_%&#$~^\\{}<>|\"[x]--'`ß \u4f60\u597d \U0001f389 \u0105\u2026 -5"
LONG = "an-organisation/a-model-with-a-long-name-2026-11-preview-and-a-quantisation-q4_k_m"

pytestmark = pytest.mark.slow


def wide(name: str, models: int) -> list[Row]:
    """Results that fill every table that is written."""
    return [
        row(
            f"{name} {scenario}",
            (scenario + model) % 3 > 0 or None,
            model=f"{name} {model}",
            run=run,
            tags=[name, f"t{scenario}"],
            apps=[name],
            tool_failure_probability=level,
            model_calls=5,
            unseen_events=0,
            total_tokens=20_000,
            cost_usd=0.25,
            first_proposal_seconds=20.0 * run,
            exception_type=name,
            exception_message=name,
        )
        for model in range(models)
        for level in (0.0, 0.2)
        for scenario in range(6)
        for run in (1, 2)
    ]


def compiled(engine: str, rows: Sequence[Row], packages: str, folder: Path) -> str:
    """What `engine` says of a paper with the report of `rows`."""
    (folder / "report.tex").write_text(latex(reported(rows, margin=0.05)), encoding="utf-8")
    (folder / "paper.tex").write_text(PAPER % packages)
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    return said


@pytest.mark.skipif(PDFLATEX is None, reason="no pdflatex on the PATH")
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(grid(), id="plain"),
        pytest.param([row("s", True)], id="one run"),
        pytest.param(wide(EVIL, 2), id="marks and letters"),
        pytest.param(wide(LONG, 6), id="long names"),
        pytest.param(wide("m", 30), id="60 configurations"),
    ],
)
@pytest.mark.parametrize("packages", ["booktabs,graphicx", "booktabs"])
def test_it_compiles_and_keeps_to_the_page(rows: Sequence[Row], packages: str, tmp_path: Path) -> None:
    assert PDFLATEX is not None
    said = compiled(PDFLATEX, rows, packages, tmp_path)
    assert re.search(r"Output written on paper.pdf \(\d+ pages?", said)
    assert "too large for page" not in said
    if "graphicx" in packages:  # without it nothing makes a table narrower
        assert "Overfull" not in said


@pytest.mark.skipif(XELATEX is None, reason="no xelatex on the PATH")
def test_an_engine_that_knows_all_letters_prints_them(tmp_path: Path) -> None:
    assert XELATEX is not None
    said = compiled(XELATEX, wide(EVIL, 2), "booktabs,graphicx", tmp_path)
    # Its font has no such letter, and it is the letter that was asked for, not `[U+4F60]`.
    assert "Missing character: There is no \u4f60" in said
