"""Finding results: the jobs, sweeps and files of rows at or below a path, running ones too.

What a job consists of is said by its files alone, whatever wrote them (`docs/outputs.md`). A file that is damaged costs
what it would have said: that is a note, and the rest goes on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pare_runner.analysis.job_files import damaged, mapping, read_manifest, read_mapping, read_overrides, text_or_none
from pare_runner.errors import InputError, Problem, did_you_mean

PLAN, MANIFEST, SUMMARY = "plan.json", "manifest.json", "summary.json"
JOURNAL, PARQUET = "results.jsonl", "results.parquet"
OVERRIDES = Path(".hydra", "overrides.yaml")
ROWS_ENDING = "_result.json"
COMBINED = "combined_result.json"
"""PARE's file of all rows, which its own report leaves out beside the files of single experiments."""

Paths = str | os.PathLike[str]
Given = Paths | Iterable[Paths]
"""A path of results, or several."""


@dataclass(frozen=True)
class Job:
    """Results of one configuration, or a file of rows from elsewhere.

    `name` is the folder or file as it was found from the path that was given. `file` holds the rows, and its ending
    says how; None if no run has finished. Paths in rows count from `folder` if there is one. `planned` is the number of
    runs that the job consists of, None if that is not known. `complete` says that the job came to its end, `summary`
    what its summary then said. `overrides` are those that were typed or swept, None if nobody wrote them down.
    """

    name: str
    file: Path | None
    folder: Path | None = None
    manifest: Mapping[str, Any] = field(default_factory=dict)
    overrides: tuple[str, ...] | None = None
    planned: int | None = None
    complete: bool = True
    summary: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def config(self) -> Mapping[str, Any]:
        """The configuration, as JSON values; empty if nothing says it."""
        return mapping(self.manifest.get("config"))

    @cached_property
    def scenarios(self) -> Mapping[str, Mapping[str, Any]]:
        """Scenario id → what the manifest says of it: hashes, seed, tags, apps."""
        found = mapping(self.manifest.get("scenarios"))
        return {str(name): mapping(entry) for name, entry in found.items()}

    @property
    def config_hash(self) -> str | None:
        return text_or_none(self.manifest.get("config_hash"))

    @property
    def package_version(self) -> str | None:
        """Version of this package that ran the job."""
        return text_or_none(mapping(self.manifest.get("packages")).get("pare-runner"))

    @property
    def behaviour_version(self) -> int | None:
        found = self.manifest.get("behaviour_version")
        return found if type(found) is int else None

    @property
    def code_revision(self) -> str | None:
        """Commit of the checkout that ran the job."""
        return text_or_none(self.manifest.get("code_revision"))


@dataclass(frozen=True, slots=True)
class Found:
    """Jobs in the order of their paths, in a sweep in the order of its plan; and what was odd about their files."""

    jobs: tuple[Job, ...]
    notes: tuple[Problem, ...]


def each_path(*given: Given) -> list[Paths]:
    """All paths in `given`, each of which is one path or several; InputError for what is neither, such as a frame."""
    found: list[Paths] = []
    for item in given:
        found += [item] if isinstance(item, str | os.PathLike) else _several(item)
    return found


def _several(item: Any) -> list[Paths]:
    try:
        some = list(item)
    except TypeError:  # nothing to go through
        some = [item]
    if not all(isinstance(path, str | os.PathLike) for path in some):
        raise InputError(
            f"a {type(item).__name__} is no path of results",
            hint="name folders of jobs or sweeps, or files of rows; write_parquet makes such a file of a frame",
        )
    return some


def discover(paths: Given) -> Found:
    """The jobs at or below each of `paths`: job, sweep, a folder of both, or a single file of rows.

    A job that is found twice counts once. InputError for a path that does not exist or holds no results.
    """
    notes: list[Problem] = []
    jobs: dict[Path, Job] = {}
    for path in each_path(paths):
        if not os.fspath(path):
            raise InputError("a path of results is empty", hint="name a folder, such as outputs")
        given = Path(path)
        below = list(_at(given, notes))
        if not below:
            raise InputError(
                f"{given} holds no results",
                hint=f"looked in it and below for {PLAN}, {MANIFEST}, {JOURNAL}, {PARQUET} and *{ROWS_ENDING}",
            )
        for job in below:
            jobs.setdefault((job.folder or job.file or Path(job.name)).resolve(), job)
    return Found(tuple(jobs.values()), tuple(notes))


