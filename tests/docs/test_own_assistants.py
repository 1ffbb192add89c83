"""The page on assistants of one's own, executed: they keep the contract and pass the scenario by the commands."""

from __future__ import annotations

import dataclasses
import importlib
import json
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.cli.hydra_entry import main
from pare_runner.library.assistants import GROUP
from pare_runner.prove.assistants import AssistantContract
from pare_runner.prove.proof import prove
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.docs.pages import blocks, page

PAGE = page("own_assistants.md")
(TIMEKEEPER,) = blocks(PAGE, "python assistant")
(BUTLER,) = blocks(PAGE, "python asking")
(CONTRACT,) = blocks(PAGE, "python contract")
(SCENARIO,) = blocks(PAGE, "yaml scenario")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory with the page's files, importable as for `python -m`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, text in (("timekeeper", TIMEKEEPER), ("butler", BUTLER), ("test_timekeeper", CONTRACT)):
        Path(f"{name}.py").write_text(text)
    Path("parcel.yaml").write_text(SCENARIO)
    yield tmp_path
    for name in ("timekeeper", "butler", "test_timekeeper"):
        sys.modules.pop(name, None)


def run_tests(suite: Any) -> None:
    tests = [name for name in dir(suite) if name.startswith("test_")]
    assert len(tests) > 10
    for name in tests:
        getattr(suite, name)()


def test_the_first_example_is_short() -> None:
    assert len(TIMEKEEPER.splitlines()) <= 30


def test_the_assistant_of_the_page_keeps_the_contract(folder: Path) -> None:
    run_tests(importlib.import_module("test_timekeeper").TestTimekeeper())


@pytest.mark.parametrize(
    ("method", "name", "args", "says"),
    [
        (
            "observe",
            "Reminders__add_reminder",
            {"title": "As agreed", "due_datetime": "2025-11-18 15:40:00", "description": ""},
            "observe() of turn 0 calls Reminders__add_reminder by hand, and phase.tools refuses: there is no tool",
        ),
        (
            "observe",
            "Nix__nix",
            {},
            "calls Nix__nix by hand, and phase.tools refuses: there is no tool 'Nix__nix' here",
        ),
        ("execute", "Reminders__add_reminder", {"titel": "As agreed"}, "calls Reminders__add_reminder by hand"),
    ],
)
def test_calls_by_hand_that_cannot_be_made_break_it(
    folder: Path, method: str, name: str, args: dict[str, Any], says: str
) -> None:
    kept = importlib.import_module("timekeeper").Timekeeper

    async def act(self: Any, phase: Phase) -> None:
        if method == "execute":
            phase.news()
        else:
            await kept.observe(self, phase)
        phase.call_tool(name, **args)

    suite = importlib.import_module("test_timekeeper").TestTimekeeper
    broken = type("Broken", (suite,), {"make": type("Broken", (kept,), {method: act})})()
    with pytest.raises(AssertionError, match=re.escape(says)):
        broken.test_it_calls_only_what_is_offered()


def test_the_assistant_that_asks_keeps_it_too(folder: Path) -> None:
    butler = importlib.import_module("butler").Butler
    run_tests(type("TestButler", (AssistantContract,), {"make": butler})())
    run_tests(type("TestButler", (AssistantContract,), {"make": butler, "scenario": SCENARIO})())


def test_the_scenario_of_the_page_proves() -> None:
    proof = prove(compile_scenario(SCENARIO, "parcel.yaml"))
    assert proof.holds, proof.failing


def test_the_commands_of_the_page_run_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [line for block in blocks(PAGE, "console") for line in block.splitlines()]
    assert len(commands) == 3
    for number, command in enumerate(commands):
        dollar, python, flag, package, *arguments = shlex.split(command)
        assert (dollar, python, flag, package) == ("$", "python", "-m", "pare_runner")
        assert main([*arguments, f"output_dir=out{number}"]) == 0, capsys.readouterr()
        (line,) = Path(f"out{number}/results.jsonl").read_text().splitlines()
        row = json.loads(line)
        assert (row["status"], row["agent_type"]) == ("success", arguments[0].removeprefix("agent_type="))


def test_the_entry_point_is_written_as_it_is_read() -> None:
    (text,) = blocks(PAGE, "toml")
    assert list(tomllib.loads(text)["project"]["entry-points"]) == [GROUP]


@pytest.mark.parametrize(
    ("head", "members"),
    [
        ("AgentSetup", {item.name for item in dataclasses.fields(AgentSetup)}),
        ("Phase", {name for name in vars(Phase) if not name.startswith("_")}),
    ],
)
def test_the_tables_name_every_member(head: str, members: set[str]) -> None:
    table = PAGE.partition(f"| `{head}` | |\n")[2].partition("\n\n")[0]
    first_cells = [row.split("|")[1] for row in table.splitlines()[1:]]
    named = {name.partition("(")[0] for cell in first_cells for name in re.findall(r"`([^`]+)`", cell)}
    assert named == members
