"""Which files an archive can hold: those that `pare export` packs, and of jobs and runs those that are in it.

A hash finds damage; it says nothing of a file that somebody has added and described. What nobody would look at when
runs are made again must not stand beside what was found to be right.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from pare_runner.batch.archive.layout import CODE, HYDRA, HYDRA_FILES, JOBS, MULTIRUN
from pare_runner.batch.archive.reproduction import Unpacked
from pare_runner.batch.frames_io import PARQUET
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.logs import RUN_LOG
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.plan import PLAN, PlannedJob
from pare_runner.batch.summary import SUMMARY
from pare_runner.batch.sweep_files import SWEEP
from pare_runner.errors import InputError
from pare_runner.library.noise_data import DOCUMENTED
from pare_runner.llm.recording.files import CALLS, SHARDS
from pare_runner.traces.contract import TRACES


def refuse_strangers(unpacked: Unpacked, where: str) -> None:
    """InputError for a file that no export packs, of the archive that is called `where`."""
    names = {_name(JOBS, PLAN), _name(CODE, DOCUMENTED.as_posix())}
    if unpacked.plan.sweep:
        names |= {_name(JOBS, name) for name in (SWEEP, PARQUET, MULTIRUN)}
    traces, shards = set[str](), set[str]()
    for job in unpacked.jobs:
        names.update(_files(unpacked, job))
        traces |= {_name(JOBS, job.folder, TRACES)} if unpacked.contents.traces else set()
        shards |= {_name(JOBS, job.folder, SHARDS)} if unpacked.contents.calls else set()
    for name in sorted(unpacked.contents.files):
        above = {parent.as_posix() for parent in PurePosixPath(name).parents}
        known = name in names or above & traces or (above & shards and name.endswith(".jsonl"))
        if not known and (name.startswith(f"{JOBS}/") or name.endswith(".json")):
            raise InputError(f"{name} does not belong into such an archive: no export packs it", where=where)


def _files(unpacked: Unpacked, job: PlannedJob) -> Iterator[str]:
    """The names of the files that a job can have in an archive, but for traces and shards."""
    alone = [MANIFEST, JOURNAL, PARQUET, SUMMARY, RUN_LOG, *(_name(HYDRA, name) for name in HYDRA_FILES)]
    logs = unpacked.config(job).logs_dir
    rows = read_journal(unpacked.root / JOBS / job.folder).lines
    alone += [_name(logs, f"{row.get('run_id')}.log") for row in rows]
    alone += [CALLS] if unpacked.contents.calls else []
    yield from (_name(JOBS, job.folder, name) for name in alone)


def _name(*parts: str) -> str:
    return PurePosixPath(*parts).as_posix()
