"""The files of a sweep, above the folders of its jobs: `plan.json`, `sweep.json`, `results.parquet`.

The entry calls `write_plan` when all jobs are composed and valid, before the first one starts, with a
`PlannedJob.of(folder, overrides, config, job_units(config))` for each; and `write_sweep(dir, read_plan(dir))` when the
launcher has returned, whichever it was. `write_sweep` looks at nothing but the jobs' own folders, so it can be called
again at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pare_runner.atomic import read_json, write_json, writing
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import PARQUET, concat_jobs, job_frame, write_parquet
from pare_runner.batch.identity import config_hash, experiment_key
from pare_runner.batch.journal import read_journal
from pare_runner.batch.manifest import FORMAT, MANIFEST
from pare_runner.batch.summary import success_rates, summarize
from pare_runner.batch.units import Unit
from pare_runner.errors import InputError
from pare_runner.scenarios.result import STATUSES

PLAN = "plan.json"
SWEEP = "sweep.json"


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A job of a sweep: its folder below the sweep's, its own overrides, and its units as scenario id → runs.

    Run numbers count from 1.
    """

    folder: str
    overrides: tuple[str, ...]
    config_hash: str
    experiment_key: str
    units: dict[str, int]

    @classmethod
    def of(
        cls, folder: str, overrides: Sequence[str], config: MultiScenarioRunnerConfig, units: Sequence[Unit]
    ) -> PlannedJob:
        """The plan of a job whose units are `units`."""
        runs: dict[str, int] = {}
        for unit in units:
            name = unit.scenario.scenario_id
            runs[name] = max(unit.run_number, runs.get(name, 0))
        return cls(folder, tuple(overrides), config_hash(config), experiment_key(config), runs)

    @property
    def planned(self) -> int:
        """Number of units."""
        return sum(self.units.values())


def write_plan(sweep_dir: Path, jobs: Sequence[PlannedJob]) -> None:
    """Write `plan.json`: all units of the sweep, job by job."""
    entries = [
        {
            "folder": job.folder,
            "overrides": list(job.overrides),
            "config_hash": job.config_hash,
            "experiment_key": job.experiment_key,
            "units": job.units,
        }
        for job in jobs
    ]
    with writing(sweep_dir):
        write_json(sweep_dir / PLAN, {"format": FORMAT, "units": sum(job.planned for job in jobs), "jobs": entries})


def read_plan(sweep_dir: Path) -> list[PlannedJob]:
    """The jobs of `plan.json`; InputError if it cannot be used."""
    content = read_json(sweep_dir / PLAN)
    try:
        return [
            PlannedJob(
                entry["folder"],
                tuple(entry["overrides"]),
                entry["config_hash"],
                entry["experiment_key"],
                dict(entry["units"]),
            )
            for entry in content["jobs"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{sweep_dir / PLAN} is not a plan: {type(error).__name__} {error}") from error


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
        "started": (folder / MANIFEST).exists(),
        "unusable_lines": len(journal.unusable),
        "summary": summarize(journal.latest().values(), job.planned),
    }
