"""Sweeps that die at a chosen moment, and what is compared of those that were gone on with."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from pare_runner.batch.frame import WALL_CLOCK_COLUMNS
from pare_runner.batch.journal import read_journal
from tests.cli.conftest import SHIPPED

SCENARIOS = ("dinner_headcount_change", "school_trip_packing_list", "allotment_group_newcomer")
CHOSEN = "scenarios=[" + ",".join(str(SHIPPED / f"{name}.yaml") for name in SCENARIOS) + "]"
GRID = ("model=random,passive", CHOSEN, "suite.runs=2", "-m")
UNITS = 2 * 2 * len(SCENARIOS)

DYING = """
import os, signal, sys
from {module} import {owner}
from pare_runner.cli.hydra_entry import main
left = [{after}]
method = {owner}.{method}
def counted(*args, **options):
    result = method(*args, **options) if {late} else None
    left[0] -= 1
    if not left[0]:
        {how}
    return result if {late} else method(*args, **options)
{owner}.{method} = counted
sys.exit(main(sys.argv[1:]))
"""
MOMENTS = {
    "after a line of the journal": ("pare_runner.batch.journal", "Journal", "append", True),
    "before a line of the journal": ("pare_runner.batch.journal", "Journal", "append", False),
    "after a recorded call": ("pare_runner.llm.recording.store", "CallStore", "record", True),
}


UNIT = ("pare_runner.batch.engine", "Engine", "finished", True)
"""After a unit that counts."""
KILL = "os.kill(os.getpid(), signal.SIGKILL)"


def dying(moment: str, after: int, *argv: str, cwd: Path, how: str = KILL) -> int:
    """The exit status of an experiment command to which something happens at the `after`-th such moment."""
    return disturbed(MOMENTS[moment], after, *argv, cwd=cwd, how=how).returncode


def disturbed(
    moment: tuple[str, str, str, bool], after: int, *argv: str, cwd: Path, how: str
) -> subprocess.CompletedProcess[str]:
    """An experiment command in a process of its own, in which `how` is executed at the `after`-th such moment."""
    module, owner, method, late = moment
    code = DYING.format(module=module, owner=owner, method=method, late=late, after=after, how=how)
    return subprocess.run([sys.executable, "-c", code, *argv], cwd=cwd, capture_output=True, text=True, timeout=120)


def finished(directory: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """(folder, run id) → the line of the journal without the wall clock; each unit once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for journal in sorted(directory.rglob("results.jsonl")):
        content = read_journal(journal.parent)
        assert not content.unusable
        for line in content.lines:
            key = (str(journal.parent.relative_to(directory)), line["run_id"])
            assert key not in found, "no unit twice"
            found[key] = {name: value for name, value in line.items() if name not in WALL_CLOCK_COLUMNS}
    return found


def traces(directory: Path) -> dict[str, bytes]:
    """The traces by their path."""
    return {str(path.relative_to(directory)): path.read_bytes() for path in sorted(directory.rglob("traces/*/*.json"))}
