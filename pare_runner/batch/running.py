"""Who is working on an invocation, since when, how fast and for how much longer, from its files alone.

A line of a journal carries no time. A run's own log and traces do: they are written just before the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import Any

from pare_runner.batch.lock import holder
from pare_runner.batch.manifest import MANIFEST, read_manifest

WINDOW = 300.0
"""Seconds before now whose finished runs give the rate."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Running:
    """Who works on an invocation.

    `process` is None if the invocation is gone and its workers are still ending. `since` is the moment it started, or
    went on, in UTC. `per_second` counts runs finished in the last minutes, and `eta` is in seconds; None where the
    files do not tell.
    """

    process: int | None
    since: datetime
    per_second: float | None
    eta: float | None

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON prints it."""
        return {
            "process": self.process,
            "since": self.since.isoformat(),
            "runs_per_minute": None if self.per_second is None else 60 * self.per_second,
            "eta_seconds": self.eta,
        }


def running(
    directory: Path, folders: Sequence[Path], rows: Sequence[Sequence[Row]], missing: int, now: float
) -> Running | None:
    """Who works on the invocation in `directory` at `now` (seconds of the epoch); None if nobody does.

    Its jobs are in `folders` and have finished `rows`; `missing` units are left. Jobs that a launcher of Hydra's runs
    hold their own folders instead.
    """
    held = (holder(folder) for folder in dict.fromkeys((directory, *folders)))
    found = next((item for item in held if item is not None), None)
    if found is None:
        return None
    started = min(_starts(folders, found.since), default=found.since)
    since = max(now - WINDOW, started)
    ends = [end for folder, lines in zip(folders, rows, strict=True) for end in _ends(folder, lines)]
    fresh = sum(end >= since for end in ends)
    rate = fresh / (now - since) if fresh and now > since else None
    eta = missing / rate if rate and missing and found.process is not None else None
    return Running(found.process, datetime.fromtimestamp(started, UTC), rate, eta)


def _starts(folders: Iterable[Path], until: float) -> Iterator[float]:
    """When this invocation began each job, as its manifest says: after the lock was taken, hence near `until`."""
    for folder in folders:
        if (folder / MANIFEST).exists():
            clock = read_manifest(folder)["wall_clock"]
            text = clock["resumed"][-1] if clock["resumed"] else clock.get("started")
            if isinstance(text, str):
                began = datetime.fromisoformat(text).timestamp()
                if began >= until:  # else another invocation began it
                    yield began


def _ends(folder: Path, rows: Iterable[Row]) -> Iterator[float]:
    """When each of `rows` was finished, as far as files tell."""
    logs: Path | None = None
    for row in rows:
        if logs is None:
            logs = folder / str(read_manifest(folder)["config"].get("logs_dir", "logs"))
        for path in (logs / f"{row['run_id']}.log", folder / str(row.get("export_path"))):
            try:
                found = path.stat()
                if S_ISREG(found.st_mode):  # a folder is that of all runs
                    yield found.st_mtime
                    break
            except OSError:
                continue
