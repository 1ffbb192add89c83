"""Making the runs of an archive anew, with the models themselves, and what came of them then and now."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pare_runner.batch.agents import online_engines
from pare_runner.batch.archive.layout import CODE, JOBS
from pare_runner.batch.archive.reproduction import Unpacked
from pare_runner.batch.continuing import requests_of
from pare_runner.batch.invocation import Invocation
from pare_runner.batch.job import JobReport
from pare_runner.batch.observer import Observer
from pare_runner.batch.plan import Plan
from pare_runner.batch.readiness import probe_models
from pare_runner.batch.status import job_statuses
from pare_runner.batch.summary import success_rates
from pare_runner.batch.sweep_files import write_sweep
from pare_runner.errors import InputError
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.secrets import environment

HTTP = "openai"
"""The adapter of models that are reached by an address."""

_CHANGES: dict[str, Any] = {"cache": "bypass", "executor_type": "async", "log_to_file": True}
"""Fields that are set for a new run: models are asked, and nothing is needed that this machine may lack."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The success rate of one configuration among its judged runs, as it was packed and as it came now."""

    job: str
    overrides: tuple[str, ...]
    packed: float | None
    packed_judged: int
    live: float | None
    live_judged: int


def run_live(unpacked: Unpacked, directory: Path, observer: Observer, command_line: Sequence[str]) -> list[JobReport]:
    """Run all planned units of the archive in the new `directory`, asking the models; the reports of its jobs.

    InputError if `directory` holds anything, a job was never begun, or a model cannot be reached.
    """
    directory = directory.absolute()
    if directory.exists() and any(directory.iterdir()):
        raise InputError(f"{directory} is not an empty directory: results are never mixed")
    missing = [job.folder for job in unpacked.plan.jobs if job not in unpacked.jobs]
    if missing:
        raise InputError(f"{missing[0]} was never begun, so the archive does not have its configuration")
    _check_addresses(unpacked)
    with _keys(unpacked), unpacked.inside(), chdir(CODE):
        requests = requests_of(unpacked.root / JOBS, unpacked.plan, _CHANGES)
        answered: list[LLMEngineConfig] = []
        for request in requests:
            probe_models(request.config, answered)
        try:
            return Invocation(directory, observer, command_line).run(requests)
        finally:
            if unpacked.plan.sweep and directory.exists():
                write_sweep(directory, unpacked.plan.jobs)


def _check_addresses(unpacked: Unpacked) -> None:
    for job in unpacked.jobs:
        for engine in online_engines(unpacked.config(job)).values():
            if unpacked.contents.anonymous and engine.adapter == HTTP and engine.endpoint is None:
                raise InputError(
                    f"{engine.label}: the address of the service is not in an anonymous archive",
                    hint="`pare config save NAME --from DIR/jobs` writes the configuration, to be run with base_url=",
                )


@contextmanager
def _keys(unpacked: Unpacked) -> Iterator[None]:
    """Inside, keys that models need and that stand in `.env` of the working directory are found from elsewhere too."""
    engines = [engine for job in unpacked.jobs for engine in online_engines(unpacked.config(job)).values()]
    known = environment()
    added = {
        name: known[name] for engine in engines if (name := engine.api_key_env) in known and name not in os.environ
    }
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            os.environ.pop(name, None)


def compare_rates(unpacked: Unpacked, directory: Path) -> list[Rates]:
    """The rates of each job of the archive, and of the same job in `directory`."""
    plan: Plan = unpacked.plan
    then, now = job_statuses(unpacked.root / JOBS, plan), job_statuses(directory, plan)
    return [
        Rates(
            old.job.folder,
            old.job.overrides,
            success_rates(old.counts)["success_rate"],
            old.counts["success"] + old.counts["failed"],
            success_rates(new.counts)["success_rate"],
            new.counts["success"] + new.counts["failed"],
        )
        for old, new in zip(then, now, strict=True)
    ]
