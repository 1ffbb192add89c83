"""The parts of a composition that are not fields themselves: models of the roles, `time`, `limits`, `export`.

A composition has a node for each role; `model` is what observe and execute follow unless a model was chosen for them.
Documented fields stand at the top and take their values from `time`, `limits` and `export` by interpolation; the field
`export` alone, whose name the group has, is `export.write`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig, Prices, Quirks

if TYPE_CHECKING:
    from pare_runner.policy.request import Role

ENGINES: dict[Role, str] = {
    "user": "user_engine_config",
    "observe": "observe_engine_config",
    "execute": "execute_engine_config",
    "judge": "judge_engine_config",
}
"""Node of a role → field of the configuration."""
ALIASES: dict[Role, str] = {
    "user": "user_model_alias",
    "observe": "observe_model_alias",
    "execute": "execute_model_alias",
}
VIEWS = {
    "time": {
        "mode": "simulated_generation_time_mode",
        "generation_seconds": "generation_seconds",
        "idle": "idle",
    },
    "limits": {
        "max_tokens_per_run": "max_tokens_per_run",
        "timeout_seconds": "timeout_seconds",
        "max_scenario_duration": "max_scenario_duration",
        "max_cost_usd": "max_cost_usd",
        "max_tokens": "max_total_tokens",
        "max_wall": "max_wall",
        "offline_patience": "offline_patience",
    },
    "export": {
        "write": "export",
        "format": "trace_dump_format",
        "dialect": "export_dialect",
        "redact": "export_redact",
    },
}
"""Node → its keys → the fields they set."""
BASE_URL, ENDPOINT = "base_url", "endpoint"
MODEL_KEYS = tuple(BASE_URL if name == ENDPOINT else name for name in LLMEngineConfig.model_fields)
"""Keys of a model in a composition."""
_STARTS = {"model": "base@_here_: engine", "time": "fixed", "limits": "default", "export": "hf"}
"""Group → what files of ours have in their `defaults:` for the keys they do not name."""
_SHOWN = 4
"""Keys that one message names."""
MODEL_PARTS: dict[str, type[BaseModel]] = {"quirks": Quirks, "prices": Prices}
"""Keys of a model that hold a mapping with keys of its own."""


def check_nodes(raw: Mapping[str, Any]) -> None:
    """Refuse a choice of models that means nothing; `raw` is a composition before interpolation."""
    for node in ("model", *ENGINES):
        value = raw.get(node)
        if not isinstance(value, Mapping):
            raise ConfigError(f"{node} must be a model", hint="choose one of the group model; `pare models list`")
        option = "model" if node == "model" else f"model@{node}"
        if not value and node != "judge":
            raise ConfigError(f"{option}=none: only the judge can do without a model")
        if node == "model" and value.get("model_name") == "${model.model_name}":
            raise ConfigError("model=same: `same` follows model=, so it is one for a role: model@user=same")
        for key in ("api_key_env", "extra_headers", "extra_body"):
            if "${oc." in str(value.get(key)):
                raise ConfigError(
                    f"{node}.{key}: the value of a variable must not get into a configuration",
                    hint="write the variable's name, in a header as $NAME",
                )


def check_whole(raw: Mapping[str, Any]) -> None:
    """ConfigError if a file of a group lacks keys that others take from it: it does not start from one of ours.

    `raw` is a composition before interpolation.
    """
    for node, line in _STARTS.items():
        inside = raw.get(node)
        if not isinstance(inside, Mapping):
            continue
        if node == "model":
            follows = any(f"${{{node}." in str(raw.get(role)) for role in ("observe", "execute"))
            missing = [key for key in MODEL_KEYS if key not in inside] if follows else []
        else:
            missing = [key for key, field in VIEWS[node].items() if raw.get(field) == f"${{{node}.{key}}}"]
            missing = [key for key in missing if key not in inside]
        if missing:
            shown = ", ".join(missing[:_SHOWN]) + (", ..." if len(missing) > _SHOWN else "")
            hint = f"let its file start from ours, with the line `defaults: [{line}, _self_]`"
            raise ConfigError(f"the option of {node} lacks keys: {shown}", hint=hint)


def check_renamed(typed: Collection[str], values: Mapping[str, Any]) -> None:
    """ConfigError if another model is typed below an option, and what the option says of its own model would stay.

    `typed` are the keys of the command line, `values` a resolved composition.
    """
    for node in ("model", *ENGINES):
        model = values.get(node) or {}
        stays = [key for key in ("alias", "prices") if model.get(key) and f"{node}.{key}" not in typed]
        stays = [key for key in stays if not any(name.startswith(f"{node}.{key}.") for name in typed)]
        if f"{node}.model_name" in typed and stays:
            raise ConfigError(
                f"{node}.model_name={model['model_name']}: {' and '.join(stays)} of the chosen option would stay",
                hint="add what is true of it, or null where that is unknown: "
                + " ".join(f"{node}.{key}=null" for key in stays),
            )


def check_doubled(typed: Collection[str], values: Mapping[str, Any]) -> None:
    """ConfigError if a key is typed that has no effect, since its other name has another value.

    Arguments are those of `check_renamed`.
    """
    for node, keys in VIEWS.items():
        for key, field in keys.items():
            if f"{node}.{key}" in typed and field not in VIEWS and values[node][key] != values[field]:
                raise ConfigError(
                    f"{node}.{key}={_text(values[node][key])} and {field}={_text(values[field])}: two names of one key",
                    hint="give one of them",
                )


def _text(value: object) -> str:
    return "null" if value is None else str(value)


def followed(raw: Any, model: Any, path: str = "model") -> Any:
    """A role's `raw` node, each `${model.key}` of `same` replaced by that value of the resolved `model`.

    OmegaConf does the same many times slower, and a sweep does it twice for each of its jobs.
    """
    if isinstance(raw, Mapping):
        inside = model if isinstance(model, Mapping) else {}
        return {key: followed(value, inside.get(key), f"{path}.{key}") for key, value in raw.items()}
    return model if raw == f"${{{path}}}" else raw


def unknown_keys(values: Mapping[str, Any]) -> Iterator[str]:
    """Dotted names of keys inside nodes that the models of pydantic do not see."""
    known = {"model": MODEL_KEYS, **{node: tuple(keys) for node, keys in VIEWS.items()}}
    for node, keys in known.items():
        yield from (f"{node}.{key}" for key in values.get(node) or {} if key not in keys)


def as_fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Resolved `values` of a composition as fields of the configuration."""
    fields = {key: value for key, value in values.items() if key not in ("model", *ENGINES, *VIEWS)}
    fields["export"] = values["export"]["write"]
    if isinstance(fields.get("env_events_config"), Mapping):  # the class has PARE's seed, compositions their own
        fields["env_events_config"] = {"env_events_seed": None, **fields["env_events_config"]}
    fields = without_empty(fields, MultiScenarioRunnerConfig)
    if isinstance(fields.get("suite"), Mapping):
        fields["suite"] = without_empty(fields["suite"], SuiteConfig)
    for node, field in ENGINES.items():
        fields[field] = engine_fields(values[node]) or None
    for node, field in ALIASES.items():
        fields[field] = values[node].get("alias") or None
    return fields


