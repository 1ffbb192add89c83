"""What stands beside the rows of a job, and should: a manifest, and a summary that counts what the frame has."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.analysis.discover import MANIFEST, PARQUET, SUMMARY
from pare_runner.analysis.loading import Loaded
from pare_runner.analysis.note import note
from pare_runner.analysis.notes import counted, listed
from pare_runner.errors import Problem

COUNTS = ("runs", "success")
"""Keys of a summary."""


def beside_notes(loaded: Sequence[Loaded]) -> list[Problem]:
    """Notes on jobs whose settings are not known, and on those whose frame and summary count otherwise."""
    notes = []
    bare = [item.job.name for item in loaded if _has_no_manifest(item)]
    if bare:
        which = f"1 of {len(loaded)} has" if len(bare) == 1 else f"{len(bare)} of {len(loaded)} have"
        lacking = f"{which} no {MANIFEST}" if len(loaded) > 1 else f"there is no {MANIFEST}"
        message = f"{lacking}: settings that no row says, and what ran them, are not known ({listed(bare)})"
        notes.append(note("no_manifest", message))
    unlike = [item for item in loaded if _is_unlike(item)]
    if unlike:
        first = unlike[0]
        said, told = _said(first.rows, first.successes), _said(*(first.job.summary[name] for name in COUNTS))
        message = f"{PARQUET} has {said}, where {SUMMARY} has {told}: {listed([item.job.name for item in unlike])}"
        notes.append(note("unlike_summary", message, hint="one was changed; pare verify tells which"))
    return notes


def _has_no_manifest(item: Loaded) -> bool:
    """Whether nothing is known of the settings of rows that stand where jobs do; one that is damaged was told of."""
    folder = item.job.folder
    if folder is None or not item.rows or item.job.manifest or "package_version" in item.schema:
        return False
    return not (folder / MANIFEST).exists()


def _is_unlike(item: Loaded) -> bool:
    """Whether the frame of a job that has ended is not what its summary counts."""
    job = item.job
    if not job.complete or job.file is None or job.file.name != PARQUET:
        return False
    told = [job.summary.get(name) for name in COUNTS]
    return all(type(count) is int for count in told) and told != [item.rows, item.successes]


def _said(runs: int, successes: int) -> str:
    return f"{counted(runs, 'run')}, {successes} successful"
