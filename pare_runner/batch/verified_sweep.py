"""The files of a sweep, above its jobs, compared with the jobs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pare_runner.atomic import read_json
from pare_runner.batch.frames_io import PARQUET
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.plan import PLAN, PlannedJob, read_plan
from pare_runner.batch.sweep_files import SWEEP, write_sweep
from pare_runner.batch.verification import Difference, Tally
from pare_runner.batch.verified_files import frame_difference, json_difference
from pare_runner.errors import InputError
from pare_runner.parquet import read_frame, unpanicked


def sweeps_below(directory: Path) -> list[Path]:
    """The folders of sweeps in `directory`, itself included."""
    return sorted(path.parent for path in directory.rglob(PLAN) if read_plan(path.parent).sweep)


def verify_sweep(directory: Path, tally: Tally) -> None:
    """Compare `plan.json`, `sweep.json` and `results.parquet` of a sweep with the folders of its jobs.

    Raises Difference for the first thing that does not fit, InputError for files that cannot be used. Jobs that have
    not begun are noted in `tally`.
    """
    jobs = read_plan(directory).jobs
    absent = [job.folder for job in jobs if not read_journal(directory / job.folder).lines]
    gone = [folder for folder in _begun(directory) if folder in absent]
    if gone:
        raise Difference(
            f"{directory}: {SWEEP} knows of a job in {', '.join(gone)}, but there is no run in its {JOURNAL}"
        )
    planned = {directory / job.folder: job for job in jobs}
    for path in sorted(directory.rglob(MANIFEST)):
        if path.parent not in planned:
            raise Difference(f"{path.parent}: {PLAN} has no such job")
        manifest = read_json(path)
        if not isinstance(manifest, dict) or manifest.get("config_hash") != planned[path.parent].config_hash:
            raise Difference(f"{path.parent}: is not the job that {PLAN} has there: another config_hash")
    if absent:
        have = "has" if len(absent) == 1 else "have"
        tally.unfinished.append(f"{directory}: {len(absent)} of {len(jobs)} planned jobs {have} not begun")
    _compare(directory, jobs)


def _begun(directory: Path) -> list[str]:
    """The jobs that had begun when the sweep ended; none are known of one that was killed."""
    path = directory / SWEEP
    if not path.exists():
        return []
    try:
        return [job["folder"] for job in read_json(path)["jobs"] if job["started"]]
    except (KeyError, TypeError) as error:
        raise InputError(f"{path} is no summary of a sweep: {type(error).__name__} {error}") from error


def _compare(directory: Path, jobs: Sequence[PlannedJob]) -> None:
    """Make the files of a sweep again, beside links to its jobs."""
    with TemporaryDirectory(prefix="pare_verify_") as name:
        scratch = Path(name).resolve()
        for job in jobs:
            link = scratch / job.folder
            if not link.parent.resolve().is_relative_to(scratch):
                raise InputError(f"{job.folder} is no folder of its own below the sweep", where=str(directory / PLAN))
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((directory / job.folder).absolute(), target_is_directory=True)
        with unpanicked(directory):
            content = write_sweep(scratch, jobs)
        what = json_difference(read_json(directory / SWEEP), content) if (directory / SWEEP).exists() else None
        if what is not None:
            raise Difference(f"{directory}: {SWEEP} is not what its jobs come to{what}")
        if (directory / PARQUET).exists():
            what = frame_difference(read_frame(directory / PARQUET), read_frame(scratch / PARQUET))
        if what is not None:
            raise Difference(f"{directory}: {PARQUET} is not what its jobs say: {what}")
