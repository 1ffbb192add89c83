"""docs/decision_points.md: its example prints what the page shows, its columns and phrases are those there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import polars as pl
import pytest

from pare_runner.cli import app
from pare_runner.cli.hydra_entry import main
from pare_runner.traces.decision_frame import SCHEMA
from pare_runner.traces.decision_messages import MessageKind
from pare_runner.traces.decision_points import BACKWARD, FORWARD
from pare_runner.traces.detection import PHRASES
from tests.docs.pages import blocks, page

PAGE = page("decision_points.md")
TYPES = {"text": pl.String, "integer": pl.Int64, "boolean": pl.Boolean, "JSON text": pl.String}


@pytest.mark.usefixtures("with_our_programs")
def test_the_example_prints_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    run, read, *shown = blocks(PAGE, "console")[0].splitlines()
    assert main(shlex.split(run)[4:]) == 0
    capsys.readouterr()
    assert app.main(shlex.split(read)[2:]) == 0
    assert capsys.readouterr().out.splitlines() == shown
    (code,) = blocks(PAGE, "python")
    exec(code)
    assert re.search(r"scripted +┆ accept +┆ 1", capsys.readouterr().out)


def test_the_columns() -> None:
    table = PAGE.partition("| column | type | |\n")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in table.splitlines()[1:]]
    told = []
    for names, types in rows:
        columns = re.findall(r"`(\w+)`", names)
        kinds = types.removesuffix(" or null").split(", ")
        told += zip(columns, kinds * len(columns) if len(kinds) == 1 else kinds, strict=True)
    assert [(name, TYPES[kind]) for name, kind in told] == [(name, type(kind)) for name, kind in SCHEMA.items()]


def test_the_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([a-z ]+) \|$", PAGE, re.MULTILINE)
    assert dict(rows) == dict(PHRASES)
    kinds = re.findall(r"`(\w+)`", PAGE.partition("`msg_type`, which is ")[2].partition(", and `timestamp`")[0])
    assert set(kinds) == set(MessageKind.__args__)  # type: ignore[attr-defined]
    assert f"the {FORWARD - 1} log entries after" in PAGE
    assert f"among the {BACKWARD - 1} before" in PAGE


@pytest.mark.usefixtures("with_our_programs")
def test_other_phrases(capsys: pytest.CaptureFixture[str]) -> None:
    command = shlex.split(blocks(PAGE, "console")[1])[2:]
    assert app.main(command) == 2
    assert "there is no traces" in capsys.readouterr().err
    Path("traces").mkdir()
    assert app.main(command) == 2
    assert "traces has no hf traces" in capsys.readouterr().err
