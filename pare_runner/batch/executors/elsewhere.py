"""An executor at work in a process of its own, which can be interrupted and killed; see `executors.play`."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from pare_runner.batch.executors.contract import Executor

START_SECONDS = 60.0
"""How long a test waits for a process that has to do something first."""


@contextmanager
def elsewhere(executor: Executor, folder: Path, in_flight: int, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the scenarios of `words` in `folder`/job; it is ended with the block."""
    (folder / "executor").write_bytes(pickle.dumps(executor))
    module = "pare_runner.batch.executors.play"
    command = [sys.executable, "-m", module, str(folder / "executor"), str(folder / "job"), str(in_flight), *words]
    path = os.pathsep.join(item or os.getcwd() for item in sys.path)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def hear(process: subprocess.Popen[str], *lines: str) -> None:
    """Read what a process says until all of `lines` were said."""
    missing = set(lines)
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    assert process.stdout is not None
    try:
        while missing:
            line = process.stdout.readline()
            assert line, f"the process ended before it said: {', '.join(sorted(missing))}"
            missing.discard(line.strip())
    finally:
        watchdog.cancel()


def living(processes: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those of `processes` that have not ended within `seconds`; who has to clear them away may take longer."""
    end = time.monotonic() + seconds
    while True:
        alive = [item for item in processes if _lives(item)]
        if not alive or time.monotonic() > end:
            return alive
        time.sleep(0.02)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def state(directory: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of all files but the lock."""
    files = (path for path in directory.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
