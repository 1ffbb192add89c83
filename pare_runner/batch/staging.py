"""Several files of a job replaced as one: whatever ends the process, they are all old or can all become new.

New files are written below `.rescoring/`; the folder becomes `.rescored/` when all of them are on disk, and from then
on they count. They are moved into place one by one; `settle` finishes what a killed process has left of either.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pare_runner.atomic import read_json, write_atomic, write_json
from pare_runner.errors import InputError

WRITING = ".rescoring"
READY = ".rescored"
MOVES = "moves.json"


class Staging:
    """New files of the job in `directory`, by their paths: below it, or absolute."""

    def __init__(self, directory: Path) -> None:
        settle(directory)
        self._directory = directory
        self._folder = directory / WRITING
        self._targets: list[str] = []

    def write(self, path: str | Path, data: bytes) -> None:
        """Write the new content of a file."""
        write_atomic(self._folder / str(len(self._targets)), data)
        self._targets.append(str(path))

    def commit(self, gone: Iterable[str] = (), note: Any = None) -> None:
        """Make all that was written count, and the files `gone` disappear; `note`, of JSON types, is what `settle` says
        if it has to finish this."""
        write_json(self._folder / MOVES, {"moves": self._targets, "gone": list(gone), "note": note})
        os.replace(self._folder, self._directory / READY)
        _sync(self._directory)
        settle(self._directory)


def settle(directory: Path) -> Any:
    """Finish what counts already, whose note is given back, and remove what never came to count."""
    ready, note = directory / READY, None
    if (ready / MOVES).exists():
        plan = read_json(ready / MOVES)
        note = plan.get("note")
        for number, target in enumerate(plan["moves"]):
            staged, path = ready / str(number), directory / target
            if staged.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _moved(staged, path)
        for name in plan["gone"]:
            (directory / name).unlink(missing_ok=True)
        (ready / MOVES).unlink()
    for leftover in (ready, directory / WRITING):
        if leftover.is_dir():
            shutil.rmtree(leftover)
    return note


def check_settled(directory: Path) -> None:
    """InputError if files of the job in `directory` are partly old and partly new."""
    if (directory / READY / MOVES).exists():
        raise InputError(f"{directory}: judging it anew was interrupted", hint=f"`pare rescore {directory}` ends it")


def _moved(staged: Path, path: Path) -> None:
    try:
        os.replace(staged, path)
    except OSError:  # another file system, where logs may be
        write_atomic(path, staged.read_bytes())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