def _at(given: Path, notes: list[Problem]) -> Iterator[Job]:
    if given.is_dir():
        yield from _below(given, notes)
    elif given.exists():
        yield _file(given, notes)
    else:
        above = given.parent
        beside = [entry.name for entry in above.iterdir()] if above.is_dir() else []
        raise InputError(f"there is no {given}", hint=did_you_mean(given.name, beside, limit=0))


def _below(top: Path, notes: list[Problem]) -> Iterator[Job]:
    for name, folders, files in os.walk(top):
        folder = Path(name)
        found = list(_in_folder(folder, files, notes))
        yield from found
        # What lies below a job is its own: traces, logs, calls.
        folders[:] = [] if found and found[0].folder else sorted(item for item in folders if item[0] != ".")


def _in_folder(folder: Path, files: list[str], notes: list[Problem]) -> Iterator[Job]:
    if PLAN in files:
        planned = list(_planned(folder, notes))
        if planned:
            yield from planned
            return
    if {MANIFEST, JOURNAL} & set(files):
        yield _job(folder, notes)
    elif PARQUET in files and not any(folder.glob(f"*/{MANIFEST}")):  # what stands above jobs repeats them
        yield Job(folder.as_posix(), folder / PARQUET, folder)
    else:
        for file in sorted(files):
            if file.endswith(ROWS_ENDING) and file != COMBINED:
                yield Job((folder / file).as_posix(), folder / file)


def _file(path: Path, notes: list[Problem]) -> Job:
    if path.suffix not in (".parquet", ".jsonl", ".json", ".csv"):
        raise InputError(
            f"{path} is no file of results", hint="name a folder, or a .parquet, .jsonl, .json or .csv file of rows"
        )
    if path.name not in (PARQUET, JOURNAL):
        return Job(path.as_posix(), path)
    if (path.parent / MANIFEST).exists():
        return replace(_job(path.parent, notes), file=path)
    return Job(path.parent.as_posix(), path, path.parent)


def _planned(folder: Path, notes: list[Problem]) -> Iterator[Job]:
    """The jobs of an invocation, begun or not; nothing if its plan cannot be used."""
    before = len(notes)
    plan = read_mapping(folder / PLAN, notes)
    try:
        entries = [
            (folder / entry["folder"], tuple(map(str, entry["overrides"])), sum(entry["units"].values()))
            for entry in plan["jobs"]
        ]
    except (KeyError, TypeError, AttributeError):
        if len(notes) == before:
            notes.append(damaged(folder / PLAN, "it is no plan"))
        return
    jobs = [_job(place, notes, overrides, planned) for place, overrides, planned in entries]
    whole = folder / PARQUET
    if whole.exists() and all(job.file is None for job in jobs):  # the frame of a sweep whose jobs were left behind
        jobs = [Job(folder.as_posix(), whole, folder)]
    yield from jobs


def _job(
    folder: Path, notes: list[Problem], overrides: tuple[str, ...] | None = None, planned: int | None = None
) -> Job:
    manifest = read_manifest(folder / MANIFEST, notes)
    if planned is None and type(manifest.get("units")) is int:
        planned = manifest["units"]
    summary = _summary_of_end(folder, manifest, notes)
    complete = summary is not None and bool(summary.get("complete", True))
    file = next((folder / name for name in _preferred(complete) if (folder / name).exists()), None)
    if not overrides:  # the plan names what is a job's own in a sweep; a job alone has only Hydra's list
        overrides = read_overrides(folder / OVERRIDES, notes)
    return Job(folder.as_posix(), file, folder, manifest, overrides, planned, complete, summary or {})


def _preferred(complete: bool) -> tuple[str, ...]:
    """The frame of a job that goes on is that of an earlier end; its journal says more."""
    return (PARQUET, JOURNAL) if complete else (JOURNAL, PARQUET)


def _summary_of_end(folder: Path, manifest: Mapping[str, Any], notes: list[Problem]) -> Mapping[str, Any] | None:
    """The summary of a job that has ended since it was begun or gone on with, so that its frame is all of it; None of
    any other."""
    if not (folder / PARQUET).exists():
        return None
    if manifest and mapping(manifest.get("wall_clock")).get("finished") is None:
        return None
    return read_mapping(folder / SUMMARY, notes)
