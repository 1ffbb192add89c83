"""The experiment command as a process of its own, killed at will, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from pare_runner.batch.frame import WALL_CLOCK_COLUMNS
from pare_runner.batch.journal import JOURNAL, read_journal


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start `python -m pare_runner` with `words` in `folder`, with a cache of that folder's own."""
    environment = {**os.environ, "PARE_CACHE_DIR": str(folder / "cache"), "HOME": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "pare_runner", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(folder: Path, *words: str) -> None:
    """Run the command to its end, which must be a good one."""
    process = start(folder, *words)
    _, said = process.communicate()
    assert process.returncode == 0, said


def run_until(folder: Path, seconds: float, *words: str) -> bool:
    """Run the command, and kill it (SIGKILL) after `seconds`; whether it had come to its end."""
    process = start(folder, *words)
    try:
        _, said = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return False
    assert process.returncode == 0, said
    return True


def run_until_reached(folder: Path, reached: Callable[[], bool], *words: str) -> bool:
    """Run the command, and kill it as soon as `reached` says so; whether it ended before."""
    process = start(folder, *words)
    while process.poll() is None:
        if reached():
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return False
        time.sleep(0.002)
    _, said = process.communicate()
    assert process.returncode == 0, said
    return True


def journalled(directory: Path) -> int:
    """Lines in the journals below `directory` while somebody is at work there and folders come and go."""
    folders = [Path(folder) for folder, _, names in os.walk(directory) if JOURNAL in names]
    return sum((folder / JOURNAL).read_bytes().count(b"\n") for folder in folders)


def left(directory: Path) -> dict[str, Any]:
    """What must be equal after equal experiments: bytes of traces, logs, calls; frames without wall clock columns."""
    found: dict[str, Any] = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        parts = set(path.relative_to(directory).parts)
        if path.name == "results.parquet":
            found[name] = pl.read_parquet(path).drop(WALL_CLOCK_COLUMNS).to_dicts()
        elif path.is_file() and (path.name == "calls.jsonl" or parts & {"traces", "logs"}):
            found[name] = path.read_bytes()
    return found


def lines_of(directory: Path) -> Counter[tuple[str, str, int]]:
    """(job's folder, scenario, run) → lines in the journals below `directory`."""
    return Counter(
        (path.parent.name, line["base_scenario_id"], line["run_number"])
        for path in directory.rglob(JOURNAL)
        for line in read_journal(path.parent).lines
    )


def planned(directory: Path) -> int:
    """Units in the plan."""
    units: int = json.loads((directory / "plan.json").read_text())["units"]
    return units
