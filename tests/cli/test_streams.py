"""A reader that leaves changes what is printed, and no exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.analysis.diff.conftest import Rows, rows
from tests.cli.conftest import Pare

__all__ = ["rows"]

TOP = Path(__file__).parents[2]
PARE = f"{sys.executable} -m pare_runner.cli.app"


def piped(command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, cwd=cwd, check=False
    )


@pytest.fixture
def worse(rows: Rows) -> str:
    """Two results, of which the second is surely worse."""
    a = rows("a", [{"base_scenario_id": f"s{n}", "run_number": 1, "ok": True} for n in range(30)])
    b = rows("b", [{"base_scenario_id": f"s{n}", "run_number": 1, "ok": False} for n in range(30)])
    return f"{a} {b}"


@pytest.mark.parametrize("form", ["", "--json"])
def test_a_regression_stays_one_whoever_reads_along(worse: str, tmp_path: Path, form: str) -> None:
    command = f"{PARE} diff {worse} --fail-on regression:0.02 {form}"
    found = piped(f"{command} | (exec <&-; sleep 0)", tmp_path)
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("regression: ")
    assert piped(f"{command} 2>&1 | (exec <&-; sleep 0)", tmp_path).returncode == 1, "nobody hears of it, either"


def test_usage_errors_and_bad_input_stay_what_they_are(tmp_path: Path) -> None:
    for words in ("results nowhere", "report --format nonsense x"):
        assert piped(f"{PARE} {words} 2>&1 | (exec <&-; sleep 0)", tmp_path).returncode == 2
    assert piped(f"{PARE} scenarios list | (exec <&-; sleep 0)", tmp_path).returncode == 0


def test_an_experiment_runs_to_its_end(tmp_path: Path) -> None:
    command = f"{sys.executable} -m pare_runner scenarios=[dinner_headcount_change] output_dir=out"
    found = piped(f"{command} 2>&1 | (exec <&-; sleep 0)", tmp_path)
    assert found.returncode == 0
    assert (tmp_path / "out/summary.json").exists()


def test_what_is_collected_is_left_alone(pare: Pare) -> None:
    before = sys.stdout, sys.stderr
    assert pare("--version").out.startswith("pare_runner ")
    assert (sys.stdout, sys.stderr) == before
