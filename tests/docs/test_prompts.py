"""The page on prompts: its commands print what it says, its tables name every template and variable."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pare_runner.agents.prompts import VARIABLES
from pare_runner.cli.app import main
from tests.docs.pages import blocks, page

PAGE = page("prompts.md")
(EXAMPLE,) = blocks(page("authoring.md"), "yaml scenario")


def test_the_commands_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("late_train.yaml").write_text(EXAMPLE)
    commands = [block.partition("\n") for block in blocks(PAGE, "console")]
    for command, _, printed in commands:
        name, *argv = shlex.split(command.removeprefix("$ "))
        assert name == "pare"
        if "--prompts-dir" in argv:
            mistaken = Path("my_prompts/observe_turn.jinja")
            mistaken.write_text(mistaken.read_text().replace("in notifications", "in notification"))
        status = main(argv)
        said = capsys.readouterr()
        assert said.out + said.err == printed
        assert status == (2 if "--prompts-dir" in argv else 0)
    assert [command.split()[2:4] for command, _, _ in commands] == [
        ["prompts", "show"],
        ["prompts", "export"],
        ["prompts", "show"],
    ]


def test_the_tables_name_every_template_and_variable() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    templates = {row[0].strip("`"): tuple(re.findall(r"`(\w+)`", row[2])) for row in rows if len(row) == 3}
    assert templates == dict(VARIABLES)
    meanings = [name for row in rows if len(row) == 2 for name in re.findall(r"`(\w+)`", row[0])]
    assert {name for names in VARIABLES.values() for name in names} <= set(meanings)
