"""Killed between the last run and the last file: nothing calls that complete, and a resume writes what is missing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pare_runner.batch.frame import WALL_CLOCK_COLUMNS
from tests.cli.conftest import SHIPPED, Pare
from tests.cli.sweeps import KILL, UNIT, disturbed, finished, traces

WORDS = (f"scenarios=[{SHIPPED / 'dinner_headcount_change.yaml'}]", "cache=bypass")
SWEEP = ("model=scripted,passive", *WORDS, "-m")

DYING_LATER = """
import os, shutil, signal, sys
from pare_runner.batch.journal import Journal
from pare_runner.batch.invocation import Invocation  # once for all children
from pare_runner.cli import app, hydra_entry, reporting
program, lines, *argv = sys.argv[1:]
def dying(real, step):
    def act(*args, **options):
        if left[0] <= 0:
            step[0] -= 1
            if step[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **options)
    return act
def run(number):
    append, step = Journal.append, [number]
    def counted(self, line):
        append(self, line)
        left[0] -= 1
    Journal.append = counted
    os.replace, os.unlink = dying(os.replace, step), dying(os.unlink, step)
    main = app.main if program == "pare" else hydra_entry.main
    os._exit(main([word.replace("DIR", f"out{number}") for word in argv]))
number, left = 0, [int(lines)]
while True:
    shutil.copytree("before", f"out{number}")
    child = os.fork()
    if not child:
        run(number)
    if os.WIFEXITED(os.waitpid(child, 0)[1]):
        break
    number += 1
"""
"""A command that goes on in a copy of `before`, killed at each rename or removal of a file after that many lines."""


def killed_at_each_step(program: str, lines: int, *argv: str) -> list[Path]:
    """What the killed commands leave; the last one was not killed."""
    subprocess.run([sys.executable, "-c", DYING_LATER, program, str(lines), *argv], check=True, capture_output=True)
    return sorted(Path.cwd().glob("out*"), key=lambda path: int(path.name[3:]))


def left_by(directory: Path) -> dict[str, Any]:
    """What lies in a directory of results, without the wall clock."""
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    found: dict[str, Any] = dict.fromkeys(files)
    for name, path in files.items():
        if path.name in ("summary.json", "sweep.json"):
            found[name] = {key: value for key, value in json.loads(path.read_bytes()).items() if key != "wall_clock"}
        elif path.name == "results.parquet":
            found[name] = pl.read_parquet(path).drop(WALL_CLOCK_COLUMNS).to_dict(as_series=False)
        elif path.name in ("calls.jsonl", "plan.json"):
            found[name] = path.read_bytes()
        elif path.name in ("report.md", "report.html"):
            found[name] = path.read_text().replace(directory.name, "out")
    return {**found, "journal": finished(directory), "traces": traces(directory)}


def check_all_end_alike(pare: Pare, directories: list[Path], least: int) -> None:
    *killed, whole = directories
    assert len(killed) >= least
    wanted = left_by(whole)
    assert pare("status", whole.name).status == 0
    for directory in killed:
        said = pare("status", directory.name)
        assert (said.status, "complete but for its final files" in said.out) == (75, True), directory
        assert said.out.splitlines()[-1].startswith("write its final files: ")
        resumed = pare("resume", directory.name)
        assert resumed.status == 0, resumed.err
        assert left_by(directory) == wanted, directory
        assert "nothing to do" in pare("resume", directory.name).out
    assert pare("verify", killed[0].name).status == 0


def test_a_job_that_was_extended(pare: Pare, experiment: Pare) -> None:
    assert experiment(*WORDS, "output_dir=before").status == 0
    left = killed_at_each_step("experiment", 1, *WORDS, "suite.runs=2", "resume=DIR")
    check_all_end_alike(pare, left, least=8)


def test_a_sweep_that_was_extended(pare: Pare, experiment: Pare) -> None:
    assert experiment(*SWEEP, "output_dir=before").status == 0
    left = killed_at_each_step("experiment", 2, *SWEEP, "suite.runs=2", "resume=DIR")
    check_all_end_alike(pare, left, least=10)


def test_a_resume_of_a_sweep_that_was_stopped(pare: Pare, tmp_path: Path) -> None:
    stopped = disturbed(UNIT, 1, *SWEEP, "output_dir=before", cwd=tmp_path, how='args[0].stop("enough")')
    assert stopped.returncode == 75
    assert not json.loads(Path("before/sweep.json").read_bytes())["complete"]
    check_all_end_alike(pare, killed_at_each_step("pare", 1, "resume", "DIR"), least=8)


@pytest.fixture
def extended(experiment: Pare, tmp_path: Path) -> Path:
    """A job that was killed after the last line of the runs it was extended by."""
    assert experiment(*WORDS, "output_dir=job").status == 0
    words = (*WORDS, "suite.runs=2", "resume=job")
    line = ("pare_runner.batch.journal", "Journal", "append", True)
    assert disturbed(line, 1, *words, cwd=tmp_path, how=KILL).returncode == -9
    return tmp_path / "job"


def test_results_without_the_mark_are_judged_by_their_counts(pare: Pare, experiment: Pare, extended: Path) -> None:
    (extended / ".unfinished").unlink()
    assert "complete but for its final files" in pare("status", "job").out
    assert pare("resume", "job").status == 0
    assert pare("verify", "job").status == 0
    for name in ("report.md", "report.html"):
        (extended / name).unlink()
    assert "nothing to do" in pare("resume", "job").out, "a report may never have been written"


def test_neither_scenarios_nor_models_are_needed(pare: Pare, extended: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = json.loads((extended / "manifest.json").read_bytes())
    manifest["config"]["scenarios"] = ["gone.yaml"]
    manifest["config"]["user_engine_config"]["api_key_env"] = "NO_SUCH_KEY"
    (extended / "manifest.json").write_text(json.dumps(manifest))

    assert pare("resume", "last").status == 2, "it is not below outputs/"
    shutil.move(extended, "outputs/job")
    assert pare("resume", "last", "--only", "failed").status == 0
    assert pl.read_parquet("outputs/job/results.parquet").height == 2


def test_the_original_command_does_the_same(pare: Pare, experiment: Pare, extended: Path) -> None:
    assert experiment(*WORDS, "suite.runs=2", "resume=job").status == 0
    assert pl.read_parquet("job/results.parquet").height == 2
    assert pare("status", "job").status == 0
    assert pare("verify", "job").status == 0


def test_an_extension_that_was_interrupted_leaves_no_frame_of_before(
    pare: Pare, experiment: Pare, tmp_path: Path
) -> None:
    assert experiment(*SWEEP, "output_dir=sweep").status == 0
    words = (*SWEEP, "suite.runs=2", "resume=sweep")
    assert disturbed(UNIT, 1, *words, cwd=tmp_path, how='args[0].stop("enough")').returncode == 75
    assert pare("verify", "sweep").status == 0
    assert pl.read_parquet("sweep/results.parquet").height == 3
