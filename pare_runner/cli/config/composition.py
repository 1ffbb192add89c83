"""Configurations as compositions: the keys that are typed, their values, and which are part of the identity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import in_identity
from pare_runner.cli.live import DERIVED, DORMANT, MAX_TURNS_FIXED
from pare_runner.cli.nodes import ALIASES, BASE_URL, ENDPOINT, ENGINES, VIEWS, composed_key
from pare_runner.llm.config import LLMEngineConfig, Quirks

MODEL = "model"
Key = tuple[str, ...]
ABSENT = object()
"""Stands for a key that one of two configurations does not have."""


def composition_of(config: MultiScenarioRunnerConfig) -> dict[str, Any]:
    """The composition that validates to `config`, every value written out: the reverse of `cli.nodes.as_fields`."""
    fields = config.model_dump(mode="json")
    values: dict[str, Any] = {MODEL: _model(fields[ENGINES["observe"]])}
    values |= {node: _model(fields[field]) for node, field in ENGINES.items()}
    for node, keys in VIEWS.items():
        values[node] = {key: fields[field] for key, field in keys.items()}
    hidden = {*ENGINES.values(), *ALIASES.values(), *DORMANT, *DERIVED, "export"}
    values |= {name: value for name, value in fields.items() if name not in hidden}
    return values | ({MAX_TURNS_FIXED: True} if config.max_turns_fixed else {})


def leaves(values: Mapping[str, Any], above: Key = ()) -> Iterator[tuple[Key, Any]]:
    """The values of nested mappings, each under its keys; an empty mapping is a value."""
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            yield from leaves(value, (*above, str(name)))
        else:
            yield (*above, str(name)), value


def decides(key: Key) -> bool:
    """Whether a key of a composition is part of a result's identity.

    The judge is not: what it decides is the verdict, and that is in a scenario's scoring hash.
    """
    node, *rest = key
    if node == "judge":
        return False
    if node == MODEL or node in ENGINES:
        return _engine_decides(rest)
    if node in VIEWS:
        node, rest = VIEWS[node].get(rest[0] if rest else "", ""), []
    return _field_decides((node, *rest))


def field_decides(location: Key) -> bool:
    """Whether a field of the configuration is part of a result's identity."""
    return _field_decides(location)


def shown_key(location: Key) -> str:
    """What is typed for the field of the configuration at `location`."""
    return ".".join(map(str, composed_key(location)))


def differences(before: MultiScenarioRunnerConfig, after: MultiScenarioRunnerConfig) -> dict[Key, tuple[Any, Any]]:
    """Field, by its keys → its values in both; ABSENT where a part that holds it is empty."""
    old, new = dict(leaves(before.model_dump(mode="json"))), dict(leaves(after.model_dump(mode="json")))
    aliases = [
        (old.get((field, "alias")), new.get((field, "alias"))) for field in ENGINES.values()
    ]  # a field says it again
    found: dict[Key, tuple[Any, Any]] = {}
    for key in dict.fromkeys((*old, *new)):
        pair = old.get(key, ABSENT), new.get(key, ABSENT)
        inside = any(other[: len(key)] == key and len(other) > len(key) for other in (*old, *new))
        if pair[0] != pair[1] and not inside and (key[0] not in ALIASES.values() or pair not in aliases):
            found[key] = pair
    return found


def _model(engine: Mapping[str, Any] | None) -> dict[str, Any]:
    return {BASE_URL if name == ENDPOINT else name: value for name, value in (engine or {}).items()}


def _field_decides(location: Key) -> bool:
    node, *rest = location
    if node not in MultiScenarioRunnerConfig.model_fields or not in_identity(MultiScenarioRunnerConfig, node):
        return False
    return node not in ENGINES.values() or _engine_decides(rest)


def _engine_decides(keys: Sequence[str]) -> bool:
    model: type[BaseModel] = LLMEngineConfig
    for key in keys:
        name = ENDPOINT if key == BASE_URL else key
        if name not in model.model_fields:
            return True  # inside a value that holds any keys
        if not in_identity(model, name):
            return False
        if name != "quirks":
            return True
        model = Quirks
    return True
