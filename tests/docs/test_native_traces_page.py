"""docs/native_traces.md: its commands and code run, its columns are those of the tables."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from pare_runner.cli import app
from pare_runner.cli.hydra_entry import main
from pare_runner.traces.native.packing import GROUP
from pare_runner.traces.native.schema import FLAG, INTEGER, NUMBER, TABLES, TEXT, TEXTS
from tests.docs.pages import blocks, page

PAGE = page("native_traces.md")
TYPES = {TEXT: "text", INTEGER: "integer", NUMBER: "number", FLAG: "boolean", TEXTS: "list of text"}


@pytest.mark.usefixtures("with_our_programs")
def test_its_commands_and_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    run, convert = (block.strip().removeprefix("$ ") for block in blocks(PAGE, "console"))
    assert main(shlex.split(run.removeprefix("python -m pare_runner "))) == 0
    assert app.main(shlex.split(convert.removeprefix("pare "))) == 0
    count = len(list(Path("job/traces/hf").glob("*.json")))
    assert f"{count} runs converted to hf" in capsys.readouterr().out

    table, records = blocks(PAGE, "python native")
    exec(compile(table, "native_traces.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out.startswith("shape: (9, 6)\n")
    exec(compile(records, "native_traces.md", "exec"), {"__name__": "example"})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == count + 1
    assert lines[-1] == "system"


@pytest.mark.parametrize("table", TABLES)
def test_its_columns(table: str) -> None:
    section = PAGE.partition(f"### {table}\n")[2].partition("\n### ")[0]
    shown = section.partition("|---|---|---|\n")[2].strip().splitlines()
    assert shown == [
        f"| `{name}` | {TYPES[dtype]} | {text.replace('|', chr(92) + '|')} |"
        for name, (dtype, text) in TABLES[table].items()
    ]


def test_how_many_runs_are_joined() -> None:
    assert f"the first {GROUP} runs" in PAGE
