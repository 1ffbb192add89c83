"""The texts of scenarios that jobs have kept: `file` of each in a manifest, from the folder of the job."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from pare_runner.analysis.discover import Job

ENDINGS = (".yaml", ".yml", ".py")
LARGEST = 8 * 2**20
"""Bytes of a text that is read."""


def kept_text(scenario: str, jobs: Iterable[Job]) -> tuple[str, str] | None:
    """Ending and text of a scenario as the first of `jobs` that kept it has it; None if none has."""
    for job in jobs:
        name = job.scenarios.get(scenario, {}).get("file")
        if job.folder is None or not isinstance(name, str) or not _may_be_read(name):
            continue
        path = job.folder / name
        try:
            if path.stat().st_size <= LARGEST:
                return path.suffix, path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            continue
    return None


def _may_be_read(name: str) -> bool:
    """Whether it is the name of a scenario in results: a manifest that somebody else has made may say anything."""
    path = PurePosixPath(name)
    inner = [part for part in path.parts if part != ".."]
    known = bool(inner) and inner[0] in (".scenarios", "scenarios", "code") and path.parts[-len(inner) :] == (*inner,)
    return known and not path.is_absolute() and path.suffix in ENDINGS
