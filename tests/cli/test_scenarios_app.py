"""The `pare` command as a whole: help, version, errors, statuses, colours, start-up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pare_runner.cli import app as module
from pare_runner.cli.app import COMMANDS, main
from pare_runner.cli.console import mark, plural, problem_json, table
from pare_runner.cli.lazy import load
from pare_runner.cli.scenarios.group import COMMANDS as SCENARIO_COMMANDS
from pare_runner.errors import CheckError, Problem
from tests.cli.conftest import Pare

TOP = Path(__file__).parents[2]


@pytest.mark.parametrize("argv", [["--help"], ["scenarios", "--help"]])
def test_help_lists_the_commands_in_plain_text(pare: Pare, argv: list[str]) -> None:
    said = pare(*argv)
    assert said.status == 0
    for name, (_, text) in (COMMANDS if argv[0] == "--help" else SCENARIO_COMMANDS).items():
        assert f"  {name} " in said.out
        assert text in said.out
    assert said.out.isascii()
    assert "\033" not in said.out


@pytest.mark.parametrize("name", SCENARIO_COMMANDS)
def test_every_command_has_help_with_an_example(pare: Pare, name: str) -> None:
    said = pare("scenarios", name, "--help")
    assert said.status == 0
    assert f"Usage: pare scenarios {name} " in said.out
    assert f"\n  pare scenarios {name}" in said.out


@pytest.mark.parametrize("name", SCENARIO_COMMANDS)
def test_a_command_s_line_in_the_list_is_short_enough_to_be_shown_whole(name: str) -> None:
    assert len(SCENARIO_COMMANDS[name][1]) <= 56
    assert load(name, SCENARIO_COMMANDS[name][0]).help


def test_version(pare: Pare) -> None:
    said = pare("--version")
    assert said.status == 0
    assert said.out.startswith("pare_runner ")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["scenarois"], "No such command 'scenarois'. Did you mean 'scenarios'?"),
        (["scenarios", "chekc", "a"], "No such command 'chekc'. Did you mean 'check'?"),
        (["scenarios", "list", "--josn"], "No such option: --josn"),
        (["scenarios", "check"], "Missing argument"),
        (["scenarios", "show", "no_such_scenario"], "pare: there is no scenario 'no_such_scenario'"),
        (["scenarios", "show", "nothing.yaml"], "nothing.yaml: there is no such file"),
    ],
)
def test_bad_input_is_one_message_on_stderr(pare: Pare, argv: list[str], says: str) -> None:
    said = pare(*argv)
    assert said.status == 2
    assert said.out == ""
    assert says in said.err
    assert "Traceback" not in said.err


def test_a_traceback_on_demand(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARE_DEBUG", "1")
    said = pare("scenarios", "show", "no_such_scenario")
    assert said.status == 2
    assert "Traceback (most recent call last)" in said.err


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (RuntimeError("oops"), 1, "pare: internal error, RuntimeError: oops\n"),
        (CheckError("mine", ValueError("no")), 1, "pare: check 'mine' raised ValueError: no\n"),
        (KeyboardInterrupt(), 130, "pare: interrupted\n"),
    ],
)
def test_other_errors(
    pare: Pare, monkeypatch: pytest.MonkeyPatch, error: BaseException, status: int, says: str
) -> None:
    def fail(value: str) -> None:
        raise error

    monkeypatch.setattr(f"{module.__name__}.version", fail)
    said = pare("--version")
    assert (said.status, said.err) == (status, says)


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m pare_runner.cli.app scenarios schema | head -c 1"
    found = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=TOP)
    assert (found.returncode, found.stdout, found.stderr) == (0, "{", "")


def test_help_imports_nothing_heavy() -> None:
    heavy = {"rich", "polars", "hydra", "jinja2", "yaml", "numpy", "pare_runner.scenarios.scenario"}
    code = "import sys\nfrom pare_runner.cli.app import main\nmain(['scenarios', '--help'])\n"
    code += f"print({heavy} & {{*sys.modules}})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TOP)
    assert found.stdout.endswith("set()\n")


def test_colours_are_for_terminals_without_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert mark("bad", "error") == "bad"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert mark("bad", "error") == "\033[31mbad\033[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert mark("bad", "error") == "bad"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert mark("bad", "error") == "bad"


def test_a_table_in_a_pipe_is_aligned_text(capsys: pytest.CaptureFixture[str]) -> None:
    table(("id", "title"), [("a", "[bold]first"), ("long", "")])
    assert capsys.readouterr().out == "ID    TITLE\na     [bold]first\nlong\n"


def test_a_table_on_a_terminal_has_the_same_cells(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    table(("id", "title"), [("a", "[bold]first")])
    out = capsys.readouterr().out
    assert "[bold]first" in out
    assert "\033" not in out


def test_a_finding_as_json() -> None:
    assert problem_json(Problem("no", "a.yaml:3:4", "yes?", code="x")) == {
        "severity": "error",
        "code": "x",
        "message": "no",
        "hint": "yes?",
        "where": "a.yaml:3:4",
        "file": "a.yaml",
        "line": 3,
        "column": 4,
    }
    plain = problem_json(Problem("no", "a.py"))
    assert (plain["file"], plain["line"], plain["hint"]) == ("a.py", None, None)


def test_plurals() -> None:
    assert [plural(number, "file") for number in (0, 1, 2)] == ["0 files", "1 file", "2 files"]


def test_main_can_be_called_without_arguments(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["pare", "--version"])
    assert main() == 0
