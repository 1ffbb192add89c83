"""A job that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.plan import HERE, PlannedJob
from pare_runner.batch.units import Unit


@dataclass(frozen=True, slots=True)
class JobRequest:
    """A job to run: where below the invocation's directory, what was typed for it alone, and its units."""

    config: MultiScenarioRunnerConfig
    units: Sequence[Unit]
    folder: str = HERE
    overrides: tuple[str, ...] = ()
    label: str = ""

    @property
    def planned(self) -> PlannedJob:
        """The job as `plan.json` has it."""
        return PlannedJob.of(self.folder, self.overrides, self.config, self.units)
