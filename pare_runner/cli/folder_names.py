"""Which keys name no folder: what cannot change a result, so that a sweep that goes on finds its own folders.

They are derived from the metadata of the configuration, which says of each field whether it is part of the identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import in_identity
from pare_runner.cli.nodes import BASE_URL, ENDPOINT, ENGINES, MODEL_PARTS, VIEWS
from pare_runner.llm.config import LLMEngineConfig

CHOOSING = ("experiment_name", "scenarios", "suite", "prompts_dir", "replay", "judge_only")
"""Fields outside of the identity that say all the same what runs, on which texts, how it is judged or called."""
_NO_KEYS = (*ENGINES.values(), "judge_prompt_hash")
"""Fields that no key of a composition has the name of."""
INVOCATION_ONLY = (
    *("output_dir", "resume", "only", "cache", "enable_caching"),
    *("limits.max_cost_usd", "limits.max_tokens", "limits.max_wall", "limits.offline_patience"),
    *("max_cost_usd", "max_total_tokens", "max_wall", "offline_patience"),
)
"""Keys that hold for a sweep as a whole."""
_NEVER = {
    *(*INVOCATION_ONLY, "executor", "executor_type", "ray_address", "max_concurrent_scenarios"),
    *(f"{node}.{BASE_URL}" for node in ("model", *ENGINES)),
}
"""Keys that name no folder even if they are swept: jobs cannot differ in them, or not by an address alone."""


def unnamed_keys(named: Sequence[str] = (), further: Sequence[str] = ()) -> list[str]:
    """All keys that name no folder, and `further` ones, but for those that are `named`."""
    fields = [name for name in _outside(MultiScenarioRunnerConfig) if name not in (*CHOOSING, *_NO_KEYS)]
    views = [f"{node}.{key}" for node, keys in VIEWS.items() for key, field in keys.items() if field in fields]
    models = [f"{node}.{key}" for node in ("model", *ENGINES) for key in _model_keys()]
    return [key for key in ("executor", *fields, *views, *models, *further) if key not in named]


def may_be_swept() -> set[str]:
    """Those that do name folders if the jobs of a sweep differ in them."""
    return set(unnamed_keys()) - _NEVER


def _model_keys() -> Iterator[str]:
    for name in _outside(LLMEngineConfig):
        yield BASE_URL if name == ENDPOINT else name
        if name in MODEL_PARTS:
            yield from (f"{name}.{inside}" for inside in _outside(MODEL_PARTS[name]))


def _outside(model: type[BaseModel]) -> list[str]:
    return [name for name in model.model_fields if not in_identity(model, name)]
