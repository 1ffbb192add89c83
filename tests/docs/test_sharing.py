"""docs/sharing.md: an experiment is packed, opened and made again, and a configuration is saved, as the page shows."""

from __future__ import annotations

import re
import shlex
from glob import glob
from pathlib import Path

import pytest

from pare_runner.batch.archive.layout import EXPERIMENT, FOLDERS, REQUIREMENTS
from pare_runner.batch.archive.opening import LIMITS
from pare_runner.cli import app, hydra_entry
from tests.docs.pages import blocks, page

PAGE = page("sharing.md")
CHANGING = re.compile(r"\d+ files|[\d.]+ kB|-[0-9a-f]{6}|config_hash [0-9a-f]{32}|\d+ model calls")


def block(label: str) -> tuple[list[str], str]:
    """The arguments of the command in the block called `label`, patterns expanded as a shell does, and its output."""
    ((command, _, output),) = (text.partition("\n") for text in blocks(PAGE, f"console {label}"))
    words = []
    for word in shlex.split(command)[1:]:
        words += glob(word) or [word]
    return words, output


@pytest.mark.usefixtures("with_our_programs")
def test_the_commands_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    words, _ = block("run")
    assert words[:3] == ["python", "-m", "pare_runner"]
    assert hydra_entry.main(words[3:]) == 0
    capsys.readouterr()
    for label in ("export", "reproduce", "anonymous", "live", "save"):
        words, shown = block(label)
        assert words[0] == "pare"
        assert app.main(words[1:]) == 0
        assert CHANGING.sub("#", capsys.readouterr().out) == CHANGING.sub("#", shown), label
    words, _ = block("diff")
    assert app.main(words[1:]) == 0
    assert "max_turns" in capsys.readouterr().out
    assert Path("again/live/results.parquet").exists()
    assert app.main(["reproduce", "review.zip"]) == 0


def test_the_layout_of_the_page() -> None:
    table = PAGE.partition("| in the archive |")[2].partition("\n\n")[0]
    for name in (EXPERIMENT, REQUIREMENTS, *(f"{folder}/" for folder in FOLDERS)):
        assert f"| `{name}` |" in table
    assert f"{LIMITS.ratio} times its size, {LIMITS.bytes // 2**30} GiB, {LIMITS.files:,} files" in PAGE
