"""The manifest of a job: what is needed to repeat its results, and to see why two differ."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.atomic import read_json, write_json
from pare_runner.batch.agents import scoring_hash
from pare_runner.batch.budget import BUDGET_FIELDS
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import BEHAVIOUR_VERSION, config_hash, experiment_key, identity
from pare_runner.batch.price_lists import note_prices
from pare_runner.batch.provenance import code_revision, machine, package_versions, python
from pare_runner.batch.recorded_models import MANIFEST as MANIFEST
from pare_runner.batch.units import Unit
from pare_runner.errors import InputError
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario

FORMAT = 1
"""Raised when a key of the manifest changes its meaning."""
FILE = "file"
FileOf = Callable[[PAREScenario], str | None]
"""Where the text of a scenario is kept, from the folder of the job."""


def nowhere(scenario: PAREScenario) -> str | None:
    """No text is kept."""
    return None


@dataclass(slots=True)
class Manifest:
    """The manifest of one job; everything that depends on when it ran stands under `wall_clock`.

    `repriced`: the job goes on at other prices than it began with.
    """

    path: Path
    content: dict[str, Any]
    repriced: bool = False

    @classmethod
    def start(
        cls,
        directory: Path,
        config: MultiScenarioRunnerConfig,
        units: Sequence[Unit],
        command_line: Sequence[str] | None = None,
        file_of: FileOf = nowhere,
    ) -> Manifest:
        """Write the manifest of a job that starts now; without an end until `finish`."""
        content = describe(config, units, sys.argv if command_line is None else command_line, file_of)
        content["wall_clock"] = {"started": _now(), "finished": None, "seconds": None, "resumed": []}
        manifest = cls(directory / MANIFEST, content)
        write_json(manifest.path, content)
        return manifest

    @classmethod
    def resume(
        cls, directory: Path, units: Sequence[Unit], config: MultiScenarioRunnerConfig, file_of: FileOf = nowhere
    ) -> Manifest:
        """The manifest of a job that goes on, perhaps with more scenarios; InputError if it cannot be used.

        It has the limits of the invocation that hold now: they are those of the next `pare resume`, too.
        """
        content = read_manifest(directory)
        _extend(content, config, units, file_of)
        repriced = note_prices(content, config)
        content["config"] |= {field: getattr(config, field) for field in BUDGET_FIELDS.values()}
        content["units"] = max(content["units"], len(units))
        content["wall_clock"]["resumed"].append(_now())
        content["wall_clock"]["finished"] = None
        manifest = cls(directory / MANIFEST, content, repriced)
        write_json(manifest.path, content)
        return manifest

    def finish(self, seconds: float) -> None:
        """Add when the job ended, and how long it took this time."""
        clock = self.content["wall_clock"]
        clock.update(finished=_now(), seconds=(clock["seconds"] or 0.0) + seconds)
        write_json(self.path, self.content)


def _extend(content: dict[str, Any], config: MultiScenarioRunnerConfig, units: Sequence[Unit], file_of: FileOf) -> None:
    """Let the recorded configuration, which says what a job consists of, choose the scenarios and runs of `units` too.

    More scenarios are named one by one: no filter of either command would give those of both.
    """
    known, asked = content["scenarios"], _scenarios(config, units, file_of)
    recorded, suite = content["config"], content["config"]["suite"]
    if not set(asked) <= set(known):
        before, now = recorded["scenarios"] or sorted(known), list(config.scenarios) or sorted(asked)
        recorded["scenarios"] = list(dict.fromkeys([*before, *now]))
        suite |= {"ids": sorted({*known, *asked}), "tags": [], "apps": [], "limit": None}
    suite["runs"] = max(suite["runs"], config.suite.runs)
    content["scenarios"] = known | asked


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest in a job's directory, with all that a resume needs; InputError if it cannot be used."""
    content = read_json(directory / MANIFEST)
    try:
        if content["format"] != FORMAT:
            raise ValueError(f"it has format {content['format']}, not {FORMAT}")
        for name in ("config", "identity", "scenarios", "wall_clock"):
            if not isinstance(content[name], dict):
                raise TypeError(f"{name} is no mapping")
        content["wall_clock"].setdefault("resumed", [])
        content.setdefault("behaviour_version", BEHAVIOUR_VERSION)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{directory / MANIFEST} cannot be used: {type(error).__name__} {error}") from error
    manifest: dict[str, Any] = content
    return manifest


def describe(
    config: MultiScenarioRunnerConfig, units: Sequence[Unit], command_line: Sequence[str], file_of: FileOf = nowhere
) -> dict[str, Any]:
    """The manifest without its times; `code_revision` is absent where the package is in no git checkout."""
    revision = code_revision()
    return {
        "format": FORMAT,
        "behaviour_version": BEHAVIOUR_VERSION,
        "config_hash": config_hash(config),
        "experiment_key": experiment_key(config),
        "identity": identity(config),
        "config": config.model_dump(mode="json"),
        "units": len(units),
        "scenarios": _scenarios(config, units, file_of),
        "seeds": {"seed": config.seed},
        **({} if revision is None else {"code_revision": revision}),
        "packages": package_versions(),
        "python": python(),
        "machine": machine(),
        "command_line": list(command_line),
        "working_directory": str(Path.cwd()),
    }


def _scenarios(config: MultiScenarioRunnerConfig, units: Sequence[Unit], file_of: FileOf) -> dict[str, dict[str, Any]]:
    return {
        name: {
            "world_hash": getattr(scenario, "world_hash", None),
            "scoring_hash": scoring_hash(config, scenario),
            "seed": scenario.seed,
            "tags": list(scenario.tags),
            "apps": _app_classes(scenario),
            **file_entry(file_of(scenario)),
        }
        for name, scenario in {unit.scenario.scenario_id: unit.scenario for unit in units}.items()
    }


def file_entry(file: str | None) -> dict[str, str]:
    """What the manifest says of a scenario's text: its file, from the folder of the manifest."""
    return {} if file is None else {FILE: file}


def _app_classes(scenario: PAREScenario) -> list[str] | None:
    """Classes of the apps a scenario fills, without those of every phone; None for Python, which would have to run."""
    if not isinstance(scenario, YamlScenario):
        return None
    everywhere = (HomeScreenSystemApp, PAREAgentUserInterface)
    return sorted({type(app).__name__ for app in scenario.apps if not isinstance(app, everywhere)})


def _now() -> str:
    return datetime.now(UTC).isoformat()
