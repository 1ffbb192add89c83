"""docs/models.md and docs/running.md: their commands compose, their tables are those of the configuration."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from pare_runner.cli.body import runner_config
from pare_runner.cli.compose import Composer
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.flags import parse
from pare_runner.cli.models.catalog import load_models
from pare_runner.llm.offline.registry import ASSISTANTS, USERS
from tests.docs.pages import blocks, page

COMMAND = re.compile(r"^\$ python -m pare_runner (.*?) *(?:#.*)?$", re.MULTILINE)
CONSOLE = "\n".join(blocks(page("models.md"), "console"))


@pytest.mark.parametrize("line", [line for line in COMMAND.findall(CONSOLE) if "-m" not in line.split()])
def test_the_commands_compose(line: str) -> None:
    runner_config(Composer.for_line(parse(shlex.split(line)))._compose(multirun=False))


def test_the_file_of_ones_own_is_a_model(tmp_path: Path) -> None:
    [text] = blocks(page("models.md"), "yaml")
    (tmp_path / "model").mkdir()
    (tmp_path / "model/my_file.yaml").write_text(text)

    [entry] = load_models(tmp_path, ["my_file"])

    assert (entry.engine.label, entry.engine.prices is not None) == ("mine-70b", True)
    assert entry.description == "what `pare models list` and --help say about it"


def test_the_offline_policies_are_those_there_are() -> None:
    rows = re.findall(r"^\| ((?:`\w+`,? ?)+)\| (both|assistant|user) \|", page("models.md"), re.MULTILINE)
    plays = {name: who for names, who in rows for name in re.findall(r"`(\w+)`", names)}

    assert {name for name, who in plays.items() if who != "user"} == set(ASSISTANTS)
    assert {name for name, who in plays.items() if who != "assistant"} == set(USERS)


def test_the_table_of_the_protocols_is_that_of_their_files() -> None:
    rows = re.findall(r"^\| `([\w.]+)`(?:, .*?)? \| `?(\S+?)`? \| `?(\S+?)`? \|", page("running.md"), re.MULTILINE)
    table = {key: told for key, *told in rows if key in protocol("standard") or "." in key}

    assert set(table) - {"suite.runs"} == set(protocol("standard")) - {
        *("protocol", "protocol_version", "observe_max_iterations", "execute_max_iterations", "user_max_iterations")
    }
    for key, told in table.items():
        values = [protocol(name).get(key) for name in ("standard", "pare_2026")]
        if key == "suite.runs":
            values = [1, protocol("pare_2026")["suite"]["runs"]]
        assert told == [
            "none" if value is None else f"{value:g}" if value.__class__ is float else str(value) for value in values
        ], key


def protocol(name: str) -> dict[str, Any]:
    """The values of a protocol's file."""
    values: dict[str, Any] = yaml.safe_load((packaged_conf_dir() / f"protocol/{name}.yaml").read_text(encoding="utf-8"))
    return {key: value for key, value in values.items() if key != "defaults"}
