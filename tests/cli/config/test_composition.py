"""A configuration as a composition and back, and which keys are part of a result's identity."""

from __future__ import annotations

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import identity
from pare_runner.cli.config.composition import composition_of, decides, field_decides, leaves, shown_key
from pare_runner.cli.config.sources import compose
from pare_runner.cli.nodes import as_fields

EVERYTHING = [
    *("model=gpt5", "model@judge=claude_haiku_4_5", "noise=mixed", "time=tokens", "limits=none", "export=both"),
    *("suite.tags=[calendar]", "max_turns=7", "protocol=pare_2026", "seed=3", "export.redact=[keys]"),
]


@pytest.mark.parametrize("overrides", [[], ["oracle=true"], EVERYTHING])
def test_there_and_back(overrides: list[str]) -> None:
    _, config = compose(overrides)
    fields = as_fields(composition_of(config))
    given = ("prompts_hash", "agent_hash", "noise_hash", "judge_prompt_hash")
    again = MultiScenarioRunnerConfig.model_validate({**fields, **{name: getattr(config, name) for name in given}})
    assert again == config


def test_every_field_of_the_identity_is_marked_and_no_other() -> None:
    _, config = compose(EVERYTHING)
    fields = config.model_dump(mode="json")
    marked = {key for key, _ in leaves(fields) if field_decides(key)}
    assert marked == {key for key, _ in leaves(identity(config))}


def test_keys_of_a_composition() -> None:
    _, config = compose(EVERYTHING)
    marked = {".".join(key) for key, _ in leaves(composition_of(config)) if decides(key)}
    assert {"user.model_name", "model.temperature", "observe.quirks.omit", "time.mode", "seed", "max_turns"} <= marked
    assert {"max_turns_fixed", "limits.max_tokens_per_run", "env_events_config.arrivals", "user.alias"} <= marked
    other = {"judge.model_name", "user.base_url", "model.prices.input", "limits.max_cost_usd", "export.write"}
    other |= {"suite.runs", "executor_type", "cache", "user.api_key_env", "time.no_such", "nothing"}
    assert not other & marked
    assert not decides(("time",))


def test_what_a_field_is_typed_as() -> None:
    assert shown_key(("user_engine_config", "endpoint")) == "user.base_url"
    assert shown_key(("observe_model_alias",)) == "observe.alias"
    assert shown_key(("suite", "runs")) == "suite.runs"
