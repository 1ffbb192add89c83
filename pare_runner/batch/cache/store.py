"""Entries on disk: `<two digits>/<key>.entry`, each whole or absent, and damaged ones in `corrupt/`.

Any number of processes may read and write at once. Two that write the same entry write the same run; the last one's
file stays. A cache that cannot be read or written to never stops an experiment: it is told once, and runs are made.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pare_runner.batch.cache.entry import CacheKey, Entry, Head, decoded, encoded, head_of
from pare_runner.batch.cache.location import cache_folder

SUFFIX = ".entry"
CORRUPT = "corrupt"
PARTIAL = ".part"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry's file; `head` is None if it cannot be read. `changed` are seconds since the epoch."""

    path: Path
    size: int
    changed: float
    head: Head | None


@dataclass(slots=True)
class CacheStore:
    """The cache in `folder`, which is made when something is written."""

    folder: Path
    _told: bool = field(default=False, init=False)

    @classmethod
    def here(cls) -> CacheStore:
        """The cache that this process is to use; InputError if it cannot be said which."""
        return cls(cache_folder()[0])

    def find(self, key: CacheKey) -> Entry | None:
        """The entry of `key`; None if there is none, or only a damaged one, which is set aside with a warning."""
        path = self._path(key)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._tell(error)
            return None
        try:
            entry = decoded(data)
            if entry.head.key != key:
                raise ValueError("is that of another run")
        except Exception as error:  # of bytes that somebody else may have written, everything is to be expected
            self._set_aside(path, key, error)
            return None
        return entry

    def head(self, key: CacheKey) -> Head | None:
        """What the first line of the entry of `key` says; None if there is none, or another line."""
        stored = _stored(self._path(key))
        head = None if stored is None else stored.head
        return head if head is not None and head.key == key else None

    def put(self, entry: Entry) -> None:
        """Write an entry, instead of one with the same key."""
        path = self._path(entry.head.key)
        partial = path.with_name(f".{path.stem}.{os.getpid()}.{threading.get_ident()}{PARTIAL}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(partial, "wb") as file:
                file.write(encoded(entry))
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
        except OSError as error:
            self._tell(error)
            partial.unlink(missing_ok=True) if partial.parent.is_dir() else None

    def entries(self) -> Iterator[Stored]:
        """All entries, in order of their names; only their first lines are read."""
        for path in sorted(self.folder.glob(f"??/*{SUFFIX}")):
            found = _stored(path)
            if found is not None:
                yield found

    def corrupt(self) -> list[Path]:
        """Files that were set aside."""
        return sorted(path for path in (self.folder / CORRUPT).glob("*") if path.is_file())

    def partial(self) -> list[Path]:
        """What writers have begun; a killed one leaves it behind."""
        return sorted(self.folder.glob(f"??/.*{PARTIAL}"))

    def _path(self, key: CacheKey) -> Path:
        return self.folder / key.name[:2] / f"{key.name}{SUFFIX}"

    def _set_aside(self, path: Path, key: CacheKey, error: Exception) -> None:
        place = self.folder / CORRUPT / path.name
        try:
            place.parent.mkdir(exist_ok=True)
            os.replace(path, place)
        except FileNotFoundError:
            return  # another process was quicker, and has told
        except OSError as refused:
            self._tell(refused)
            return
        log.warning("the cache's entry of %s is damaged (%s): set aside as %s, and run", key.unit, error, place)

    def _tell(self, error: OSError) -> None:
        if not self._told:
            self._told = True
            log.warning("the cache in %s cannot be used: %s", self.folder, error.strerror or error)


def _stored(path: Path) -> Stored | None:
    """An entry's file; None if it went away meanwhile."""
    try:
        with open(path, "rb") as file:
            about = os.fstat(file.fileno())
            line = file.readline().rstrip(b"\n")
    except OSError:
        return None
    try:
        head: Head | None = head_of(line)
    except Exception:  # see `find`
        head = None
    return Stored(path, about.st_size, about.st_mtime, head)
