"""The files that stand at the end: of each job, of a sweep, and the reports. Whether they are those of the journals.

`.unfinished` stands beside the plan from before an invocation adds a line to a journal until the last of these files is
written. So it is there whenever a process was killed in between, at whatever moment.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from pare_runner.atomic import read_json, write_atomic, writing
from pare_runner.batch.frames_io import PARQUET
from pare_runner.batch.job import Job, JobReport
from pare_runner.batch.lock import locked
from pare_runner.batch.logs import logging_runs
from pare_runner.batch.manifest import MANIFEST, Manifest, read_manifest
from pare_runner.batch.plan import Plan, PlannedJob
from pare_runner.batch.recorded_models import recorded_config
from pare_runner.batch.staging import settle
from pare_runner.batch.summary import SUMMARY
from pare_runner.batch.sweep_files import SWEEP, write_sweep
from pare_runner.errors import InputError
from pare_runner.llm.recording.files import CALLS, recorded_files

UNFINISHED = ".unfinished"
RUNS, VERDICTS = "runs", "verdicts"
"""What `.unfinished` says is changed: runs are added, or verdicts are replaced."""
COUNTS = ("planned", "runs")
"""Figures by which a summary of before is told apart, where an earlier version has left no `.unfinished`."""


def begin(directory: Path, what: str = RUNS) -> None:
    """Results in `directory` are about to change; to be called by whoever has the lock."""
    write_atomic(directory / UNFINISHED, _ours(what))


def unfinished(directory: Path) -> str | None:
    """What has been changed in `directory` since its final files were written; None for nothing."""
    try:
        return (directory / UNFINISHED).read_text().partition(" ")[0]
    except FileNotFoundError:
        return None


def ended(directory: Path) -> None:
    """All files that stand at the end are written. If another process has begun to change results meanwhile, they are
    not, and it is the one to say so."""
    what = unfinished(directory)
    if what is not None and (directory / UNFINISHED).read_bytes() == _ours(what):
        (directory / UNFINISHED).unlink()


def all_written(directory: Path, plan: Plan, runs: Sequence[int]) -> bool:
    """Whether the files that stand at the end are there, and are those of the journals, where all of `plan` has run.

    `runs` are the finished units of each job.
    """
    if unfinished(directory) is not None:
        return False
    if not all(_job_written(directory / job.folder, job, done) for job, done in zip(plan.jobs, runs, strict=True)):
        return False
    if not plan.sweep:
        return True
    return (directory / PARQUET).exists() and _counted(directory / SWEEP, (plan.planned, sum(runs)))


def write_ending(directory: Path, plan: Plan) -> list[JobReport]:
    """Write the files that stand at the end of the jobs of `plan`, which have all run, and of a sweep; reports, and
    `ended`, are left to the caller. Nothing runs, no model is asked, and scenarios are not looked at."""
    began = time.perf_counter()
    with writing(directory), locked(directory), ExitStack() as resources:
        begin(directory)
        reports = []
        for number, job in enumerate(plan.jobs):
            folder = directory / job.folder
            settle(folder)
            config = recorded_config(folder)
            if config is None:
                raise InputError(f"{folder / MANIFEST} has no configuration that can be used")
            resources.enter_context(logging_runs(config.log_level, config.writes_unit_logs))
            manifest = Manifest(folder / MANIFEST, read_manifest(folder))
            label = " ".join(job.overrides)
            opened = Job.open(number, config, folder, (), job.planned, manifest, label=label, resumed=True)
            resources.callback(opened.close)
            reports.append(opened.finish(time.perf_counter() - began))
        if plan.sweep:
            write_sweep(directory, plan.jobs)
    return reports


def _ours(what: str) -> bytes:
    return f"{what} {os.getpid()}\n".encode()


def _job_written(folder: Path, job: PlannedJob, runs: int) -> bool:
    apart = any(path != folder / CALLS for path in recorded_files(folder))
    return (folder / PARQUET).exists() and not apart and _counted(folder / SUMMARY, (job.planned, runs))


def _counted(path: Path, counts: tuple[int, int]) -> bool:
    """Whether the summary in `path` is one of so many runs, planned and finished."""
    try:
        content = read_json(path)
    except InputError:
        return False
    return isinstance(content, dict) and tuple(content.get(name) for name in COUNTS) == counts
