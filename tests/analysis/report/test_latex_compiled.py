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

PDFLATEX = shutil.which("pdflatex")
PAPER = r"""\documentclass{article}
\usepackage{%s}
\begin{document}
\input{report.tex}
\end{document}
"""
EVIL = "é_%&#$~^\\{}<>|\"[x]--'`ß \u4f60\u597d \U0001f389 \u0105\u2026 -5"
LONG = "an-organisation/a-model-with-a-long-name-2026-11-preview-and-a-quantisation-q4_k_m"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(PDFLATEX is None, reason="no pdflatex on the PATH")]


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
    (tmp_path / "report.tex").write_text(latex(reported(rows, margin=0.05)), encoding="utf-8")
    (tmp_path / "paper.tex").write_text(PAPER % packages)
    command = [PDFLATEX, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, said[-2000:]
    assert re.search(r"Output written on paper.pdf \(\d+ pages?", said)
    assert "too large for page" not in said
    if "graphicx" in packages:  # without it nothing makes a table narrower
        assert "Overfull" not in said
