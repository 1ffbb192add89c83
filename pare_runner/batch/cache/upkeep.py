"""What is in the cache, and what is to leave it."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pare_runner.atomic import writing
from pare_runner.batch.cache.store import CacheStore, Stored
from pare_runner.errors import ConfigError

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True, slots=True)
class Share:
    """The entries of one scenario or configuration: how many, and their bytes."""

    name: str
    what: str
    entries: int
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What the cache holds; shares are in order of their names. `unreadable` entries are counted in neither."""

    entries: int
    size: int
    scenarios: list[Share]
    configs: list[Share]
    unreadable: int
    corrupt: list[Path]


@dataclass(frozen=True, slots=True)
class Selection:
    """Entries that are all of what is given: of a scenario, of configurations whose hash begins so, and of an age."""

    scenario: str | None = None
    config: str | None = None
    older_than: float | None = None

    def matches(self, stored: Stored, now: float) -> bool:
        """Whether an entry is meant; one that cannot be read only if nothing but its age is asked for."""
        head = stored.head
        if head is None and (self.scenario, self.config) != (None, None):
            return False
        return (
            (self.scenario is None or (head is not None and head.key.scenario == self.scenario))
            and (self.config is None or (head is not None and head.key.config_hash.startswith(self.config)))
            and (self.older_than is None or now - stored.changed > self.older_than)
        )


def contents(store: CacheStore) -> Contents:
    """What `store` holds now."""
    found = list(store.entries())
    known = [stored for stored in found if stored.head is not None]
    return Contents(
        len(known),
        sum(stored.size for stored in found),
        list(_shares((stored.head.key.scenario, "", stored) for stored in known if stored.head)),
        list(_shares((stored.head.key.config_hash, stored.head.models, stored) for stored in known if stored.head)),
        len(found) - len(known),
        store.corrupt(),
    )


def selected(store: CacheStore, selection: Selection) -> list[Stored]:
    """The entries that are meant by `selection`."""
    now = time.time()
    return [stored for stored in store.entries() if selection.matches(stored, now)]


def remove(store: CacheStore, found: list[Stored]) -> None:
    """Remove entries."""
    with writing(store.folder):
        for stored in found:
            stored.path.unlink(missing_ok=True)


def remove_all(store: CacheStore) -> None:
    """Remove all that is ours, damaged entries included; nothing else in the folder above is touched."""
    with writing(store.folder):
        if store.folder.is_dir():
            shutil.rmtree(store.folder)


def seconds_of(text: str) -> float:
    """An age such as 12h, 30d or 2w in seconds; ConfigError for anything else."""
    match = re.fullmatch(r"(\d{1,9})([smhdw])", text.strip())
    if match is None:
        raise ConfigError(f"{text!r} is no age", hint="a number with s, m, h, d or w, as in 30d")
    return float(match[1]) * SECONDS[match[2]]


def _shares(items: Iterator[tuple[str, str, Stored]]) -> Iterator[Share]:
    by_name: dict[str, list[Stored]] = {}
    what: dict[str, str] = {}
    for name, about, stored in items:
        by_name.setdefault(name, []).append(stored)
        what[name] = about
    for name in sorted(by_name):
        found = by_name[name]
        yield Share(name, what[name], len(found), sum(stored.size for stored in found))
