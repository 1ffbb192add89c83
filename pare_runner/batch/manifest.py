"""The manifest of a job: what is needed to repeat its results, and to see why two differ."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pare_runner.atomic import write_json
from pare_runner.batch.agents import scoring_hash
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash, experiment_key, identity
from pare_runner.batch.provenance import code_revision, machine, package_versions, python
from pare_runner.batch.recorded_models import MANIFEST as MANIFEST
from pare_runner.batch.units import Unit

FORMAT = 1
"""Raised when a key of the manifest changes its meaning."""


@dataclass(slots=True)
class Manifest:
    """The manifest of one job; everything that depends on when it ran stands under `wall_clock`."""

    path: Path
    content: dict[str, Any]
    started: datetime

    @classmethod
    def start(
        cls,
        directory: Path,
        config: MultiScenarioRunnerConfig,
        units: Sequence[Unit],
        command_line: Sequence[str] | None = None,
    ) -> Manifest:
        """Write the manifest of a job that starts now; without an end until `finish`."""
        started = datetime.now(UTC)
        content = describe(config, units, sys.argv if command_line is None else command_line)
        content["wall_clock"] = {"started": started.isoformat(), "finished": None, "seconds": None}
        manifest = cls(directory / MANIFEST, content, started)
        write_json(manifest.path, content)
        return manifest

    def finish(self, seconds: float) -> None:
        """Add when the job ended, and how long it took."""
        self.content["wall_clock"].update(finished=datetime.now(UTC).isoformat(), seconds=seconds)
        write_json(self.path, self.content)


def describe(config: MultiScenarioRunnerConfig, units: Sequence[Unit], command_line: Sequence[str]) -> dict[str, Any]:
    """The manifest without its times; `code_revision` is absent where the package is in no git checkout."""
    revision = code_revision()
    scenarios = {unit.scenario.scenario_id: unit.scenario for unit in units}
    return {
        "format": FORMAT,
        "config_hash": config_hash(config),
        "experiment_key": experiment_key(config),
        "identity": identity(config),
        "config": config.model_dump(mode="json"),
        "units": len(units),
        "scenarios": {
            name: {
                "world_hash": getattr(scenario, "world_hash", None),
                "scoring_hash": scoring_hash(config, scenario),
                "seed": scenario.seed,
            }
            for name, scenario in scenarios.items()
        },
        "seeds": {"seed": config.seed},
        **({} if revision is None else {"code_revision": revision}),
        "packages": package_versions(),
        "python": python(),
        "machine": machine(),
        "command_line": list(command_line),
        "working_directory": str(Path.cwd()),
    }
