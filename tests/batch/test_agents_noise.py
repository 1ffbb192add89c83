"""The noise of a configuration: which data it reads, and that other data is another configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.agents import noise_settings, with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.data import NO_DATA
from pare_runner.noise.settings import NO_NOISE
from pare_runner.scenarios.scenario import PAREScenario

OFF = {
    "tool_failure_probability": 0.0,
    "apply_tool_name_augmentation": False,
    "apply_tool_description_augmentation": False,
}
NAMES = '{"tool_names_mapping": {"StatefulNotesApp__create_note": "%s"}}'


def tools(**fields: Any) -> ToolAugmentationConfig:
    return ToolAugmentationConfig(**{**OFF, **fields})


RENAMED = tools(apply_tool_name_augmentation=True)
REDESCRIBED = tools(apply_tool_description_augmentation=True)
FAILING = tools(tool_failure_probability=0.2)
READING: list[dict[str, Any]] = [
    {"tool_augmentation_config": RENAMED},
    {"tool_augmentation_config": REDESCRIBED},
    {"env_events_config": EnvEventsConfig()},
    {"env_events_config": EnvEventsConfig(), "oracle": True},
]
NOT_READING: list[dict[str, Any]] = [
    {},
    {"tool_augmentation_config": FAILING},
    {"tool_augmentation_config": RENAMED, "oracle": True},
    {"env_events_config": EnvEventsConfig(num_env_events_per_minute=0)},
]


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "mine.json"
    path.write_text(NAMES % "jot")
    monkeypatch.setenv("ENV_AUGMENTATION_DATA_PATH", str(path))
    return path


@pytest.mark.parametrize("fields", READING, ids=str)
def test_noise_that_reads_data_has_it_and_its_hash(fields: dict[str, Any]) -> None:
    config = with_hashes(ScenarioRunnerConfig(**fields))
    assert config.noise_hash == load_augmentation_data({}).digest
    assert noise_settings(config).data is load_augmentation_data({})


@pytest.mark.parametrize("fields", NOT_READING, ids=str)
def test_noise_that_reads_none_neither_has_nor_depends_on_data(fields: dict[str, Any], own_data: Path) -> None:
    config = with_hashes(ScenarioRunnerConfig(**fields))
    assert config.noise_hash is None
    assert noise_settings(config).data is NO_DATA


def test_other_data_is_another_configuration(own_data: Path) -> None:
    config = ScenarioRunnerConfig(tool_augmentation_config=RENAMED)
    one = with_hashes(config)
    own_data.write_text(NAMES % "scribble")
    other = with_hashes(config)
    assert config_hash(one) != config_hash(other) == config_hash(with_hashes(one))
    assert noise_settings(other).data.tool_names_mapping == {"StatefulNotesApp__create_note": "scribble"}
    with pytest.raises(ConfigError, match="the augmentation data is not what this configuration was made with"):
        noise_settings(one)


def test_a_variable_in_the_env_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.json").write_text(NAMES % "jot")
    (tmp_path / ".env").write_text("ENV_AUGMENTATION_DATA_PATH=mine.json\n")
    config = ScenarioRunnerConfig(tool_augmentation_config=RENAMED)
    assert noise_settings(config).data.tool_names_mapping == {"StatefulNotesApp__create_note": "jot"}


def test_data_without_what_is_asked_for_is_refused(own_data: Path) -> None:
    both = tools(apply_tool_name_augmentation=True, apply_tool_description_augmentation=True)
    with pytest.raises(InputError, match="set apply_tool_description_augmentation=false, or use data that has it"):
        noise_settings(ScenarioRunnerConfig(tool_augmentation_config=both))
    assert noise_settings(ScenarioRunnerConfig(tool_augmentation_config=RENAMED)).tools == RENAMED


def test_an_oracle_run_has_no_tool_noise() -> None:
    events = EnvEventsConfig()
    settings = noise_settings(
        ScenarioRunnerConfig(tool_augmentation_config=RENAMED, env_events_config=events, oracle=True)
    )
    assert (settings.tools, settings.events) == (None, events)


def test_data_is_loaded_for_the_noise_of_a_scenario() -> None:
    config = ScenarioRunnerConfig()
    assert noise_settings(config, PAREScenario()) == NO_NOISE
    for fields in ({"tool_augmentation_config": RENAMED}, {"env_events_config": EnvEventsConfig()}):
        assert noise_settings(config, PAREScenario(**fields)).data.digest == load_augmentation_data({}).digest
    own = PAREScenario(tool_augmentation_config=RENAMED)
    assert noise_settings(ScenarioRunnerConfig(oracle=True), own).data is NO_DATA
    assert noise_settings(ScenarioRunnerConfig(tool_augmentation_config=FAILING), own).data is NO_DATA


def test_what_changes_nothing_is_no_other_experiment() -> None:
    idle = MultiScenarioRunnerConfig(tool_augmentation_config=tools(pattern="outage"))
    assert idle == MultiScenarioRunnerConfig()
