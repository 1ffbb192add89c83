"""The page on Python scenarios: its class is the twin of the YAML example, and its commands work."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest

from pare_runner.apps.core.codec import to_json
from pare_runner.cli.app import main
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.library.catalog import load_suite
from pare_runner.library.selection import Choice
from pare_runner.library.sources import ENTRY_POINTS
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.docs.pages import blocks, page

PAGE = page("python_scenarios.md")
(SOURCE,) = blocks(PAGE, "python scenario")
(YAML,) = blocks(page("authoring.md"), "yaml scenario")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with the page's files."""
    monkeypatch.chdir(tmp_path)
    Path("situations").mkdir()
    Path("late_train.py").write_text(SOURCE)
    Path("situations/late_train.py").write_text(SOURCE)
    return tmp_path


def log(outcome: Outcome) -> str:
    """The log as text, without ids that `reads` happens to return."""
    return json.dumps([to_json(event) for event in outcome.log], sort_keys=True)


def test_the_class_is_the_twin_of_the_yaml_example(folder: Path) -> None:
    text = YAML.replace("{from: mira, at: -1d,", "{id: first, from: mira, at: -1d,")
    (scenario,) = load_suite(Choice(), ["late_train.py"])
    ours, theirs = run_oracle(scenario), run_oracle(compile_scenario(text))
    assert ours.result.status == theirs.result.status == "success"
    assert log(ours) == log(theirs)


def test_the_verdict_of_the_class_depends_on_the_assistant(folder: Path) -> None:
    (scenario,) = load_suite(Choice(), ["late_train.py"])
    scenario.initialize()
    assert type(scenario).__module__.startswith("pare_scenarios_")
    outcome = run_oracle(scenario)
    assert outcome.phone is not None
    outcome.phone.apps["Calendar"].events["pickup"].start_datetime = 0  # type: ignore[attr-defined]
    from pare_runner.scenarios.environment import Environment

    environment = Environment(outcome.phone, scenario.flow, oracle=True, start_time=scenario.start)
    assert scenario.validate(environment).rationale == "the pick-up was not moved"


def test_the_commands_print_what_the_page_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [block.partition("\n") for block in blocks(PAGE, "console")]
    assert len(found) == 2
    for command, _, printed in found:
        words = shlex.split(command.removeprefix("$ "))
        if "=" in words[0]:
            monkeypatch.setenv(*words.pop(0).split("="))
        assert main(words[1:]) == 0
        assert capsys.readouterr().out == printed


def test_the_entry_points_are_written_as_they_are_read() -> None:
    (text,) = blocks(PAGE, "toml")
    assert list(tomllib.loads(text)["project"]["entry-points"]) == [ENTRY_POINTS]
