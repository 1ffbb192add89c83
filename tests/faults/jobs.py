"""Whole jobs against a server, and what they leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from pare_runner.batch.agents import with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.journal import read_journal
from pare_runner.llm.config import LLMEngineConfig
from tests.llm.fault_server import FaultServer

Row = dict[str, Any]

CHANGING = ("run_duration", "job_duration", "latency_mean", "latency_max", "model_retries", "source")
"""What tells how a run went on the wire, and whether it was made here."""


def job_config(server: FaultServer | str, scenarios: Path, **fields: Any) -> MultiScenarioRunnerConfig:
    """An experiment in which a model of `server` plays all roles, with little patience; `engine` changes the model."""
    quick: dict[str, Any] = {
        "model_name": "m",
        "endpoint": server if isinstance(server, str) else server.base_url,
        "max_retries": 8,
        "max_backoff": 0.002,
    }
    engine = LLMEngineConfig(**(quick | fields.pop("engine", {})))
    values: dict[str, Any] = {
        "user_engine_config": engine,
        "observe_engine_config": engine,
        "execute_engine_config": engine,
        "execute_max_iterations": 5,
        "max_turns": 20,
        "simulated_generation_time_mode": "fixed",
        "scenarios": (str(scenarios),),
        "suite": {"source": "listed"},
        "export": True,
        "cache": "bypass",
    }
    return with_hashes(MultiScenarioRunnerConfig.model_validate(values | fields))


def rows_of(job: Path) -> dict[str, Row]:
    """The lines of the journal by scenario."""
    content = read_journal(job)
    assert not content.unusable
    return {line["base_scenario_id"]: line for line in content.lines}


def outcomes(job: Path) -> list[Row]:
    """The lines of the journal without how the runs went on the wire, sorted."""
    rows = [{name: value for name, value in row.items() if name not in CHANGING} for row in rows_of(job).values()]
    return sorted(rows, key=lambda row: str(row["run_id"]))


def traces(job: Path) -> dict[str, bytes]:
    """The traces by name."""
    return {path.name: path.read_bytes() for path in sorted((job / "traces").rglob("*.json"))}


def calls(job: Path) -> list[Row]:
    """The recording, line by line, without how the calls went on the wire."""
    lines = [orjson.loads(line) for line in (job / "calls.jsonl").read_bytes().splitlines()]
    return [
        {name: value for name, value in line.items() if name not in ("latency", "retries", "sum")} for line in lines
    ]
