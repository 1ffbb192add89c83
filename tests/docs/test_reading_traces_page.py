"""docs/reading_traces.md: its commands print what the page shows, its tables list the keys and kinds there are."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest

from pare_runner.cli import app
from pare_runner.cli.hydra_entry import main
from pare_runner.traces.documents import MAX_BYTES
from pare_runner.traces.entry import Kind
from pare_runner.traces.selecting import PARTS
from tests.docs.pages import blocks, page

PAGE = page("reading_traces.md")
VARYING = re.compile(r"_[0-9a-f]{8}\.json|[\d.]+ KiB")
"""What other configurations and small changes of the format change."""


def table_after(text: str) -> list[list[str]]:
    """The cells of the first table behind `text`, without its head."""
    rows = PAGE.partition(text)[2].partition("|---|---|\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows.splitlines()]


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def keys(text: str) -> set[str]:
    return {name for row in table_after(text) for name in names(row[0])}


@pytest.mark.usefixtures("with_our_programs")
def test_the_commands_print_what_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, str] = {}
    for block in blocks(PAGE, "console"):
        command, shown = "", []
        for line in [*block.splitlines(), "$ "]:
            if not line.startswith("$ "):
                shown.append(line)
                continue
            if command:
                said[command] = run(command, capsys)
            if shown:
                assert VARYING.sub("*", said[command]).splitlines() == [VARYING.sub("*", line) for line in shown]
            command, shown = line[2:], []
    assert Path("dinner.html").read_bytes().startswith(b"<!DOCTYPE html>")
    document = json.loads(next(text for command, text in said.items() if command.endswith("--json")))
    check_keys(document)


def run(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    program, *argv = shlex.split(command)
    capsys.readouterr()
    assert (main(argv[2:]) if program == "python" else app.main(argv)) == 0, command
    return capsys.readouterr().out


def check_keys(document: dict[str, Any]) -> None:
    entries = document["entries"]
    assert set(document) == {"file", "format", "run", "entries"}
    assert set(document["run"]) == keys("`run`:")
    assert {frozenset(entry) for entry in entries} == {frozenset(keys("Each of `entries`:"))}
    calls = [entry["model_call"] for entry in entries if entry["kind"] == "request"]
    assert {frozenset(call) for call in calls} == {frozenset(keys("`model_call`:"))}
    made = [entry["event"] for entry in entries if entry["event"] is not None]
    (row,) = [row for row in table_after("Each of `entries`:") if row[0] == "`event`"]
    assert [list(event) for event in made] == [names(row[1])] * len(made)


def test_every_kind_is_on_the_page() -> None:
    listed = {name for row in table_after("| kind |") for name in names(row[0])}
    assert listed == set(get_args(Kind)) - {"turn", "result"}


def test_every_role_is_on_the_page() -> None:
    (row,) = [row for row in table_after("| option |") if "--role" in row[0]]
    assert set(names(row[1])) == set(PARTS)


def test_the_options_are_those_of_the_command(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "COLUMNS", "200")
    assert app.main(["traces", "show", "--help"]) == 0
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options == set(re.findall(r"--[a-z][a-z-]+", PAGE)) - {"--tools"}


def test_the_limit() -> None:
    assert f"a file above {MAX_BYTES // 2**20} MiB" in PAGE
