"""The files of a sweep, above the folders of its jobs: `sweep.json` and `results.parquet`.

`write_sweep` looks at nothing but the plan and the jobs' own folders, so it can be called at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pare_runner.atomic import write_json, writing
from pare_runner.batch.frames_io import PARQUET, concat_jobs, job_frame, write_parquet
from pare_runner.batch.journal import read_journal
from pare_runner.batch.manifest import FORMAT
from pare_runner.batch.plan import PlannedJob
from pare_runner.batch.summary import success_rates, summarize
from pare_runner.scenarios.result import STATUSES

SWEEP = "sweep.json"


def write_sweep(sweep_dir: Path, jobs: Sequence[PlannedJob]) -> dict[str, Any]:
    """Write `sweep.json` and `results.parquet` from what `jobs` left in their folders; return the former's content.

    A job that is not complete counts with the units it finished. Jobs stand in the given order.
    """
    entries = [_job_entry(sweep_dir, job) for job in jobs]
    counts: dict[str, int] = {status: sum(entry["summary"][status] for entry in entries) for status in STATUSES}
    content = {
        "format": FORMAT,
        "complete": all(entry["summary"]["complete"] for entry in entries),
        "planned": sum(job.planned for job in jobs),
        "runs": sum(counts.values()),
        **counts,
        **success_rates(counts),
        "jobs": entries,
    }
    frame = concat_jobs([(job.folder, job_frame(sweep_dir / job.folder)) for job in jobs])
    with writing(sweep_dir):
        write_parquet(sweep_dir / PARQUET, frame)
        write_json(sweep_dir / SWEEP, content)
    return content


def _job_entry(sweep_dir: Path, job: PlannedJob) -> dict[str, Any]:
    folder = sweep_dir / job.folder
    journal = read_journal(folder)
    return {
        "folder": job.folder,
        "overrides": list(job.overrides),
        "config_hash": job.config_hash,
        "started": bool(journal.lines),
        "unusable_lines": len(journal.unusable),
        "summary": summarize(journal.latest().values(), job.planned),
    }
