"""Configurations as flat mappings: `observe_engine_config.temperature` → 0.3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from pare_runner.analysis.discover import Job

PLACES = frozenset({"output_dir", "logs_dir", "resume"})
"""Keys that say where results go: two results never share them, and nothing follows from that."""

COLUMN_OF = {
    "user_model_alias": "user_model",
    "observe_model_alias": "observe_model",
    "execute_model_alias": "execute_model",
    "agent_type": "agent_type",
    "seed": "seed",
    "oracle": "oracle",
    "protocol": "protocol",
    "protocol_version": "protocol_version",
    "message_protocol": "message_protocol",
    "simulated_generation_time_mode": "time_mode",
    "tool_augmentation_config.tool_failure_probability": "tool_failure_probability",
    "env_events_config.num_env_events_per_minute": "num_env_events_per_minute",
}
"""Keys of a configuration that rows have as columns."""


def flat(value: Mapping[str, Any]) -> dict[str, Any]:
    """Every value that is no mapping under its dotted path, in order; an empty mapping is a value."""
    return dict(_flat("", value))


def identity(job: Job) -> dict[str, Any]:
    """All in the configuration of `job` that can change a result; empty without a manifest."""
    found = job.manifest.get("identity")
    return flat(found) if isinstance(found, dict) else {}


def text(value: Any) -> str:
    """A value as JSON text, by which values are compared."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _flat(above: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and (value or not above):
        for key, item in value.items():
            yield from _flat(f"{above}.{key}" if above else str(key), item)
    else:
        yield above, value
