"""Entries: scenarios the library knows of, none of them read or built before it is asked for."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pare_runner.errors import InputError
from pare_runner.library.files import read_text, shown
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.hashes import digest
from pare_runner.scenarios.registration import Registration
from pare_runner.scenarios.scenario import PAREScenario

_TOP_LEVEL_ID = re.compile(r"""^id:[ \t]+(["']?)([A-Za-z0-9_-]+)\1[ \t]*(?:#.*)?\r?$""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A scenario by its id; calling the entry makes it, and raises InputError if that cannot be done.

    `place` says where it is, `origin` how it was found; entries of the same `source` are one. A `tolerant` entry that
    cannot be made is a warning, unless it was asked for by name.
    """

    scenario_id: str
    place: str
    origin: str
    source: str
    make: Callable[[], PAREScenario]
    tolerant: bool = False

    def __call__(self) -> PAREScenario:
        """A new scenario."""
        return self.make()


def yaml_entry(path: Path, origin: str, *, tolerant: bool = False) -> Entry:
    """The entry of a YAML file. Only its id is looked for; a file that shows none is compiled at once."""
    text, name = read_text(path), shown(path)
    match = _TOP_LEVEL_ID.search(text)
    scenario_id = match.group(2) if match else compile_scenario(text, name).scenario_id
    return Entry(scenario_id, name, origin, str(path.resolve()), partial(compile_scenario, text, name), tolerant)


def registered_entry(registration: Registration, origin: str, *, tolerant: bool = False) -> Entry:
    """The entry of something registered."""
    place, make = registration.place, partial(_build, registration)
    return Entry(registration.scenario_id, place, origin, place, make, tolerant)


def python_hash(make: Any) -> str | None:
    """The hash of a Python scenario: its class name and the source of its module; None where there is no source.

    Code in modules that this one imports is not part of it.
    """
    module = sys.modules.get(getattr(make, "__module__", ""))
    path = getattr(module, "__file__", None)
    if path is None:
        return None
    try:
        source = Path(path).read_bytes().decode(errors="replace")
    except OSError:
        return None
    return digest({"class": getattr(make, "__qualname__", ""), "source": source})


def _build(registration: Registration) -> PAREScenario:
    try:
        scenario = registration.make()
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"cannot be built: {type(error).__name__}: {error}", where=registration.place) from error
    if not hasattr(scenario, "world_hash"):
        # The code that judges stands in the same module as the world: what changes one may change the other.
        vars(scenario).update(dict.fromkeys(("world_hash", "scoring_hash"), python_hash(registration.make)))
    return scenario
