"""The page on checking: every command on it prints what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pare_runner.cli.app import main
from tests.docs.pages import blocks, page

(EXAMPLE,) = blocks(page("authoring.md"), "yaml scenario")


def write_files(folder: Path) -> None:
    """The files of the page: the example, one with three mistakes, and one that proves nothing."""
    broken = EXAMPLE.replace("title:", "tilte:", 1).replace("after: proposes", "after: propose")
    broken = broken.replace("{event_id: pickup, start_datetime: {near", "{event: pickup, start_datetime: {near")
    weak = re.sub(r"  - called:.*?after: accepts\n", "", EXAMPLE, flags=re.DOTALL) + "side_effects: report\n"
    (folder / "late_train.yaml").write_text(EXAMPLE)
    (folder / "broken.yaml").write_text(broken)
    (folder / "weak.yaml").write_text(weak.replace("id: late_train", "id: weak"))


def commands() -> list[tuple[str, str]]:
    """(command, what the page says it prints)."""
    found = [block.partition("\n") for block in blocks(page("checking.md"), "console")]
    return [(command.removeprefix("$ "), printed) for command, _, printed in found]


@pytest.mark.parametrize(("command", "printed"), commands())
def test_a_command_prints_what_the_page_says(
    command: str,
    printed: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    name, *argv = shlex.split(command)
    assert name == "pare"
    status = main(argv)
    assert capsys.readouterr().out == printed
    assert status == {"broken.yaml": 2, "weak.yaml": 1}.get(argv[2], 0)


def test_every_command_that_looks_at_files_is_on_the_page() -> None:
    assert {shlex.split(command)[2] for command, _ in commands()} == {"check", "show", "prove", "state"}
