"""Which results are the same: the identity of a configuration, its hash, and the name of a run.

Two configurations with equal identity give the same outcome for the same scenario and run number. The hash is a keyless
BLAKE2b over canonical JSON (sorted keys, no blanks, ASCII), so it is equal on every machine, Python and hash seed.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig

BEHAVIOUR_VERSION = 3
"""Raised whenever a golden trace changes, and only then: results of different versions are not those of one experiment.

`tests/golden/behaviour.json` holds the traces' hash beside it."""
SHORT_HASH = 8
"""Characters of a configuration hash that a run id carries."""


def identity(config: BaseModel) -> dict[str, Any]:
    """All of `config` that can change a result, as plain JSON values under the fields' names."""
    return _identity(config)


def config_hash(config: ScenarioRunnerConfig) -> str:
    """32 hex digits that stand for `identity(config)`."""
    return digest(identity(config))


def experiment_key(config: MultiScenarioRunnerConfig) -> str:
    """32 hex digits that stand for the whole configuration: equal only if the very same experiment was asked for."""
    return digest(config.model_dump(mode="json"))


def get_run_id(scenario_id: str, run_number: int | None = None, config_hash: str | None = None, runs: int = 1) -> str:
    """Name of one scenario run: `<scenario_id>[_run_<n>]_<config hash>`.

    The run number shows when there is more than one of `runs` (or a number above 1); the hash is shortened to
    `SHORT_HASH` characters and absent only where no configuration exists.
    """
    if run_number is not None and run_number < 1:
        raise ValueError(f"run numbers start at 1, got {run_number}")
    number = f"_run_{run_number}" if run_number is not None and max(run_number, runs) > 1 else ""
    suffix = f"_{config_hash[:SHORT_HASH]}" if config_hash else ""
    return f"{scenario_id}{number}{suffix}"


def digest(value: object) -> str:
    """32 hex digits of a JSON value, equal for equal values."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()


def in_identity(model: type[BaseModel], field: str) -> bool:
    """Whether a field is part of a result's identity; a field that does not say so is a programming error."""
    extra = model.model_fields[field].json_schema_extra
    if not isinstance(extra, dict) or not isinstance(extra.get("identity"), bool):
        raise TypeError(f"{model.__name__}.{field} does not say whether it is part of a result's identity")
    return extra["identity"] is True


def _identity(model: BaseModel) -> dict[str, Any]:
    return {name: _plain(getattr(model, name)) for name in _identity_fields(type(model))}


@functools.cache
def _identity_fields(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(name for name in model.model_fields if in_identity(model, name))


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _identity(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
