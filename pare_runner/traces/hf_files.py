"""Which hf files somebody means by a file, a folder of them, a job or a sweep."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from pare_runner.errors import InputError, Problem, did_you_mean
from pare_runner.traces.contract import TRACES
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.walking import walked

_OTHER_FORMATS = ("lite", "native")
_OF_JOBS = (
    {"manifest.json", "results.jsonl"},
    {"manifest.json", "run.log"},
    {"plan.json", "multirun.yaml"},
    {"experiment.json", "requirements.txt"},
)
"""Files that are together in a job, a sweep, an experiment that was packed: JSON files beside them are no traces."""


def hf_files(paths: Iterable[Path], unreadable: list[Problem] | None = None) -> list[Path]:
    """The hf files of all `paths`, each once, in the order of `paths` and by name below each; they are not opened.

    A file is itself. Of a folder with `traces/hf/` somewhere below, as a job or a sweep has it, the files there; of any
    other one the JSON files below it, except those in folders of other formats and those of jobs. InputError for a path
    that is not there, or that has no such file. Folders that cannot be read are noted in `unreadable`; without it they
    are an InputError.
    """
    found: dict[str, Path] = {}
    for path in paths:
        broken: list[Problem] = []
        for file in _below(path, broken):
            found.setdefault(os.path.abspath(file), file)
        if broken and unreadable is None:
            raise InputError(broken[0].message, where=broken[0].where)
        if unreadable is not None:
            unreadable += broken
    return list(found.values())


def _below(path: Path, broken: list[Problem]) -> Sequence[Path]:
    try:
        there, is_folder = path.exists(), path.is_dir()
    except OSError as error:
        broken.append(Problem(f"cannot be read: {error.strerror or error}", str(path)))
        return []
    if not there:
        if path.is_symlink():
            raise InputError(f"{path} is a broken link", hint=f"there is no {os.readlink(path)}")
        raise InputError(f"there is no {path}", hint=_neighbour(path))
    if not is_folder:
        return [path]
    below = _Below(path, broken)
    if not (below.ours or below.plain or broken):
        raise InputError(below.none_because)
    return below.ours or below.plain


class _Below:
    """The JSON files below a folder: those of jobs, and others that may be traces."""

    def __init__(self, top: Path, broken: list[Problem]) -> None:
        self._top = top
        self.ours: list[Path] = []
        self.plain: list[Path] = []
        self._jobs = 0
        self._lite = self._native = False
        job_folders: set[Path] = set()
        for folder, names in walked(top, broken):
            if any(files <= set(names) for files in _OF_JOBS):
                job_folders.add(folder)
                self._jobs += "manifest.json" in names
            self._sort(folder, names, job_folders)
        self.ours.sort()
        self.plain.sort()

    @property
    def none_because(self) -> str:
        """Why there are no files."""
        if self._native:
            return (
                f"{self._top} has native traces only: `pare traces convert {self._top} --to hf` makes hf traces of them"
            )
        if self._lite:
            return f"{self._top} has lite traces only, which do not say all that happened (export=hf or native does)"
        if self._jobs:
            job = "this job has" if self._jobs == 1 else f"the {self._jobs} jobs here have"
            return f"{self._top}: {job} no traces (export=none, or no run is over yet)"
        return f"{self._top} has no hf traces (.json)"

    def _sort(self, folder: Path, names: Sequence[str], job_folders: set[Path]) -> None:
        inner = folder.parts[len(self._top.parts) :]
        of_job = not job_folders.isdisjoint({folder, *folder.parents})
        other = bool(set(_OTHER_FORMATS) & set(inner))
        self._native = self._native or folder.parts[-2:] == (TRACES, "native")
        for name in names:
            file = folder / name
            if not name.endswith(".json") or name.startswith(".") or not file.is_file():
                continue
            if file.parts[-3:-1] == (TRACES, HfWriter.name):
                self.ours.append(file)
            elif file.parts[-3:-1] == (TRACES, "lite"):
                self._lite = True
            elif not (other or of_job):
                self.plain.append(file)


def _neighbour(path: Path) -> str:
    try:
        others = {item.name for item in path.parent.iterdir()} - {path.name}
        return did_you_mean(path.name, others, limit=0)
    except OSError:
        return ""
