"""Which models a job was run with, as its manifest says, beside those that replay it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from pare_runner.atomic import json_bytes, read_json
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import identity
from pare_runner.errors import InputError
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.policy.request import Role

MANIFEST = "manifest.json"


def recorded_config(directory: Path) -> MultiScenarioRunnerConfig | None:
    """The configuration in a job's manifest; None if there is none that can be used, InputError if it is no JSON."""
    path = directory / MANIFEST
    if not path.exists():
        return None
    try:
        return MultiScenarioRunnerConfig.model_validate_json(json_bytes(read_json(path)["config"]))
    except (KeyError, TypeError, ValidationError):
        return None


def model_difference(recorded: LLMEngineConfig, now: LLMEngineConfig) -> str | None:
    """How a model differs from the recorded one in what shapes its replies, in words; None if it does not."""
    before, after = identity(recorded), identity(now)
    if before == after:
        return None
    if recorded.label != now.label:
        return f"recorded {recorded.label}, now {now.label}"
    name = next(name for name in before if before[name] != after[name])
    return f"{name} of {now.label}: recorded {_text(before[name])}, now {_text(after[name])}"


def other_models(directory: Path, differences: Mapping[Role, str]) -> InputError:
    """The error of a replay whose models, by role, are not the recorded ones."""
    what = "; ".join(f"{role}: {text}" for role, text in differences.items())
    return InputError(
        f"{directory} was recorded with other models: {what}",
        hint="type all of the configuration as it was: its command_line is in manifest.json",
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json_bytes(value).decode()
