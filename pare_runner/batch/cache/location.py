"""Where the cache is: `PARE_CACHE_DIR`, else the folder that `pare cache set` remembered, else PARE's own default.

Everything of ours is in `pare_runner/format-1/` below that folder. What else is there, a real PARE's files among it, is
never read, moved or deleted; another format of ours would have a folder of its own.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pare_runner.atomic import read_json, write_json, writing
from pare_runner.errors import ConfigError, InputError

VARIABLE = "PARE_CACHE_DIR"
SETTINGS = ".config/pare_runner/cache.json"
"""File below the home directory that `pare cache set` writes."""
DEFAULT = ".cache/pare/scenario_results"
"""Folder below the home directory, as PARE documents it."""
FORMAT = 1
"""Raised when entries change their form."""
OWN = f"pare_runner/format-{FORMAT}"


def cache_folder(environment: Mapping[str, str] | None = None) -> tuple[Path, str]:
    """The absolute folder of the cache, which need not exist, and what says so; InputError if none can be found."""
    chosen = (os.environ if environment is None else environment).get(VARIABLE)
    if chosen:
        return _absolute(chosen) / OWN, VARIABLE
    remembered = remembered_folder()
    if remembered is not None:
        return remembered / OWN, "pare cache set"
    return _home() / DEFAULT / OWN, "default"


def remembered_folder() -> Path | None:
    """The folder that `remember` wrote down; InputError if its file cannot be used."""
    path = _home() / SETTINGS
    if not path.exists():
        return None
    content = read_json(path)
    folder = content.get("cache_dir") if isinstance(content, dict) else None
    if not isinstance(folder, str) or not folder:
        raise InputError("names no cache_dir", where=str(path), hint="`pare cache set DIR` writes it anew")
    return _absolute(folder)


def remember(folder: str) -> Path:
    """Make `folder` the cache of every later command without `PARE_CACHE_DIR`; gives it as an absolute path."""
    path = _absolute(folder)
    if path.exists() and not path.is_dir():
        raise ConfigError(f"{path} is no directory")
    with writing(path):
        path.mkdir(parents=True, exist_ok=True)
        write_json(_home() / SETTINGS, {"cache_dir": str(path)})
    return path


def forget() -> bool:
    """Go back to the default folder; whether there was anything to forget. Entries stay where they are."""
    path = _home() / SETTINGS
    known = path.exists()
    with writing(path.parent):
        path.unlink(missing_ok=True)
    return known


def _absolute(text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise InputError(f"{text}: {error}") from error


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError as error:
        raise InputError(f"there is no home directory for the cache: {error}", hint=f"set {VARIABLE}") from error
