"""Going on with an invocation from its directory alone: `plan.json`, and the configurations in its manifests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pare_runner.atomic import json_bytes
from pare_runner.batch.agents import with_hashes
from pare_runner.batch.archive.layout import working_directory
from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.batch.identity import config_hash, get_run_id
from pare_runner.batch.invocation import SHARED, library_suite
from pare_runner.batch.manifest import MANIFEST, read_manifest
from pare_runner.batch.plan import Plan, PlannedJob
from pare_runner.batch.readiness import check_agents
from pare_runner.batch.request import JobRequest
from pare_runner.batch.resuming import other_experiment
from pare_runner.batch.spent import last_begun
from pare_runner.batch.units import LoadSuite, Unit, remembered
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.catalog import load_suite
from pare_runner.library.files import shown
from pare_runner.scenarios.scenario import PAREScenario


@contextmanager
def where_it_began(plan: Plan, directory: Path) -> Iterator[None]:
    """Inside, the working directory is the one of the plan in `directory`, if it still exists.

    So relative paths mean what they meant.
    """
    place = working_directory(plan.working_directory, directory)
    with chdir(place if place.is_dir() else "."):
        yield


def requests_of(
    directory: Path, plan: Plan, changes: Mapping[str, Any], load: LoadSuite | None = None
) -> list[JobRequest]:
    """The jobs of `plan` as they were asked for, with exactly its units.

    `changes` are fields that are no part of a result's identity. InputError, naming the job, if its configuration
    cannot be used any more, if prompts, an assistant or checks have changed, and for scenarios that are gone.
    """
    load = remembered(load or library_suite)
    last = last_begun(directory, plan)
    if last is not None:  # a command that added jobs may have run them otherwise
        recorded = read_manifest(directory / last.folder)["config"]
        changes = {name: recorded[name] for name in SHARED if name in recorded} | dict(changes)
    return [_request(directory, job, changes, load) for job in plan.jobs]


def _request(directory: Path, job: PlannedJob, changes: Mapping[str, Any], load: LoadSuite) -> JobRequest:
    folder = directory / job.folder
    config = _config(folder, job, changes)
    check_agents(config)
    digest, runs = config_hash(config), max(job.units.values(), default=0)
    scenarios = _scenarios(folder, config, list(job.units), load)
    units = [
        Unit(scenario, number, get_run_id(scenario.scenario_id, number, digest, max(runs, config.suite.runs)))
        for number in range(1, runs + 1)
        for scenario in scenarios
        if number <= job.units[scenario.scenario_id]
    ]
    return JobRequest(config, units, job.folder, job.overrides, " ".join(job.overrides))


def _config(folder: Path, job: PlannedJob, changes: Mapping[str, Any]) -> MultiScenarioRunnerConfig:
    if not (folder / MANIFEST).exists():
        raise InputError(
            f"{folder} has no {MANIFEST}: its job was never begun", hint="type the original command, with resume=DIR"
        )
    recorded = read_manifest(folder)["config"] | {"resume": None, "only": None} | changes
    try:
        config = MultiScenarioRunnerConfig.model_validate_json(json_bytes(recorded))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(f"{folder / MANIFEST}: its config cannot be used: {where}: {first['msg']}") from error
    config = with_hashes(config)
    if config_hash(config) != job.config_hash:
        raise other_experiment(folder, config)
    return config


def _scenarios(
    folder: Path, config: MultiScenarioRunnerConfig, wanted: Sequence[str], load: LoadSuite
) -> list[PAREScenario]:
    """The scenarios called `wanted`, in this order: of the suite as it is now, else whatever else has the id."""
    suite = config.suite.model_copy(update={"tags": (), "apps": (), "ids": (), "limit": None})
    found: dict[str, PAREScenario] = {}
    narrowed = suite.model_copy(update={"ids": tuple(wanted)})
    try:
        found = _by_id(load(config.model_copy(update={"suite": narrowed})))
    except ConfigError:
        raise
    except InputError:
        with suppress(InputError):  # a file of the suite may be gone; the others are still looked at
            found = _by_id(load(config.model_copy(update={"suite": suite})))
        for name in wanted:
            if name not in found:
                with suppress(InputError):  # one that a later command added has another source
                    found |= _by_id(load_suite(SuiteConfig(ids=(name,))))
    missing = [name for name in wanted if name not in found]
    if missing:
        names = ", ".join(missing[:5]) + (f" and {len(missing) - 5} more" if len(missing) > 5 else "")
        raise InputError(
            f"{shown(folder)}: its scenarios {names} cannot be found any more",
            hint="put them back, or start in another directory without them",
        )
    return [found[name] for name in wanted]


def _by_id(scenarios: Sequence[PAREScenario]) -> dict[str, PAREScenario]:
    return {scenario.scenario_id: scenario for scenario in scenarios}
