"""docs/diff.md: its commands print what it shows, its Python runs, its tables name every option and key."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from pare_runner.analysis.diff.evidence import EXACT
from pare_runner.analysis.diff.examine import TRACES
from pare_runner.analysis.diff.figures import CELLS
from pare_runner.analysis.diff.flat import PLACES
from pare_runner.cli import app, hydra_entry
from tests.docs.pages import DOCS, blocks, page

PAGE = page("diff.md")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which both experiments of the page have run."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for line in blocks(PAGE, "console make")[0].splitlines():
            assert hydra_entry.main([*shlex.split(line)[4:], "cache=bypass"]) == 0  # the session's cache is nobody's
    return folder


@pytest.mark.parametrize("label", ["diff", "identical"])
@pytest.mark.usefixtures("with_our_programs")
def test_the_commands_print_what_is_shown(
    made: Path, label: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    command, _, output = blocks(PAGE, f"console {label}")[0].removeprefix("$ ").partition("\n")
    assert app.main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr() == (output, "")


def test_the_python_of_the_page_runs(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    exec(blocks(PAGE, "python diff")[0], {})
    assert capsys.readouterr().out == blocks(PAGE, "text diff")[0]


def test_every_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["diff", "--help"]) == 0
    options = set(re.findall(r"^ +(--[a-z-]+)", capsys.readouterr().out, re.MULTILINE)) - {"--help"}
    assert "--fail-on" in options
    assert options <= set(re.findall(r"--[a-z-]+", PAGE.partition("| option | |")[2].partition("## What was run")[0]))


def test_every_key_is_named() -> None:
    table = PAGE.partition("| key | |")[2].partition("## In Python")[0]
    named = {
        name
        for line in table.splitlines()
        for name in re.findall(r"`(\w+)`", line.split("|")[1] if "|" in line else "")
    }
    assert named == set(json.loads((DOCS / "diff.schema.json").read_text())["properties"])


def test_the_numbers() -> None:
    assert f"up to {TRACES:,} pairs" in PAGE
    assert f"exact up to {EXACT} runs" in PAGE
    assert f"up to {CELLS}, and" in PAGE
    assert all(f"`{name}`" in PAGE for name in PLACES)
