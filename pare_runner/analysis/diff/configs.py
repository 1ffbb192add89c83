"""What differs in the configuration and in the code that both sides ran with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pare_runner.analysis.diff.flat import PLACES, flat, identity, text
from pare_runner.analysis.diff.keys import Keys
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.discover import Job

CHOOSING = frozenset({"scenarios", "only", "suite"})
"""Keys, with all below them, that choose which runs are made; the result of none of these changes by them."""
NAMING = "suite.name"
"""What stands below them, and only names what was chosen."""


@dataclass(frozen=True, slots=True)
class ConfigDifference:
    """A key whose values differ: all values of each side, in order. `identity` says whether it can change a result."""

    key: str
    identity: bool
    a: tuple[Any, ...]
    b: tuple[Any, ...]

    @property
    def chooses(self) -> bool:
        """Whether the key chooses which scenarios run, and how often."""
        return self.key.split(".")[0] in CHOOSING and self.key != NAMING


@dataclass(frozen=True, slots=True)
class CodeDifference:
    """A part of the code whose versions differ; of several versions on a side all are there."""

    what: str
    a: tuple[str, ...]
    b: tuple[str, ...]


def config_differences(a: Side, b: Side, keys: Keys) -> tuple[ConfigDifference, ...]:
    """Keys of the configurations with other values on A than on B, those that can change a result first.

    A key that is swept on both sides with the same values is no difference. Where a side has no manifest, the columns
    of its rows say what they can.
    """
    if not (_known(a) and _known(b)):
        return tuple(ConfigDifference(name, True, one, two) for name, (one, two) in keys.differing.items())
    marked = {key for side in (a, b) for job in side.jobs for key in identity(job)}
    one, two = (_values(_known(side)) for side in (a, b))
    found = []
    for key in dict.fromkeys((*one, *two)):
        if key in PLACES or key.split(".")[0] in PLACES or set(one.get(key, {})) == set(two.get(key, {})):
            continue
        if any(name.startswith(f"{key}.") for name in (*one, *two)):  # nothing on one side, a mapping on the other
            continue
        values = [tuple(side.get(key, {}).values()) for side in (one, two)]
        found.append(ConfigDifference(key, key in marked, values[0], values[1]))
    return tuple(sorted(found, key=lambda item: (not item.identity, item.key.count("."))))


def code_differences(a: Side, b: Side) -> tuple[CodeDifference, ...]:
    """Code revision, behaviour version, Python and packages that differ, as the manifests name them."""
    one, two = (_code(_known(side)) for side in (a, b))
    if not one or not two:
        return ()
    names = sorted({*one, *two}, key=lambda name: (name not in ("code_revision", "behaviour_version"), name))
    return tuple(
        CodeDifference(name, tuple(sorted(one.get(name, ()))), tuple(sorted(two.get(name, ()))))
        for name in names
        if one.get(name) != two.get(name)
    )


def _known(side: Side) -> list[Job]:
    return [job for job in side.jobs if job.config]


def _values(jobs: Iterable[Job]) -> dict[str, dict[str, Any]]:
    """Key → text of a value → the value, of all jobs; a key that a job does not have is none of its values."""
    found: dict[str, dict[str, Any]] = {}
    for job in jobs:
        for key, value in flat(job.config).items():
            found.setdefault(key, {})[text(value)] = value
    return found


def _code(jobs: Sequence[Job]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    readers: dict[str, Callable[[Job], Any]] = {
        "code_revision": lambda job: job.code_revision,
        "behaviour_version": lambda job: job.behaviour_version,
        "python": lambda job: job.manifest.get("python"),
    }
    for job in jobs:
        for name, read in readers.items():
            value = read(job)
            if isinstance(value, Mapping):
                value = value.get("version")
            found.setdefault(name, set()).add("unknown" if value is None else str(value))
        packages = job.manifest.get("packages")
        for name, version in packages.items() if isinstance(packages, dict) else ():
            found.setdefault(str(name), set()).add(str(version))
    return found
