"""The configuration models, their identity, and the names made from it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from pare_runner.batch.config import (
    MultiScenarioRunnerConfig,
    ScenarioRunnerConfig,
    SuiteConfig,
    config_schema,
)
from pare_runner.batch.identity import config_hash, digest, experiment_key, get_run_id, identity, in_identity
from pare_runner.llm.config import LLMEngineConfig, Prices, Quirks
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig

DOCUMENTED: dict[str, Any] = {
    "user_engine_config": LLMEngineConfig(model_name="gpt-5-mini", provider="openai", endpoint=None),
    "user_max_iterations": 1,
    "agent_type": "observe-execute",
    "user_type": "default",
    "observe_engine_config": LLMEngineConfig(model_name="gpt-5", provider="openai", endpoint=None),
    "observe_max_iterations": 1,
    "execute_engine_config": LLMEngineConfig(model_name="gpt-5", provider="openai", endpoint=None),
    "execute_max_iterations": 1,
    "oracle": False,
    "max_turns": 10,
    "export": False,
    "output_dir": None,
    "trace_dump_format": "hf",
    "use_custom_logger": True,
    "simulated_generation_time_mode": "measured",
    "tool_augmentation_config": None,
    "env_events_config": None,
    "judge_only": False,
    "judge_engine_config": None,
    "max_scenario_duration": 600,
    "user_model_alias": None,
    "observe_model_alias": None,
    "execute_model_alias": None,
}
DOCUMENTED_MULTI: dict[str, Any] = {
    "max_concurrent_scenarios": None,
    "timeout_seconds": None,
    "executor_type": "thread",
    "log_level": "INFO",
    "log_to_file": True,
    "logs_dir": "logs",
    "enable_caching": True,
    "experiment_name": "default",
}
ANOTHER: dict[str, Any] = {
    "user_engine_config": {"model_name": "other"},
    "user_max_iterations": 2,
    "agent_type": "other",
    "user_type": "other",
    "observe_engine_config": {"model_name": "other"},
    "observe_max_iterations": None,
    "execute_engine_config": {"model_name": "gpt-5", "provider": "other"},
    "execute_max_iterations": 10,
    "oracle": True,
    "max_turns": None,
    "export": True,
    "output_dir": "elsewhere",
    "trace_dump_format": "lite",
    "export_dialect": "meta_are",
    "export_redact": ("emails",),
    "use_custom_logger": False,
    "simulated_generation_time_mode": "fixed",
    "tool_augmentation_config": {"tool_failure_probability": 0.2},
    "env_events_config": {"num_env_events_per_minute": 4},
    "judge_only": True,
    "judge_engine_config": {"model_name": "judge"},
    "max_scenario_duration": None,
    "user_model_alias": "u",
    "observe_model_alias": "o",
    "execute_model_alias": "e",
    "seed": 1,
    "protocol": "other",
    "protocol_version": 2,
    "message_protocol": "react",
    "format_retries": 0,
    "max_turns_fixed": True,
    "max_idle_turns": None,
    "turn_seconds": 0.0,
    "generation_seconds": 30.0,
    "idle": "poll:5",
    "proposal_timeout": 60.0,
    "max_tokens_per_run": 1000,
    "prompts_hash": "0123",
    "judge_prompt_hash": "0123",
    "agent_hash": "0123",
    "noise_hash": "data",
    "max_concurrent_scenarios": 3,
    "timeout_seconds": 3,
    "executor_type": "async",
    "ray_address": "auto",
    "log_level": "DEBUG",
    "log_to_file": False,
    "logs_dir": "elsewhere",
    "enable_caching": False,
    "experiment_name": "other",
    "scenarios": ["a"],
    "suite": {"runs": 4},
    "prompts_dir": "my_prompts",
    "replay": "outputs/a",
    "resume": "outputs/a",
    "only": "failed",
    "cache": "refresh",
    "max_cost_usd": 5.0,
    "max_total_tokens": 1000,
    "max_wall": 60.0,
    "offline_patience": None,
}
OUTSIDE_IDENTITY = {
    *DOCUMENTED_MULTI,
    *("export", "output_dir", "trace_dump_format", "use_custom_logger", "judge_only", "judge_engine_config"),
    *("scenarios", "suite", "prompts_dir", "replay", "judge_prompt_hash", "resume", "only", "cache"),
    *("max_cost_usd", "max_total_tokens", "max_wall", "offline_patience", "ray_address"),
    *("export_dialect", "export_redact"),
}
OURS = {
    "export_dialect": "pare",
    "export_redact": (),
    "seed": 0,
    "protocol": "standard",
    "protocol_version": 1,
    "message_protocol": "native",
    "format_retries": 10,
    "max_turns_fixed": False,
    "max_idle_turns": 200,
    "turn_seconds": 10.0,
    "generation_seconds": 5.0,
    "idle": "jump",
    "proposal_timeout": None,
    "max_tokens_per_run": None,
    "prompts_hash": None,
    "judge_prompt_hash": None,
    "agent_hash": None,
    "noise_hash": None,
}


@pytest.mark.parametrize(
    ("model", "documented"), [(ScenarioRunnerConfig, {}), (MultiScenarioRunnerConfig, DOCUMENTED_MULTI)]
)
def test_class_defaults_are_the_documented_ones(model: type[BaseModel], documented: dict[str, Any]) -> None:
    config = model()

    for name, value in {**DOCUMENTED, **OURS, **documented}.items():
        assert getattr(config, name) == value, name
    assert {**DOCUMENTED, **OURS}.keys() == ScenarioRunnerConfig.model_fields.keys()


def test_noise_defaults_are_the_documented_ones() -> None:
    tools, events = ToolAugmentationConfig(), EnvEventsConfig()

    assert tools.tool_failure_probability == 0.1
    assert tools.apply_tool_name_augmentation
    assert tools.apply_tool_description_augmentation
    assert (events.num_env_events_per_minute, events.env_events_seed) == (10, 0)
    assert (events.n_message_events_per_conversation, events.n_item_events_per_product) == (4, 2)
    assert set(events.weight_per_app_class) == {"StatefulEmailApp", "StatefulMessagingApp", "StatefulShoppingApp"}


@pytest.mark.parametrize(
    "model", [LLMEngineConfig, Prices, Quirks, SuiteConfig, ScenarioRunnerConfig, MultiScenarioRunnerConfig]
)
def test_every_field_is_described_and_says_whether_it_is_identity(model: type[BaseModel]) -> None:
    for name, field in model.model_fields.items():
        assert field.description, name
        assert in_identity(model, name) in (True, False)


def test_a_field_that_does_not_say_is_an_error() -> None:
    class Forgetful(BaseModel):
        field: int = 0

    with pytest.raises(TypeError, match=r"Forgetful\.field does not say"):
        in_identity(Forgetful, "field")


def test_the_identity_holds_what_can_change_a_result_and_nothing_else() -> None:
    assert set(ANOTHER) == set(MultiScenarioRunnerConfig.model_fields)
    default = config_hash(MultiScenarioRunnerConfig())
    unchanged = {
        name
        for name, value in ANOTHER.items()
        if config_hash(MultiScenarioRunnerConfig.model_validate({name: value})) == default
    }

    assert unchanged == OUTSIDE_IDENTITY


def test_where_a_model_is_served_is_not_its_identity() -> None:
    here = MultiScenarioRunnerConfig(observe_engine_config=LLMEngineConfig(model_name="m", endpoint="http://here"))
    there = MultiScenarioRunnerConfig(observe_engine_config=LLMEngineConfig(model_name="m", endpoint="http://there"))

    assert config_hash(here) == config_hash(there)
    assert experiment_key(here) != experiment_key(there)


def test_what_shapes_a_reply_is_identity_and_what_serves_it_is_not() -> None:
    def hashed(**fields: Any) -> str:
        return config_hash(MultiScenarioRunnerConfig(observe_engine_config=LLMEngineConfig(model_name="m", **fields)))

    shaping = [{"temperature": 0.5}, {"quirks": Quirks(omit=("stop",))}, {"extra_body": {"top_k": 3}}, {"alias": "n"}]
    prices = Prices(input=1.0, output=2.0, source="a page", date="2026-11-20")
    serving = [{"api_key_env": "KEY"}, {"prices": prices}, {"max_retries": 0}, {"extra_headers": {"X-Title": "t"}}]

    assert len({hashed(), *(hashed(**fields) for fields in shaping)}) == 5
    assert {hashed(), *(hashed(**fields) for fields in serving)} == {hashed()}


@pytest.mark.parametrize(("idle", "seconds"), [("jump", None), ("poll:5", 5.0), ("poll:0.5", 0.5)])
def test_the_seconds_of_an_idle_turn(idle: str, seconds: float | None) -> None:
    assert ScenarioRunnerConfig(idle=idle).poll_seconds == seconds


def test_identity_is_plain_json_and_its_hash_ignores_order() -> None:
    weights = {"StatefulShoppingApp": 1.0, "StatefulEmailApp": 2.0}
    config = MultiScenarioRunnerConfig(env_events_config=EnvEventsConfig(weight_per_app_class=weights))
    turned = MultiScenarioRunnerConfig(
        env_events_config=EnvEventsConfig(weight_per_app_class=dict(reversed(weights.items())))
    )

    assert json.loads(json.dumps(identity(config))) == identity(config)
    assert config_hash(config) == config_hash(turned)
    assert len(config_hash(config)) == 32


def test_the_hash_is_the_same_everywhere() -> None:
    """The expected value is what b2sum says of the canonical text."""
    assert digest({"b": [1, 2.5, None], "a": "é"}) == "068c29643022388cbbc41cf0bf006976"


@pytest.mark.parametrize(
    ("arguments", "run_id"),
    [
        (("dinner", 1, "0123456789abcdef"), "dinner_01234567"),
        (("dinner", 1, "0123456789abcdef", 4), "dinner_run_1_01234567"),
        (("dinner", 3, "0123456789abcdef", 4), "dinner_run_3_01234567"),
        (("dinner", 2, None), "dinner_run_2"),
        (("dinner", None, None), "dinner"),
    ],
)
def test_run_ids(arguments: tuple[Any, ...], run_id: str) -> None:
    assert get_run_id(*arguments) == run_id


def test_run_numbers_start_at_one() -> None:
    with pytest.raises(ValueError, match="start at 1"):
        get_run_id("dinner", 0, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"sede": 1},
        {"seed": -1},
        {"seed": 2**63},
        {"seed": True},
        {"seed": "1"},
        {"oracle": 1},
        {"max_turns": 0},
        {"user_max_iterations": -1},
        {"max_scenario_duration": 0},
        {"message_protocol": "xml"},
        {"format_retries": -1},
        {"turn_seconds": -1.0},
        {"idle": "wait"},
        {"idle": "poll:0"},
        {"idle": "poll:"},
        {"proposal_timeout": 0.0},
        {"max_tokens_per_run": 0},
        {"executor_type": "threads"},
        {"log_level": "info"},
        {"export_dialect": "xml"},
        {"experiment_name": "../up"},
        {"experiment_name": ""},
        {"suite": {"runs": 0}},
        {"suite": {"limit": 0}},
        {"suite": {"tag": ["a"]}},
        {"suite": {"tags": [1]}},
        {"suite": {"tags": [""]}},
        {"suite": {"source": "listed"}},
        {"tool_augmentation_config": {"tool_failure_probability": 1.5}},
        {"tool_augmentation_config": {"tool_failure_probability": float("nan")}},
        {"tool_augmentation_config": {"failure": 0.5}},
        {"env_events_config": {"num_env_events_per_minute": -1}},
        {"env_events_config": {"weight_per_app_class": {"StatefulEmailApp": -1.0}}},
        {"env_events_config": {"weight_per_app_class": {"StatefulEmailApp": float("inf")}}},
        {"env_events_config": {"n_item_events_per_product": -1}},
        {"observe_engine_config": {"model_name": "m", "api_key": "k"}},
    ],
    ids=str,
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MultiScenarioRunnerConfig.model_validate(wrong)


def test_a_single_name_is_a_list_of_one() -> None:
    config = MultiScenarioRunnerConfig.model_validate({"scenarios": "a.yaml", "suite": {"tags": "calendar"}})

    assert config.scenarios == ("a.yaml",)
    assert config.suite.tags == ("calendar",)


def test_configurations_are_frozen_and_survive_json() -> None:
    config = MultiScenarioRunnerConfig.model_validate(ANOTHER)

    assert MultiScenarioRunnerConfig.model_validate_json(config.model_dump_json()) == config
    assert MultiScenarioRunnerConfig.model_validate(config.model_dump(mode="json")) == config
    with pytest.raises(ValidationError, match="frozen"):
        config.seed = 5  # type: ignore[misc]


def test_the_json_schema_names_every_field_and_its_identity() -> None:
    properties = config_schema()["properties"]

    assert set(properties) == set(MultiScenarioRunnerConfig.model_fields)
    assert properties["seed"]["identity"] is True
    assert properties["output_dir"]["identity"] is False
