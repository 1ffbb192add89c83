"""Jobs of picnics against a server, run again and again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import Invocation, job_units, run_job
from pare_runner.batch.job import Job, JobReport
from pare_runner.batch.journal import read_journal
from pare_runner.batch.observer import Observer, Source
from pare_runner.batch.request import JobRequest
from pare_runner.batch.verification import Tally, verify_job
from pare_runner.batch.work import SOURCE

OWN_TIMES = ("run_duration", "latency_mean", "latency_max", "model_retries")


class Watcher(Observer):
    """Keeps where each finished run came from, by scenario."""

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}

    def finished(self, job: Job, row: Any, source: Source) -> None:
        self.sources[row["base_scenario_id"].removeprefix("picnic_")] = source


def run(config: MultiScenarioRunnerConfig, directory: Path, **options: Any) -> dict[str, Source]:
    """Run a job; where its runs came from."""
    watcher = Watcher()
    run_job(config, directory, observer=watcher, command_line=(), **options)
    return watcher.sources


def run_sweep(configs: Sequence[MultiScenarioRunnerConfig], directory: Path, **options: Any) -> list[JobReport]:
    """Run a job for each of `configs`, in a folder that its seed names."""
    requests = [JobRequest(config, job_units(config), f"seed={config.seed}") for config in configs]
    return Invocation(directory, Observer(), (), **options).run(requests)


def statuses(directory: Path) -> dict[str, str]:
    """Status of each finished run by scenario."""
    return {row["base_scenario_id"].removeprefix("picnic_"): row["status"] for row in read_journal(directory).lines}


def contents(directory: Path) -> dict[str, bytes]:
    """What does not depend on when it was made: traces, recording, logs of runs."""
    chosen = ("traces", "calls.jsonl", "logs")
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.relative_to(directory).parts[0] in chosen
    }


def rows(directory: Path) -> list[dict[str, Any]]:
    """The lines of the journal by scenario and run, without how long things took and whether they were made there."""
    lines = sorted(read_journal(directory).lines, key=lambda row: (row["base_scenario_id"], row["run_number"]))
    return [{name: value for name, value in row.items() if name not in (*OWN_TIMES, SOURCE)} for row in lines]


def verified(directory: Path) -> int:
    """Number of runs of a job that come out again as they stand there."""
    tally = Tally()
    verify_job(directory, tally)
    return tally.runs


def edit(scenarios: Path, word: str, old: str, new: str) -> None:
    """Replace `old` in the file of a scenario."""
    (path,) = scenarios.glob(f"*_{word}.yaml")
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
