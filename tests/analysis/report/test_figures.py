"""Figures for papers."""

from __future__ import annotations

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from pare_runner.analysis.report.figures import figures
from tests.analysis.report.made import grid, reported, row

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
PROGRAM = """
from hashlib import sha256
from pare_runner.analysis.report.figures import figures
from tests.analysis.report.made import grid, reported
for name, data in figures(reported(grid(), margin=0.05)):
    print(name, sha256(data).hexdigest())
"""


def test_every_figure_is_there_in_every_format() -> None:
    found = dict(figures(reported([row("s", True, tool_failure_probability=level) for level in (0.0, 0.1)])))
    assert {name.partition(".")[0] for name in found} == {
        "headline",
        "comparisons",
        "robustness_tool_failure_probability",
    }
    assert len(found) == 3 * 3
    for name, data in found.items():
        assert data.startswith(HEADS[name.rpartition(".")[2]]), name


@pytest.mark.slow
def test_the_bytes_are_the_same_in_every_process() -> None:
    here = {name: sha256(data).hexdigest() for name, data in figures(reported(grid(), margin=0.05))}
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=root,
        env={**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(root), "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(line.split() for line in done.stdout.splitlines()) == here


def test_each_kind_of_figure_is_drawn_alike_twice() -> None:
    first, second = (list(figures(reported(grid(), margin=0.05), ["svg"])) for _ in range(2))
    assert len(first) == 9
    assert first == second


def test_names_are_no_formulas() -> None:
    found = dict(figures(reported([row("s", True, model="$x_1$"), row("s", False, model="\\frac")]), ["svg"]))
    assert b"$x_1$" in found["headline.svg"]
