"""docs/running.md: a grid that is killed, looked at, gone on with and extended prints what the page shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from pare_runner.atomic import read_json
from pare_runner.batch.config import ExecutorType
from pare_runner.cli import app, hydra_entry
from tests.cli.sweeps import dying
from tests.docs.pages import blocks, page

PAGE = page("running.md")
HASH = re.compile(r"_[0-9a-f]{8}\.log")
(GRID,) = (block for block in blocks(PAGE, "console") if "output_dir=outputs/grid" in block)


def words(command: str) -> list[str]:
    """The arguments of an experiment command of the page."""
    dollar, python, flag, package, *arguments = shlex.split(command)
    assert (dollar, python, flag, package) == ("$", "python", "-m", "pare_runner")
    return arguments


@pytest.mark.usefixtures("with_our_programs")
def test_a_grid_is_killed_gone_on_with_and_extended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dying("after a line of the journal", 5, *words(GRID), cwd=tmp_path) == -9

    for label, status in (("status", 75), ("resume", 0)):
        ((command, _, output),) = (block.partition("\n") for block in blocks(PAGE, f"console {label}"))
        assert app.main(shlex.split(command)[2:]) == status
        assert capsys.readouterr().out == output

    (command,) = blocks(PAGE, "console extend")
    assert hydra_entry.main(words(command)) == 0
    counts = read_json(tmp_path / "outputs/grid/sweep.json")
    assert (len(counts["jobs"]), counts["runs"], counts["complete"]) == (6, 12, True)
    journals = (tmp_path / "outputs/grid").rglob("results.jsonl")
    assert sum(len(path.read_text().splitlines()) for path in journals) == 12, "no run was made twice"


@pytest.mark.usefixtures("with_our_programs")
def test_what_came_to_nothing_is_told_by_cause() -> None:
    Path("mine.py").write_text(
        "class Assistant:\n"
        "    def __init__(self, setup):\n        pass\n"
        "    async def observe(self, phase):\n        {}['due']\n"
        "    async def execute(self, phase):\n        pass\n"
    )
    ((command, _, output),) = (block.partition("\n") for block in blocks(PAGE, "console failures"))
    call = [sys.executable, "-m", "pare_runner", *words(command.partition(" | ")[0])]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert HASH.sub("_0.log", "".join(done.stdout.splitlines(keepends=True)[-12:])) == HASH.sub("_0.log", output)


def test_the_grid_of_ones_own_needs_no_flag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (text,) = blocks(PAGE, "yaml sweep")
    Path("my/sweep").mkdir(parents=True)
    Path("my/sweep/two_seeds.yaml").write_text(text)
    command = "$ python -m pare_runner --config-dir my sweep=two_seeds"
    assert command.removeprefix("$ ") in PAGE

    chosen = ["scenarios=[dinner_headcount_change]", "output_dir=out"]
    assert hydra_entry.main([*words(command), *chosen]) == 0

    assert len(read_json(tmp_path / "out/plan.json")["jobs"]) == 2


def test_values_of_ones_own_take_the_place_of_a_grids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "`sweep=noise_grid model=gpt5,claude_opus_5_5`" in PAGE

    few = ["scenarios=[dinner_headcount_change]", "suite.runs=1", "noise=none,tfp_0.2", "output_dir=out"]
    assert hydra_entry.main(["sweep=noise_grid", "model=passive,eager", "seed=0,1", *few]) == 0

    jobs = read_json(tmp_path / "out/plan.json")["jobs"]
    assert len({tuple(job["overrides"]) for job in jobs}) == len(jobs) == 8


def test_every_executor_is_in_the_table() -> None:
    table = PAGE.partition("| `executor` |")[2].partition("\n\n")[0]
    for name in ExecutorType.__args__:  # type: ignore[attr-defined]  # the arguments of a Literal
        assert f"| `{name}`" in table
