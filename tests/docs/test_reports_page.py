"""docs/reports.md: its commands print what it shows, its Python runs, its tables name options, classes and keys."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pare_runner.analysis.report.document import report
from pare_runner.analysis.report.failures import CLASSES
from pare_runner.cli import app, hydra_entry
from tests.docs.pages import DOCS, blocks, page

PAGE = page("reports.md")
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


def table(title: str) -> list[str]:
    """The names in the first column of the first table below a heading."""
    below = PAGE.partition(f"# {title}\n")[2]
    (first, *_) = re.findall(r"(?:^\|.*\n)+", below, re.MULTILINE)
    return [name for line in first.splitlines()[2:] for name in re.findall(r"`([^`]+)`", line.split("|")[1])]


def test_the_text_begins_as_shown(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    command, _, output = blocks(PAGE, "console text")[0].partition("\n")
    assert app.main(shlex.split(command)[2:]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(output)
    assert said.err == ""


def test_files_are_written_as_shown(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    for part in blocks(PAGE, "console files")[0].removeprefix("$ ").split("\n$ "):
        command, _, output = part.partition("\n")
        assert app.main(shlex.split(command)[1:]) == 0
        assert capsys.readouterr().out.rstrip() == output.rstrip()


def test_the_python_of_the_page_runs(
    made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made)
    exec(blocks(PAGE, "python report")[0], {})
    assert capsys.readouterr().out == blocks(PAGE, "text report")[0]


def test_every_option_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["report", "--help"]) == 0
    options = set(re.findall(r"^  (--[a-z]+)", capsys.readouterr().out, re.MULTILINE)) - {"--help"}
    assert {name.split()[0] for name in table("Forms") if name.startswith("--")} == options


def test_every_class_of_failures_is_named() -> None:
    assert table("Failures") == list(CLASSES)


def test_every_key_of_the_json_is_named(made: Path) -> None:
    found = report(made / "outputs/grid").json()
    assert table("JSON") == list(found)
    keys = PAGE.partition("Keys of `pare_runner`:")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in keys.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == set(found["pare_runner"])


def test_every_section_is_named(made: Path) -> None:
    named = PAGE.partition("## What it says")[2].partition("\n### ")[0]
    for title in re.findall(r"^## (.*)$", report(made / "outputs/grid").markdown(), re.MULTILINE):
        assert title.partition(":")[0].removesuffix(" by app").removesuffix(" by tag") in named


def test_the_picture_is_small() -> None:
    assert (DOCS / "images/report.png").stat().st_size < 300_000
