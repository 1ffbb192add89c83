"""Scenario files on disk: which there are in a folder, and their text."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from pare_runner.errors import InputError, did_you_mean
from pare_runner.scenarios.text.limits import MAX_BYTES

YAML_ENDINGS = (".yaml", ".yml")
PYTHON_ENDING = ".py"
ENDINGS = (*YAML_ENDINGS, PYTHON_ENDING)


def read_text(path: Path) -> str:
    """The text of a scenario file; InputError naming the file for whatever cannot be read.

    A file above `MAX_BYTES` is refused by its size, without being read.
    """
    name = shown(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise InputError("this is a folder, not a file", where=name)
        if not stat.S_ISREG(status.st_mode):
            raise InputError("this is not a regular file", where=name)
        if status.st_size > MAX_BYTES:
            size, limit = status.st_size / 2**20, MAX_BYTES / 2**20
            raise InputError(f"the file has {size:.1f} MiB; a scenario has at most {limit:.0f} MiB", where=name)
        data = path.read_bytes()
    except FileNotFoundError:
        raise InputError("there is no such file", where=name, hint=_neighbour(path)) from None
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {getattr(error, 'strerror', None) or error}", where=name) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        message = f"byte {error.start} is 0x{data[error.start]:02x}, which is not UTF-8"
        raise InputError(message, where=f"{name}:{line}:{column}", hint="save the file as UTF-8") from None


def scenario_files(folder: Path) -> list[Path]:
    """The YAML and Python files in `folder` and below it, sorted by path.

    Names that begin with a dot or an underscore are left out: `__init__.py`, helpers, caches. InputError if the folder
    cannot be read.
    """
    found: list[Path] = []

    def unreadable(error: OSError) -> None:
        raise InputError(f"cannot be read: {error.strerror}", where=shown(folder))

    for directory, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if name[0] not in "._"]
        found += [Path(directory, name) for name in names if name[0] not in "._" and name.endswith(ENDINGS)]
    return sorted(found)


def to_path(name: str) -> Path:
    """The path somebody means by `name`; `~` is a home."""
    return Path(os.path.expanduser(name))


def shown(path: Path) -> str:
    """A path for messages: relative to the working directory where it is below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)


def looks_like_path(name: str) -> bool:
    """Whether `name` can only be meant as a path, not as an id."""
    return "/" in name or os.sep in name or name.endswith(ENDINGS) or name in (".", "..")


def _neighbour(path: Path) -> str:
    try:
        names: Iterable[str] = [item.name for item in path.parent.iterdir() if item.suffix in ENDINGS]
    except OSError:
        return ""
    return did_you_mean(path.name, names, limit=0)
