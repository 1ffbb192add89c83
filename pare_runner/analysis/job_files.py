"""The files beside the rows of a job, as a reader takes them: what is damaged or lacks something costs only itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from pare_runner.analysis.note import note
from pare_runner.errors import Problem

NEEDED: Mapping[str, type] = {"config_hash": str, "config": dict, "scenarios": dict, "units": int, "wall_clock": dict}
"""What readers take from every manifest, and of which type it is."""


def read_manifest(path: Path, notes: list[Problem]) -> Mapping[str, Any]:
    """The manifest at `path`; empty if there is none. A note tells what it lacks: its runs are there all the same."""
    before = len(notes)
    found = read_mapping(path, notes)
    if len(notes) > before or not path.exists():
        return found
    lacking = [name for name, kind in NEEDED.items() if type(found.get(name)) is not kind]
    if lacking:
        which = (
            "nothing of what a manifest says" if len(lacking) == len(NEEDED) else f"no usable {' and '.join(lacking)}"
        )
        notes.append(note("damaged_file", f"has {which}", where=path.as_posix(), hint="its runs are read without it"))
    return found


def read_overrides(path: Path, notes: list[Problem]) -> tuple[str, ...] | None:
    """The overrides that Hydra wrote down; None if there is no file, and, with a note, if it cannot be used."""
    if not path.exists():
        return None
    try:
        with path.open("rb") as file:
            found = yaml.load(file, Loader=yaml.CSafeLoader)
    except (OSError, yaml.YAMLError, UnicodeError) as error:
        notes.append(damaged(path, str(error).splitlines()[0]))
        return None
    if not isinstance(found, list):
        notes.append(damaged(path, "it is no list"))
        return None
    return tuple(map(str, found))


def read_mapping(path: Path, notes: list[Problem]) -> Mapping[str, Any]:
    """The mapping in `path`; empty if there is no file, and, with a note, if it cannot be used."""
    try:
        found = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        notes.append(damaged(path, error.strerror or str(error)))
        return {}
    except orjson.JSONDecodeError as error:
        notes.append(damaged(path, f"it is not JSON: {error}"))
        return {}
    if not isinstance(found, dict):
        notes.append(damaged(path, "it is no mapping"))
        return {}
    return found


def damaged(path: Path, why: str) -> Problem:
    return note("damaged_file", f"cannot be used: {why}", where=path.as_posix())


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None
