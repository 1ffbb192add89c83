"""The page on traces: formats, kinds of entries and of redaction are those there are; its commands and code run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import orjson
import pytest

from pare_runner.cli import app
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.hydra_entry import main
from pare_runner.traces.redaction import KINDS
from tests.docs.pages import blocks, page

PAGE = page("traces.md")


def table(head: str) -> list[str]:
    """The first cells of the rows of the table below the line `head`."""
    rows = PAGE.partition(head + "\n")[2].partition("\n\n")[0].splitlines()[1:]
    return [row.split("|")[1].strip() for row in rows]


def test_the_formats_are_the_options_of_the_group() -> None:
    options = {path.stem for path in (packaged_conf_dir() / "export").glob("*.yaml")}
    shown = {re.findall(r"export=(\w+)", cell)[0] for cell in table("| option | what is written below `traces/` |")}
    assert shown == options


def test_the_kinds_of_redaction() -> None:
    shown = [cell.strip("`") for cell in table("| kind | what becomes unreadable |")]
    assert shown == [*KINDS, "pattern:REGEX"]


@pytest.mark.parametrize("block", blocks(PAGE, "console"))
def test_its_commands_and_the_kinds_of_entries_they_leave(
    block: str, with_our_programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for line in block.splitlines():
        _, program, *words = shlex.split(line)
        if program == "pare":
            assert app.main(words) == 0
        else:
            own = any(word.startswith("output_dir=") for word in words)
            assert main(words[2:] if own else [*words[2:], "output_dir=out"]) == 0

    shown = {kind for cell in table("| `log_type` | what it holds |") for kind in re.findall(r"`(\w+)`", cell)}
    for path in Path().rglob("traces/hf/*.json"):
        document = orjson.loads(path.read_bytes())
        assert {orjson.loads(text)["log_type"] for text in document["world_logs"]} <= shown
        assert document["metadata"]["definition"]["scenario_id"] in path.name


def test_its_code(capsys: pytest.CaptureFixture[str]) -> None:
    (example,) = blocks(PAGE, "python traces")
    exec(compile(example, "traces.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out == "hf/dinner.json\n"
