"""docs/results.md: its commands print what it shows, its Python runs, its tables name every column and every note."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from pare_runner.analysis import schema
from pare_runner.analysis.note import Code
from pare_runner.cli import app, hydra_entry
from tests.docs.pages import blocks, page

PAGE = page("results.md")
MAKE = shlex.split(blocks(PAGE, "console make")[0])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the sweep of the page has run."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert MAKE[:4] == ["$", "python", "-m", "pare_runner"]
        assert hydra_entry.main([*MAKE[4:], "cache=bypass"]) == 0  # the cache of the session is nobody's
    return folder


@pytest.mark.parametrize("label", ["table", "failed", "files"])
@pytest.mark.usefixtures("with_our_programs")
def test_the_commands_print_what_is_shown(
    made: Path, label: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    (block,) = blocks(PAGE, f"console {label}")

    for part in block.removeprefix("$ ").split("\n$ "):
        command, _, output = part.partition("\n")
        assert app.main(shlex.split(command)[1:]) == 0
        said = capsys.readouterr()
        assert (said.out.rstrip(), said.err) == (output.rstrip(), "")


def test_the_python_of_the_page_runs(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)

    exec(blocks(PAGE, "python frame")[0], {})
    assert capsys.readouterr().out == blocks(PAGE, "text frame")[0]
    exec(blocks(PAGE, "python checks")[0], {})
    shown = capsys.readouterr().out
    assert "StatefulCabApp" in shown
    assert re.search(r"│ scripted +┆ 1.0", shown)


def test_the_columns_are_named() -> None:
    added = [name for name in schema.FRAME_SCHEMA if name not in schema.ROW_COLUMNS]
    table = PAGE.partition("## The columns")[2].partition("\n## ")[0]
    assert set(added) <= set(re.findall(r"`(\w+)`", table))
    assert f"the {len(schema.PARE_COLUMNS)} columns that PARE documents" in table


def test_the_notes_are_named() -> None:
    table = PAGE.partition("## What is odd")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", " ".join(re.findall(r"^\|(.*?)\|", table, re.MULTILINE))))
    assert named == set(get_args(Code))
