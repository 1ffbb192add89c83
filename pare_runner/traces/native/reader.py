"""Reading native traces: runs as every other format writes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from pare_runner.errors import InputError, Problem, did_you_mean
from pare_runner.traces.contract import PART
from pare_runner.traces.native.faults import fault
from pare_runner.traces.native.parts import HINT, SUFFIX
from pare_runner.traces.native.restoring import Restorer, restore
from pare_runner.traces.native.store import NativeStore
from pare_runner.traces.record import RunTrace
from pare_runner.traces.walking import walked

Read = TypeVar("Read")

NATIVE = "native"
"""Name of the format, and of the folder its tables stand in."""


class NativeReader:
    """The runs in a folder of native traces (`<job>/traces/native`), read when asked for.

    Cheapest in the order of `run_ids`. InputError if the folder holds none, and for what cannot be read, with the file.
    Parts may be joined, or taken apart, while they are read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._listing = self._files()
        self._store = NativeStore(folder)
        self._restorer = Restorer()
        self.run_ids = self._again_if_changed(lambda store: store.run_ids)

    def run(self, run_id: str) -> RunTrace:
        """One run."""
        if run_id not in self.run_ids:
            raise InputError(f"{self.folder} has no run {run_id!r}", hint=did_you_mean(run_id, self.run_ids))
        rows = self._again_if_changed(lambda store: store.rows(run_id))
        try:
            return restore(rows, self._restorer)
        except (KeyError, TypeError, ValueError) as error:
            what = fault(rows) or f"{type(error).__name__}: {error}"
            raise InputError(f"{self.folder}: run {run_id} cannot be restored: {what}") from error

    def _again_if_changed(self, read: Callable[[NativeStore], Read]) -> Read:
        """What `read` finds; if it fails and the files are others than they were, once more."""
        try:
            return read(self._store)
        except InputError:
            listing = self._files()
            if listing == self._listing:
                raise
            self._listing, self._store = listing, NativeStore(self.folder)
            return read(self._store)

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob(f"*/{PART}*{SUFFIX}"))

    def __iter__(self) -> Iterator[RunTrace]:
        for run_id in self.run_ids:
            yield self.run(run_id)


def read_native(folder: Path) -> Iterator[RunTrace]:
    """All runs in a folder of native traces, one after the other, in the order of their ids."""
    yield from NativeReader(folder)


def native_folders(place: Path, unreadable: list[Problem] | None = None) -> list[Path]:
    """The folders of native traces at or below `place` (such a folder, a job, a sweep); InputError without any.

    Folders that cannot be read are noted in `unreadable`; without it they are an InputError.
    """
    if not os.path.isdir(place):
        raise InputError(f"{place} is no directory")
    broken: list[Problem] = []
    found = [
        folder.parent
        for folder, names in walked(place, broken)
        if folder.name == "runs" and (folder.parent == place or folder.parent.name == NATIVE)
        if any(name.startswith(PART) and name.endswith(SUFFIX) for name in names)
    ]
    if broken and unreadable is None:
        raise InputError(broken[0].message, where=broken[0].where)
    if unreadable is not None:
        unreadable += [problem for problem in broken if problem not in unreadable]
    if not (found or broken):
        raise InputError(f"{place} holds no native traces", hint=HINT)
    return [place] if place in found else sorted(found)
