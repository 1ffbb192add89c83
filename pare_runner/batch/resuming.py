"""Whether results that are there already are those of the experiment that is to go on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pare_runner.atomic import json_bytes
from pare_runner.batch.agents import scoring_hash
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import BEHAVIOUR_VERSION, identity
from pare_runner.batch.manifest import MANIFEST, read_manifest
from pare_runner.batch.plan import Plan, find_plan
from pare_runner.batch.request import JobRequest
from pare_runner.batch.units import Unit
from pare_runner.errors import ConfigError
from pare_runner.llm.keyless import masked

ELSEWHERE = "start it in another directory; what has not changed comes from the cache"


def placed(requests: Sequence[JobRequest], plan: Plan, directory: Path) -> list[JobRequest]:
    """`requests` in the folders that their jobs have in `plan`; ConfigError if another job has the folder of one."""
    wanted = {request.folder for request in requests}
    found = []
    for request in requests:
        folder = plan.folder_for(request.planned, wanted)
        if folder is None and plan.in_folder(request.folder) is not None:
            raise other_experiment(directory / request.folder, request.config)
        found.append(request if folder is None else replace(request, folder=folder))
    return found


def check_resumable(directory: Path, requests: Sequence[JobRequest], *, sweep: bool) -> None:
    """ConfigError if results in `directory` are not those that `requests` go on with; nothing is written.

    What is there must be a sweep too, or a single job too; of the same jobs, scenarios and behaviour. No results are
    no hindrance.
    """
    plan = find_plan(directory)
    if plan is None:
        return
    if plan.sweep != sweep:
        there, asked = ("a sweep", "one job") if plan.sweep else ("one job", "a sweep")
        raise ConfigError(
            f"{directory} holds {there}, and {asked} is asked for",
            hint=f"`pare resume {directory}` goes on with what is there",
        )
    for request in placed(requests, plan, directory):
        if plan.in_folder(request.folder) is not None and (directory / request.folder / MANIFEST).exists():
            folder = directory / request.folder
            check_same(folder, read_manifest(folder), request.config, request.units, directory)


def check_same(
    directory: Path,
    manifest: Mapping[str, Any],
    config: MultiScenarioRunnerConfig,
    units: Sequence[Unit],
    invocation: Path,
) -> None:
    """ConfigError, naming what differs, if the job in `directory` was of other scenarios or of another behaviour.

    Its configuration is known to be the same. Scenarios that it did not have are no difference. `invocation` is the
    directory of all jobs: one command judges all of them anew.
    """
    version = manifest["behaviour_version"]
    if version != BEHAVIOUR_VERSION:
        raise ConfigError(
            f"{directory} was made by a version that behaves otherwise ({version}, this is {BEHAVIOUR_VERSION})",
            hint=ELSEWHERE,
        )
    judged_otherwise = []
    for scenario in {unit.scenario.scenario_id: unit.scenario for unit in units}.values():
        recorded = manifest["scenarios"].get(scenario.scenario_id)
        if recorded is None:
            continue
        world = getattr(scenario, "world_hash", None)
        if recorded["world_hash"] != world:
            raise ConfigError(
                f"{directory}: scenario {scenario.scenario_id!r} has changed since "
                f"(world_hash {str(recorded['world_hash'])[:12]}, now {str(world)[:12]})",
                hint=ELSEWHERE,
            )
        if recorded["scoring_hash"] != scoring_hash(config, scenario):
            judged_otherwise.append(scenario.scenario_id)
    if judged_otherwise:
        names = ", ".join(judged_otherwise[:5]) + (", ..." if len(judged_otherwise) > 5 else "")
        raise ConfigError(
            f"{directory}: other checks judge {names} now",
            hint=f"`pare rescore {invocation}` judges what is there anew",
        )


def other_experiment(directory: Path, config: MultiScenarioRunnerConfig) -> ConfigError:
    """The error of a job whose folder holds another experiment, with the first key in which they differ."""
    before, now = read_manifest(directory)["identity"], identity(config)
    return ConfigError(
        f"{directory} holds another experiment: {_difference(before, now)}", hint="choose another directory"
    )


def _difference(before: Mapping[str, Any], now: Mapping[str, Any], path: str = "") -> str:
    for name in dict.fromkeys((*before, *now)):
        old, new = before.get(name), now.get(name)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            return _difference(old, new, f"{path}{name}.")
        return f"{path}{name} was {_text(old)}, now {_text(new)}"
    return "its config_hash does not fit its configuration"


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json_bytes(value).decode()
    return masked(text if len(text) <= 80 else f"{text[:80]}...")
