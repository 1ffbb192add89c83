"""The budget of an invocation with what its directory has used of it before."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pare_runner.batch.budget import Budget
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.journal import read_journal
from pare_runner.batch.manifest import MANIFEST, read_manifest
from pare_runner.batch.plan import Plan, PlannedJob, find_plan
from pare_runner.batch.recorded_models import recorded_config
from pare_runner.library.files import shown

log = logging.getLogger(__name__)

Former = tuple[MultiScenarioRunnerConfig, Iterable[Mapping[str, Any]]]
"""The configuration of a job and the rows it has already."""


def budget_of(directory: Path, jobs: Mapping[Path, Former], *, resume: bool) -> Budget:
    """The budget of an invocation in `directory` whose jobs, by their own directory, are `jobs`.

    Jobs that were planned there and are none of these count as well. InputError for a journal that cannot be read.
    """
    budget = Budget.of(next(iter(jobs.values()))[0], Path(shown(directory)))
    for config, rows in jobs.values():
        for row in rows:
            budget.count(config, row)
    plan = find_plan(directory) if resume and budget.limited else None
    for folder in () if plan is None else [directory / job.folder for job in plan.jobs]:
        if folder not in jobs:
            for row in read_journal(folder).latest().values():
                budget.count_row(row)
    if budget.unpriced and budget.max_cost_usd is not None:
        log.warning("limits.max_cost_usd: the cost of %d earlier runs is unknown and not counted", budget.unpriced)
    return budget


def recorded_budget(directory: Path, plan: Plan) -> Budget | None:
    """The budget with which `pare resume` would go on in `directory`, with what was used; None if no job has begun."""
    last = last_begun(directory, plan)
    config = None if last is None else recorded_config(directory / last.folder)
    if config is None:
        return None
    budget = Budget.of(config, Path(shown(directory)))
    if budget.limited:
        for folder in (directory / job.folder for job in plan.jobs):
            own = recorded_config(folder)
            for row in () if own is None else read_journal(folder).latest().values():
                budget.count(own or config, row)
    return budget


def last_begun(directory: Path, plan: Plan) -> PlannedJob | None:
    """The job of `plan` that was begun or gone on with last, as manifests say; of several the first."""
    found = [job for job in plan.jobs if (directory / job.folder / MANIFEST).exists()]
    return max(found, key=lambda job: _begun(directory / job.folder), default=None)


def _begun(folder: Path) -> str:
    clock = read_manifest(folder)["wall_clock"]
    return max(map(str, (clock.get("started") or "", *clock["resumed"])))