def without_empty(values: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """`values` of `model`, None for an empty text (`KEY=`) where None is allowed."""
    optional = {name for name, info in model.model_fields.items() if type(None) in get_args(info.annotation)}
    return {key: None if value == "" and key in optional else value for key, value in values.items()}


def engine_fields(model: Mapping[str, Any]) -> dict[str, Any]:
    """A model of a composition as fields of `LLMEngineConfig`."""
    named = {ENDPOINT if key == BASE_URL else key: value for key, value in model.items()}
    for part, inside in MODEL_PARTS.items():
        if isinstance(named.get(part), Mapping):
            named[part] = without_empty(named[part], inside)
    return without_empty(named, LLMEngineConfig)


def composed_key(location: tuple[int | str, ...]) -> list[int | str]:
    """Where a composition holds the field at `location` of the configuration."""
    node = next((node for node, field in (*ENGINES.items(), *ALIASES.items()) if location[:1] == (field,)), None)
    if node is None:
        return list(location)
    if location[0] == ALIASES.get(node):
        return [node, "alias"]
    return [node, *(BASE_URL if part == ENDPOINT else part for part in location[1:])]


def node_keys() -> list[str]:
    """Dotted names of all keys inside nodes."""
    model = [*MODEL_KEYS, *(f"{part}.{name}" for part, inside in MODEL_PARTS.items() for name in inside.model_fields)]
    views = [f"{node}.{key}" for node, keys in VIEWS.items() for key in keys]
    return [*(f"{node}.{key}" for node in ("model", *ENGINES) for key in model), *views]
