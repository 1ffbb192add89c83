"""`pare tour`: an ordinary sweep, shown side by side, and one of its failed runs read again from its recording."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pare

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def no_terminal_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


def test_side_by_side_a_conversation_and_three_commands(pare: Pare) -> None:
    said = pare("tour")

    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert [" ".join(line.split()) for line in lines[:5]] == [
        "SCENARIO SCRIPTED EAGER PASSIVE",
        "dinner_headcount_change pass, 1 proposal FAIL, 1 proposal FAIL, 0 proposals",
        "expense_report_due pass, 1 proposal FAIL, 3 proposals FAIL, 0 proposals",
        "review_over_dentist pass, 1 proposal FAIL, 6 proposals FAIL, 0 proposals",
        "quiet_friday_afternoon pass, 0 proposals FAIL, 10 proposals pass, 0 proposals",
    ]
    assert "    20:25  user       accepts" in lines
    assert any("✗ Odile has the total and the cost centre" in line for line in lines)
    assert "\x1b" not in said.out
    (sweep,) = Path("outputs").glob("*/*")
    following = [line.partition("  # ")[0] for line in lines[lines.index("next:") + 1 :]]
    assert len(following) == 3
    for command in following[:2]:  # the third one needs a key
        name, *argv = shlex.split(command)
        assert Path(name).name == "pare"
        assert pare(*argv).status == 0
    assert str(sweep) in following[1]


def test_json(pare: Pare) -> None:
    said = pare("tour", "--json").json

    assert (Path(said["directory"]) / "sweep.json").exists()
    assert said["results"]["quiet_friday_afternoon"]["passive"] == {
        "status": "success", "turns": 6, "proposals": 0, "acceptances": 0,
    }  # fmt: skip
    assert said["conversation"]["assistant"] == "eager"
    assert {"proposal", "answer", "tap", "told", "end", "check"} <= {e["kind"] for e in said["conversation"]["entries"]}
    assert len(said["next"]) == 3


def test_a_folder_that_cannot_be_written(pare: Pare, tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("in the way")
    said = pare("tour")
    assert said.status == 2
    assert said.err.startswith("pare_runner: cannot ")
    assert said.out == ""


def test_make_run_sets_up_and_shows_the_tour() -> None:
    def dry(*arguments: str) -> str:
        command = ["make", "--dry-run", "--always-make", "--no-print-directory", *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout

    assert dry("run").splitlines()[-1] == ".venv/bin/pare tour"
    assert "pip install" in dry("run").replace("-m pip --disable-pip-version-check", "pip")
    assert (
        dry("run", "ARGS=suite=smoke seed=1").splitlines()[-1] == ".venv/bin/python -m pare_runner suite=smoke seed=1"
    )


def test_the_programs_are_named_so_that_they_can_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    from pare_runner.cli.next_steps import experiment, pare

    own = Path(sys.executable).parent
    monkeypatch.setenv("PATH", str(own))
    assert (pare("verify", "a b"), experiment("seed=1,2", "-m")) == (
        "pare verify 'a b'", "python -m pare_runner seed=1,2 -m",
    )  # fmt: skip
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.chdir(own.parent)
    assert (pare("tour"), experiment()) == ("bin/pare tour", "bin/python -m pare_runner")
