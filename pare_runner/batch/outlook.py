"""The forecast of an invocation from what is asked for and from what lies on disk. Nothing is written or asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

from pare_runner.batch.bench import asks_models
from pare_runner.batch.budget import Budget
from pare_runner.batch.cache.store import CacheStore
from pare_runner.batch.cache.use import answered, cache_mode
from pare_runner.batch.forecast import Ahead, Forecast, forecast
from pare_runner.batch.job import EXCEPTION
from pare_runner.batch.journal import read_journal
from pare_runner.batch.past_runs import newest, past_runs
from pare_runner.batch.plan import find_plan
from pare_runner.batch.request import JobRequest
from pare_runner.batch.resuming import placed
from pare_runner.batch.spent import budget_of
from pare_runner.batch.units import Unit
from pare_runner.llm.recording.keys import UnitKey

TOP = "outputs"
"""Folder below which runs and sweeps go unless told otherwise."""


def look_ahead(
    requests: Sequence[JobRequest], directory: Path, *, resume: bool = False, only_exceptions: bool = False
) -> tuple[Forecast, Budget]:
    """What `requests` are going to need in `directory`, and the budget with what was used of it there.

    With `resume` only what is left counts. InputError for a directory that cannot be gone on with.
    """
    plan = find_plan(directory) if resume else None
    if plan is not None:
        requests = placed(requests, plan, directory)
    rows = [read_journal(directory / request.folder).latest() if plan is not None else {} for request in requests]
    jobs = {
        directory / request.folder: (request.config, former.values())
        for request, former in zip(requests, rows, strict=True)
    }
    budget = budget_of(directory, jobs, resume=resume)
    ahead = [
        _ahead(request, _left(request, former, only_exceptions))
        for request, former in zip(requests, rows, strict=True)
        if asks_models(request.config)
    ]
    asking = any(job.runs for job in ahead)
    directories = [*([directory] if plan is not None else []), *newest(_top(directory))] if asking else []
    return forecast(ahead, past_runs(list(dict.fromkeys(directories)))), budget


def _ahead(request: JobRequest, left: Sequence[Unit]) -> Ahead:
    """A job of which `left` is to be made, or comes from the cache."""
    config = request.config
    store = CacheStore.here() if left and cache_mode(config) == "use" else None
    known = [False] * len(left) if store is None else answered(config, left, store)
    made = [unit.scenario for unit in compress(left, (not had for had in known))]
    return Ahead(request.label or request.folder, config, made, sum(known))


def _left(request: JobRequest, rows: Mapping[UnitKey, Mapping[str, Any]], only_exceptions: bool) -> list[Unit]:
    """The units that a job would make."""
    left = []
    for unit in request.units:
        row = rows.get(UnitKey(unit.scenario.scenario_id, unit.run_number))
        if row["status"] == EXCEPTION if row is not None else not only_exceptions:
            left.append(unit)
    return left


def _top(directory: Path) -> Path:
    """The folder that results like those in `directory` lie in."""
    above = [folder for folder in directory.absolute().parents if folder.name == TOP]
    return above[0] if above else directory.absolute().parent
