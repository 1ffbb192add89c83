"""The folders below a place, and which of them cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from pare_runner.errors import Problem


def walked(top: Path, unreadable: list[Problem]) -> Iterator[tuple[Path, list[str]]]:
    """`top` and each folder below it with the names of its files; `unreadable` gets those that cannot be read.

    Hidden folders are passed over: they are of other programs, or of a job that is judged anew.
    """

    def note(error: OSError) -> None:
        said = Problem(f"cannot read the folder: {error.strerror or error}", str(Path(error.filename or top)))
        if said not in unreadable:
            unreadable.append(said)

    for folder, folders, names in os.walk(top, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".")]
        if names and not os.access(folder, os.X_OK):  # it can be listed, and nothing in it opened
            note(PermissionError(0, "its files cannot be opened", folder))
            folders.clear()
            continue
        yield Path(folder), names
