"""Which hf files somebody means by a file, a folder of them, a job or a sweep."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from pare_runner.errors import InputError, did_you_mean
from pare_runner.traces.contract import TRACES
from pare_runner.traces.hf import HfWriter

_OTHER_FORMATS = ("lite", "native")


def hf_files(paths: Iterable[Path]) -> list[Path]:
    """The hf files of all `paths`, each once, in the order of `paths` and by name below each; they are not opened.

    A file is itself. Of a folder with `traces/hf/` somewhere below, as a job or a sweep has it, the files there; of any
    other one the JSON files below it, except those in folders of other formats. InputError for a path that is not
    there, or that has no such file.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for file in _below(path):
            found.setdefault(os.path.abspath(file), file)
    return list(found.values())


def _below(path: Path) -> list[Path]:
    if not path.exists():
        raise InputError(f"there is no {path}", hint=_neighbour(path))
    if not path.is_dir():
        return [path]
    every = [file for file in sorted(path.rglob("*.json")) if file.is_file() and not _hidden(file.relative_to(path))]
    ours = [file for file in every if file.parts[-3:-1] == (TRACES, HfWriter.name)]
    plain = [file for file in every if not set(_OTHER_FORMATS) & {*file.relative_to(path).parts[:-1]}]
    if not (ours or plain):
        raise InputError(f"{path} has no hf traces (.json)")
    return ours or plain


def _hidden(file: Path) -> bool:
    """Files that are being written, and folders of other programs or of a job that is judged anew."""
    return any(part.startswith(".") for part in file.parts)


def _neighbour(path: Path) -> str:
    try:
        others = {item.name for item in path.parent.iterdir()} - {path.name}  # a link to nothing has its own name
        return did_you_mean(path.name, others, limit=0)
    except OSError:
        return ""
