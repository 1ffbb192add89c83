"""Which documented fields a composition may set today.

The models hold every documented field; one that nothing reads yet must not look as if it worked.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from pare_runner.batch.asked import check_asked
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.nodes import ALIASES, BASE_URL, ENDPOINT, ENGINES
from pare_runner.errors import ConfigError
from pare_runner.llm.config import OFFLINE, LLMEngineConfig, Quirks
from pare_runner.traces.registry import check_format

if TYPE_CHECKING:
    from pare_runner.policy.request import Role

DORMANT = frozenset(
    {
        "user_type",
    }
)
"""Fields that have no effect yet: they cannot be set from a composition."""

MAX_TURNS_FIXED = "max_turns_fixed"
"""A saved configuration holds this one all the same: there nobody types `max_turns` again."""

DERIVED = {
    **{field: f"choose with model@{node}=, change with {node}.<key>=" for node, field in ENGINES.items()},
    **{field: f"set {node}.alias" for node, field in ALIASES.items()},
    "prompts_hash": "it follows from prompts_dir",
    "agent_hash": "it follows from agent_type",
    "judge_prompt_hash": "it follows from prompts_dir",
    "noise_hash": "it follows from the augmentation data",
    MAX_TURNS_FIXED: "it is true as soon as max_turns is set",
}
"""Fields that are made from other keys of a composition, and how to set them."""
_USED_OFFLINE = frozenset({"model_name", "provider", "alias", "adapter", "generation_base", "generation_per_token"})


def is_live(name: str) -> bool:
    """Whether a composition sets the configuration field `name` under its own name."""
    return name in MultiScenarioRunnerConfig.model_fields and name not in DORMANT and name not in DERIVED


def check_supported(config: MultiScenarioRunnerConfig) -> None:
    """Refuse, with a ConfigError, a valid configuration that asks for what does not exist or cannot be reached."""
    if config.export:
        check_format(config.trace_dump_format)
        if config.export_redact:
            importlib.import_module("pare_runner.traces.redaction").Redaction.of(config.export_redact)
    check_asked(config)
    if config.oracle:
        return  # no model takes part
    for node in ("observe", "execute", "user", "judge"):
        engine = getattr(config, ENGINES[node])
        if engine is not None:
            check_engine(node, engine)


def check_engine(node: Role, engine: LLMEngineConfig) -> None:
    """Refuse a model that cannot play the role `node`."""
    if engine.adapter == OFFLINE:
        from pare_runner.llm.offline.registry import offline_policy  # slow to import, and --help needs this module

        try:
            offline_policy(engine.model_name, node)
        except ConfigError as error:
            raise ConfigError(f"model@{node}: {error}") from error
        _check_unused(node, engine)
    elif not engine.model_name:
        raise ConfigError(f"{node}.model_name: a model needs a name")
    elif engine.adapter == "openai" and engine.endpoint is None:
        add = f"{node}.base_url=http://localhost:8000/v1"
        if node in ("observe", "execute"):
            add = f"model.base_url=http://localhost:8000/v1, or {node}.base_url=... with model@{node}="
        raise ConfigError(f"{node}: the address of the server is missing", hint=f"add {add}")


def _check_unused(node: Role, engine: LLMEngineConfig) -> None:
    """Refuse a setting of an offline policy that it would not use: whoever set it meant another model."""
    plain = LLMEngineConfig(quirks=Quirks(omit=engine.quirks.omit))
    for name in LLMEngineConfig.model_fields:
        if getattr(engine, name) != getattr(plain, name) and name not in _USED_OFFLINE:
            key = BASE_URL if name == ENDPOINT else name
            option = "model" if node in ("observe", "execute") else f"model@{node}"
            hint = f"add {option}=local" if name == ENDPOINT else f"choose a model with {option}="
            raise ConfigError(f"{node}: {key} is set, but {engine.label} works offline and does not use it", hint=hint)
