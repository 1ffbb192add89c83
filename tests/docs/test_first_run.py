"""The page on the first run and the quick start of the README: their commands print what stands below them."""

from __future__ import annotations

import re
import shlex

import pytest

from pare_runner.cli import app, hydra_entry
from tests.docs.pages import DOCS, blocks, page

NEW_FOLDER = re.compile(r"outputs/\d{4}-\d\d-\d\d/[\d-]+")
RUN_ID = re.compile(r"_[0-9a-f]{8}\.log")
pytestmark = pytest.mark.usefixtures("with_our_programs")
README = (DOCS.parent / "README.md").read_text()


def same_every_day(text: str) -> str:
    """`text` without the names that the time of day and a configuration's hash give."""
    return RUN_ID.sub("_0.log", NEW_FOLDER.sub("outputs/new", text))


def printed(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command of a page prints on standard output."""
    call, _, pipe = command.partition(" | ")
    words = shlex.split(call)
    run, argv = (app.main, words[1:]) if words[0] == "pare" else (hydra_entry.main, words[3:])
    assert run(argv) == 0
    lines = capsys.readouterr().out.splitlines(keepends=True)
    if pipe:
        lines = lines[-int(pipe.removeprefix("tail -n ")) :]
    return "".join(lines)


def test_the_commands_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    found = [block.partition("\n") for block in blocks(page("first_run.md"), "console")]
    assert len(found) == 5
    for command, _, output in found:
        assert same_every_day(printed(command.removeprefix("$ "), capsys)) == same_every_day(output)


def test_the_quick_start_of_the_readme() -> None:
    """`make run` shows the tour, of which the README has the beginning."""
    (shown,) = (block for block in blocks(README, "console") if block.startswith("$ make run\n"))
    tour = blocks(page("first_run.md"), "console")[0]
    assert tour.partition("\n")[2].startswith(shown.partition("\n")[2])


def test_every_page_is_in_the_list() -> None:
    linked = set(re.findall(r"\]\((docs/[\w/]+\.md)\)", README))
    pages = {f"docs/{path.relative_to(DOCS).as_posix()}" for path in (*DOCS.glob("*.md"), *DOCS.glob("design/*.md"))}
    assert linked == pages - {"docs/design/dependencies.md"}
