"""Where augmentation data comes from: a file of the user's, or the texts shipped with the package."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from pare_runner.errors import InputError
from pare_runner.library.files import shown, to_path
from pare_runner.noise.data import KEYS, AugmentationData, parse_augmentation_data

VARIABLE = "ENV_AUGMENTATION_DATA_PATH"
"""Names a file that replaces all other data."""
DOCUMENTED = Path("data", "metaare_augmentation_data.json")
"""Where PARE keeps its file, below the working directory; it is read if it is there."""
SHIPPED = Path(__file__).with_name("noise_data")


def load_augmentation_data(environ: Mapping[str, str] | None = None) -> AugmentationData:
    """The data in force: the file `ENV_AUGMENTATION_DATA_PATH` names, else `DOCUMENTED`, else the shipped one.

    One file is taken whole, nothing is added to it. `environ` defaults to the process's environment; a variable set to
    nothing is not set. The digest depends on the content, not on the place. Raises InputError naming the file, and the
    place in it, for one that is missing, cannot be read, is not JSON or has another layout.
    """
    path = data_file(environ)
    return _shipped() if path is None else _load(path)


def data_file(environ: Mapping[str, str] | None = None) -> Path | None:
    """The file that replaces the shipped data, found as above; None if there is none, InputError for a missing one."""
    named = (os.environ if environ is None else environ).get(VARIABLE, "").strip()
    if named:
        path = to_path(named)
        if not path.exists():
            raise InputError("there is no such file", where=shown(path), hint=f"{VARIABLE} names it")
        return path
    return DOCUMENTED if DOCUMENTED.exists() else None


def _load(path: Path) -> AugmentationData:
    return parse_augmentation_data(_read(path), shown(path))


@cache
def _shipped() -> AugmentationData:
    """All shipped files as one, in the order of their names; no two say the same thing."""
    apps: list[Any] = []
    names: dict[str, Any] = {}
    descriptions: dict[str, Any] = {}
    for path in sorted(SHIPPED.glob("*.json")):
        value = _read(path)
        apps += value.get(KEYS[0], [])
        names |= value.get(KEYS[1], {})
        descriptions |= value.get(KEYS[2], {})
    return parse_augmentation_data(dict(zip(KEYS, (apps, names, descriptions), strict=True)), "the shipped data")


def _read(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        place = f"{shown(path)}:{error.lineno}:{error.colno}"
        raise InputError(f"this is not JSON: {error.msg}", where=place) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"augmentation data cannot be read: {reason}", where=shown(path)) from None
