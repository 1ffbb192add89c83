"""Puts an executor to work: through a whole invocation, at a desk that counts, or in a process of its own.

`python -m pare_runner.batch.executors.play EXECUTOR DIRECTORY IN_FLIGHT NAME=WHAT...` runs, in DIRECTORY, one scenario
for each NAME with the executor that is pickled in the file EXECUTOR, and says of each run when it begins and is over.
"""

from __future__ import annotations

import pickle
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from pare_runner.atomic import read_json
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.executors.contract import Crew, Executor
from pare_runner.batch.executors.situations import obeying, told
from pare_runner.batch.frame import WALL_CLOCK_COLUMNS
from pare_runner.batch.frames_io import PARQUET
from pare_runner.batch.invocation import Invocation, job_units
from pare_runner.batch.job import Job, JobReport
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.logs import RUN_LOG
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.observer import Observer, Source
from pare_runner.batch.request import JobRequest
from pare_runner.batch.scenario_sources import source_of
from pare_runner.batch.summary import SUMMARY
from pare_runner.batch.units import plan_units
from pare_runner.batch.work import JobSpec, Report, Task
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.scenarios.scenario import PAREScenario

WALL_CLOCK = "wall_clock"


def invoke(
    executor: Executor,
    directory: Path,
    jobs: Mapping[str, MultiScenarioRunnerConfig],
    scenarios: Sequence[PAREScenario],
    observer: Observer | None = None,
    *,
    resume: bool = False,
) -> list[JobReport]:
    """Run `scenarios` as an invocation of `jobs`, configurations by their folders."""
    requests = [
        JobRequest(config, job_units(config, load=lambda config: scenarios), folder) for folder, config in jobs.items()
    ]
    invocation = Invocation(directory, observer or Observer(), command_line=(), resume=resume, executor=executor)
    return invocation.run(requests)


def content(directory: Path) -> dict[str, Any]:
    """All that runs left in a job's directory, without wall clock and without the order in which they ended."""
    found: dict[str, Any] = {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file() and path.name not in (RUN_LOG, MANIFEST)
    }
    lines = read_journal(directory).lines
    rows = [{name: value for name, value in line.items() if name not in WALL_CLOCK_COLUMNS} for line in lines]
    found[JOURNAL] = sorted(rows, key=lambda row: str(row["run_id"]))
    found[PARQUET] = pl.read_parquet(directory / PARQUET).drop(WALL_CLOCK_COLUMNS).rows()
    found[SUMMARY] = {name: value for name, value in read_json(directory / SUMMARY).items() if name != WALL_CLOCK}
    return found


@dataclass
class CountingDesk:
    """A desk that counts; `later` are tasks that come with the first report, `breaks_at` is the report it refuses."""

    tasks: deque[Task]
    later: list[Task] = field(default_factory=list)
    breaks_at: int | None = None
    reports: list[Report] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    in_flight: int = 0
    most: int = 0

    def take(self) -> Task | None:
        """See `Desk`."""
        if not self.tasks:
            return None
        self.in_flight += 1
        self.most = max(self.most, self.in_flight)
        return self.tasks.popleft()

    def finished(self, report: Report) -> bool:
        """See `Desk`."""
        self.reports.append(report)
        self.in_flight -= 1
        if self.breaks_at is not None and len(self.reports) >= self.breaks_at:
            raise BrokenDesk
        self.tasks.extend(self.later)
        self.later.clear()
        return not (self.in_flight or self.tasks)

    def broken(self, task: Task, error: Exception) -> bool:
        """See `Desk`."""
        self.errors.append(error)
        self.in_flight -= 1
        return not (self.in_flight or self.tasks)

    def again(self, task: Task) -> Task:
        """See `Desk`."""
        return task


class BrokenDesk(Exception):
    """What a desk raises that does not work any more."""


def crew(config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario], directory: Path, in_flight: int) -> Crew:
    """A crew of one job."""
    known = {scenario.scenario_id: scenario for scenario in scenarios}
    return Crew(
        {0: JobSpec(0, config, str(directory))},
        lambda job, name: known[name],
        lambda job, name: source_of(known[name]),
        in_flight=in_flight,
    )


def tasks(config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario]) -> list[Task]:
    """All tasks of a job."""
    units = plan_units(config, scenarios)
    return [Task(0, UnitKey(unit.scenario.scenario_id, unit.run_number), unit.run_id) for unit in units]


class _Telling(Observer):
    """Says what happens, a line each."""

    def began(self, task: Task) -> None:
        print("began", task.unit.scenario, flush=True)

    def finished(self, job: Job, row: Mapping[str, Any], source: Source) -> None:
        print("finished", row["base_scenario_id"], flush=True)


def main(argv: list[str]) -> int:
    """Run what the words of `argv` say; the exit status of the job."""
    executor = pickle.loads(Path(argv[0]).read_bytes())
    scenarios = [told(*word.split("=", 1)) for word in argv[3:]]
    config = obeying(max_concurrent_scenarios=int(argv[2]), log_to_file=False)
    (report,) = invoke(executor, Path(argv[1]), {".": config}, scenarios, _Telling())
    return report.exit_status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
