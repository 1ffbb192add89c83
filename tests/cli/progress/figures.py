"""Jobs and rows as displays are told of them, and a clock that a test moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.work import Task
from pare_runner.llm.recording.keys import UnitKey
from tests.batch.situations import oracle_config


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class OpenJob:
    """What a display reads of a job."""

    number: int
    planned: int
    label: str = ""
    rows: dict[UnitKey, Mapping[str, Any]] = field(default_factory=dict)
    units: dict[UnitKey, None] = field(default_factory=dict)
    config: MultiScenarioRunnerConfig = field(default_factory=oracle_config)

    @property
    def left(self) -> int:
        return self.planned - sum(row["status"] != "exception" for row in self.rows.values())

    def task(self, run: int) -> Task:
        return Task(self.number, UnitKey("s", run), f"s_run_{run}")


def row(run: int, status: str = "success", **more: Any) -> dict[str, Any]:
    """A line of a journal."""
    return {"run_id": f"s_run_{run}", "base_scenario_id": "s", "run_number": run, "status": status, **more}


@dataclass(frozen=True)
class Gone:
    """An endpoint that is away."""

    address: str = "http://one:8000/v1"
    seconds: float = 12.0
    parked: int = 40
