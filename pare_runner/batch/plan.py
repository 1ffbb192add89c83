"""`plan.json`: all units of an invocation, written when everything they need is on disk and before the first starts.

A directory without a plan counts as empty, whatever else an invocation that was killed has left there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pare_runner.atomic import read_json, write_json, writing
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash, experiment_key
from pare_runner.batch.units import Unit
from pare_runner.errors import InputError

PLAN = "plan.json"
FORMAT = 1
"""Raised when a key of the plan changes its meaning."""
HERE = "."
"""Folder of the job of an invocation that is no sweep."""


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A job: its folder below the invocation's, its own overrides, and its units as scenario id → runs.

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

    def joined(self, other: PlannedJob) -> PlannedJob:
        """This job with the units of `other` as well, which is the same configuration, and called as it is now."""
        units = dict(self.units)
        for name, runs in other.units.items():
            units[name] = max(runs, units.get(name, 0))
        return PlannedJob(self.folder, other.overrides, self.config_hash, self.experiment_key, units)


@dataclass(frozen=True, slots=True)
class Plan:
    """The jobs of an invocation; `sweep` says whether they have folders of their own.

    `command_line` and `working_directory` are those of the invocation that made it.
    """

    jobs: tuple[PlannedJob, ...]
    sweep: bool = True
    command_line: tuple[str, ...] = ()
    working_directory: str = ""

    @property
    def planned(self) -> int:
        """Number of units of all jobs."""
        return sum(job.planned for job in self.jobs)

    def folder_for(self, job: PlannedJob, wanted: Collection[str]) -> str | None:
        """The folder that `job` has in this plan: its own one, else the only one of the same configuration.

        A folder that others ask for (`wanted`) is theirs. None if the plan does not have the job.
        """
        same = [known.folder for known in self.jobs if known.config_hash == job.config_hash]
        if job.folder in same:
            return job.folder
        free = [folder for folder in same if folder not in wanted]
        return free[0] if len(free) == 1 else None

    def in_folder(self, folder: str) -> PlannedJob | None:
        """The job in this folder."""
        return next((job for job in self.jobs if job.folder == folder), None)

    def joined(self, jobs: Iterable[PlannedJob]) -> Plan:
        """The plan with `jobs` as well; one whose folder it has gives that job its units."""
        known = {job.folder: job for job in self.jobs}
        for job in jobs:
            known[job.folder] = known[job.folder].joined(job) if job.folder in known else job
        return Plan(tuple(known.values()), self.sweep, self.command_line, self.working_directory)

    def write(self, directory: Path) -> None:
        """Write `plan.json` of an invocation's directory."""
        entries = [
            {
                "folder": job.folder,
                "overrides": list(job.overrides),
                "config_hash": job.config_hash,
                "experiment_key": job.experiment_key,
                "units": job.units,
            }
            for job in self.jobs
        ]
        content = {
            "format": FORMAT,
            "sweep": self.sweep,
            "command_line": list(self.command_line),
            "working_directory": self.working_directory,
            "units": self.planned,
            "jobs": entries,
        }
        with writing(directory):
            write_json(directory / PLAN, content)


def read_plan(directory: Path) -> Plan:
    """The plan of an invocation's directory; InputError if it cannot be used."""
    content = read_json(directory / PLAN)
    try:
        if content["format"] != FORMAT:
            raise ValueError(f"has format {content['format']}, not {FORMAT}")
        return Plan(
            tuple(_job(entry) for entry in content["jobs"]),
            bool(content["sweep"]),
            tuple(content["command_line"]),
            str(content["working_directory"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{directory / PLAN} is not a plan: {type(error).__name__} {error}") from error


def planned_job(directory: Path) -> tuple[Path, PlannedJob] | None:
    """The job in `directory` as its plan has it, and where that plan stands: there, or above; None without one."""
    here = directory.absolute()
    for folder in (here, *here.parents):
        plan = find_plan(folder)
        if plan is not None:
            found = next((job for job in plan.jobs if (folder / job.folder).absolute() == here), None)
            return None if found is None else (folder, found)
    return None


def find_plan(directory: Path) -> Plan | None:
    """The plan of `directory`; None if it has none, and so holds nothing."""
    return read_plan(directory) if (directory / PLAN).exists() else None


def _job(entry: Any) -> PlannedJob:
    return PlannedJob(
        entry["folder"],
        tuple(entry["overrides"]),
        entry["config_hash"],
        entry["experiment_key"],
        {str(name): int(runs) for name, runs in entry["units"].items()},
    )
