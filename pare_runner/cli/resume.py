"""`pare resume`."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, get_args

import orjson
import typer
from pydantic import ValidationError

from pare_runner.atomic import read_json
from pare_runner.batch.bench import asks_models
from pare_runner.batch.budget import BUDGET_FIELDS
from pare_runner.batch.config import CacheMode, ExecutorType, MultiScenarioRunnerConfig
from pare_runner.batch.continuing import requests_of, where_it_began
from pare_runner.batch.ending import VERDICTS, all_written, ended, unfinished, write_ending
from pare_runner.batch.interrupts import INTERRUPTED
from pare_runner.batch.invocation import Invocation
from pare_runner.batch.job import OK, SOME_EXCEPTIONS, STOPPED, JobReport
from pare_runner.batch.outlook import look_ahead
from pare_runner.batch.plan import Plan
from pare_runner.batch.readiness import probe_models
from pare_runner.batch.request import JobRequest
from pare_runner.batch.status import invocation_status, job_statuses
from pare_runner.batch.sweep_files import SWEEP, write_sweep
from pare_runner.cli.console import plural, say, say_json
from pare_runner.cli.display import show_results, show_sweep
from pare_runner.cli.found import planned, results
from pare_runner.cli.next_steps import pare
from pare_runner.cli.progress.show import progress
from pare_runner.cli.reporting import write_reports
from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.library.files import shown
from pare_runner.llm.config import LLMEngineConfig

log = logging.getLogger(__name__)

_WORST_FIRST = (INTERRUPTED, STOPPED, SOME_EXCEPTIONS, OK)


def resume(
    directory: Annotated[
        str, typer.Argument(metavar="DIR", help="Results to go on with, or last: the newest that are not finished.")
    ],
    limits: Annotated[
        list[str] | None,
        typer.Argument(metavar="LIMIT=VALUE", help=f"Other limits: {', '.join(BUDGET_FIELDS)}.", show_default=False),
    ] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="failed", help="Make only runs again that ended in an exception.")
    ] = None,
    executor: Annotated[
        str | None, typer.Option("--executor", metavar="NAME", help="What makes the runs, instead of what did.")
    ] = None,
    max_concurrent: Annotated[
        int | None, typer.Option("--max-concurrent", metavar="N", min=1, help="Runs in flight at most.")
    ] = None,
    cache: Annotated[
        str | None, typer.Option("--cache", metavar="MODE", help="use, refresh or bypass: finished runs of the cache.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print how it stands afterwards, as JSON.")] = False,
) -> None:
    """Go on with an experiment or a sweep that was stopped or killed; runs that ended in an exception are made again.

    All that is needed is in the directory. Exit status: 0 all ran, 1 some runs ended in an exception, 2 bad input, 75
    stopped and can be resumed, 130 interrupted.

    \b
    pare resume outputs/my_sweep
    pare resume last --only failed
    pare resume outputs/my_sweep limits.max_cost_usd=20
    """
    changes = _changes(only, executor, max_concurrent, cache) | _limits(limits or ())
    place = results(directory)
    plan = planned(place)
    name = Path(shown(place))
    reason = _nothing_to_do(place, plan, only_exceptions=only is not None)
    status = OK
    if reason is None:
        status = _go_on(place.absolute(), name, plan, changes, only_exceptions=only is not None, quiet=as_json)
    elif not as_json:
        say(f"{name}: {reason}")
    if as_json:
        say_json({"exit_status": status, **invocation_status(place, time.time(), name).as_json()})
    if status:
        raise typer.Exit(status)


def _changes(only: str | None, executor: str | None, max_concurrent: int | None, cache: str | None) -> dict[str, Any]:
    """The fields of the configuration that were set; ConfigError for a value that none of them takes."""
    for option, value, known in (
        ("--only", only, ("failed",)),
        ("--executor", executor, get_args(ExecutorType)),
        ("--cache", cache, get_args(CacheMode)),
    ):
        if value is not None and value not in known:
            raise ConfigError(f"{option} {value}: no such value", hint=did_you_mean(value, known))
    fields = {"executor_type": executor, "max_concurrent_scenarios": max_concurrent, "cache": cache}
    return {name: value for name, value in fields.items() if value is not None}


def _limits(words: Sequence[str]) -> dict[str, Any]:
    """The fields that are set by `words`, typed as beside the original command; ConfigError for others."""
    fields: dict[str, Any] = {}
    for word in words:
        key, sign, text = word.partition("=")
        if not sign or key not in BUDGET_FIELDS:
            raise ConfigError(
                f"{word}: a resume takes other limits only",
                hint=did_you_mean(f"{key}=", [f"{name}=" for name in BUDGET_FIELDS]),
            )
        try:
            value = orjson.loads(text or b"null")
            MultiScenarioRunnerConfig.model_validate({BUDGET_FIELDS[key]: value})
        except (orjson.JSONDecodeError, ValidationError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "Input should be a number"
            said = said.replace("Input should", "must").replace("a valid integer", "a whole number")
            raise ConfigError(f"{word}: {said}, or null for no limit") from error
        fields[BUDGET_FIELDS[key]] = value
    return fields


def _nothing_to_do(directory: Path, plan: Plan, *, only_exceptions: bool) -> str | None:
    """Why there is nothing to do, in words; None if there is something."""
    statuses = job_statuses(directory, plan)
    crashed = sum(status.counts["exception"] for status in statuses)
    missing = sum(status.missing for status in statuses)
    written = all_written(directory, plan, [len(status.rows) for status in statuses])
    if only_exceptions and not crashed and (missing or written):
        left = f"; {plural(missing, 'run')} not made yet: {pare('resume', directory)}" if missing else ""
        return f"no run ended in an exception, nothing to do{left}"
    if not crashed and not missing and written:
        return f"complete, {plural(plan.planned, 'run')}: nothing to do"
    return None


def _go_on(
    directory: Path, name: Path, plan: Plan, changes: dict[str, Any], *, only_exceptions: bool, quiet: bool
) -> int:
    with _logging_to_terminal():
        if all(status.finished for status in job_statuses(directory, plan)):
            if unfinished(directory) == VERDICTS:
                raise ConfigError(
                    f"{name}: a rescore has not ended, so jobs may be judged by other checks than one another",
                    hint=f"{pare('rescore', name)} ends it",
                )
            log.warning("%s: all has run; its final files are written anew", name)
            reports = write_ending(directory, plan)
        else:
            reports = _run(directory, plan, changes, only_exceptions=only_exceptions)
        page = write_reports(name)
        ended(directory)
    if not quiet:
        _show(name, plan, reports, page)
    statuses = {report.exit_status for report in reports}
    return next(status for status in _WORST_FIRST if status in statuses)


def _run(directory: Path, plan: Plan, changes: dict[str, Any], *, only_exceptions: bool) -> list[JobReport]:
    """Make what is left, and the files of a sweep."""
    with where_it_began(plan, directory):
        requests = requests_of(directory, plan, changes)
        answered: list[LLMEngineConfig] = []
        for request in requests:
            probe_models(request.config, answered, directory)
        if any(asks_models(request.config) for request in requests):
            _say_forecast(requests, directory, only_exceptions=only_exceptions)
        try:
            with progress() as observer:
                invocation = Invocation(
                    directory, observer, sys.argv, resume=True, only_exceptions=only_exceptions, more_follows=True
                )
                return invocation.run(requests)
        finally:
            if plan.sweep:
                write_sweep(directory, plan.jobs)


def _say_forecast(requests: Sequence[JobRequest], directory: Path, *, only_exceptions: bool) -> None:
    found, budget = look_ahead(requests, directory, resume=True, only_exceptions=only_exceptions)
    for line in found.lines():
        print(line, file=sys.stderr)
    warning = found.warning(budget)
    if warning is not None:
        log.warning("%s", warning)


def _show(directory: Path, plan: Plan, reports: list[JobReport], page: Path | None) -> None:
    if plan.sweep:
        show_sweep(read_json(directory / SWEEP), directory, page)
    else:
        (report,) = reports
        show_results(report, directory, page=page)


@contextmanager
def _logging_to_terminal() -> Iterator[None]:
    """What is logged inside reaches standard error, as it does in the experiment command."""
    handler = logging.StreamHandler(sys.stderr)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
