"""The options of `noise=`: what each switches on, and that they add up in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.hydra_entry import main
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig


@dataclass
class Report:
    exit_status: int = 0
    summary: dict[str, int] = field(default_factory=dict)


@dataclass
class Composed:
    """A job body that keeps the configuration."""

    configs: list[MultiScenarioRunnerConfig] = field(default_factory=list)

    def __call__(self, config: MultiScenarioRunnerConfig, output_dir: Path) -> Report:
        self.configs.append(config)
        return Report()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def tools(*argv: str) -> ToolAugmentationConfig | None:
    body = Composed()
    assert main(list(argv), run_job=body) == 0
    return body.configs[0].tool_augmentation_config


def config(p: float = 0.0, *, renamed: bool = False, redescribed: bool = False) -> ToolAugmentationConfig:
    return ToolAugmentationConfig(
        tool_failure_probability=p,
        apply_tool_name_augmentation=renamed,
        apply_tool_description_augmentation=redescribed,
    )


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("none", None),
        ("tfp_0.1", config(0.1)),
        ("tfp_0.2", config(0.2)),
        ("tfp_0.4", config(0.4)),
        ("renamed", config(renamed=True)),
        ("redescribed", config(redescribed=True)),
    ],
)
def test_each_option_switches_on_one_treatment(option: str, expected: ToolAugmentationConfig | None) -> None:
    assert tools(f"noise={option}") == expected


@pytest.mark.parametrize("order", list(permutations(["tfp_0.1", "renamed", "redescribed"])), ids=str)
def test_options_add_up_in_any_order(order: Sequence[str]) -> None:
    assert tools(f"noise=[{','.join(order)}]") == config(0.1, renamed=True, redescribed=True)


@pytest.mark.parametrize("own", ["on the line", "in a file"])
def test_events_follow_the_seed_of_the_experiment_wherever_they_are_set(own: str) -> None:
    argv = ["+env_events_config.num_env_events_per_minute=4"]
    if own == "in a file":
        (Path.cwd() / "conf" / "noise").mkdir(parents=True)
        text = "# @package _global_\nenv_events_config: {num_env_events_per_minute: 4}\n"
        (Path.cwd() / "conf" / "noise" / "mine.yaml").write_text(text)
        argv = ["--config-dir", "conf", "noise=mine"]
    body = Composed()
    assert main([*argv, "output_dir=a"], run_job=body) == 0
    assert main([*argv, "output_dir=b", "++env_events_config.env_events_seed=7"], run_job=body) == 0
    first, second = (found.env_events_config for found in body.configs)
    assert (first, second) == (
        EnvEventsConfig(num_env_events_per_minute=4, env_events_seed=None),
        EnvEventsConfig(num_env_events_per_minute=4, env_events_seed=7),
    )


def test_single_values_go_on_top() -> None:
    assert tools("tool_augmentation_config.tool_failure_probability=0.3") == config(0.3)
    found = tools("noise=[none,renamed]", "tool_augmentation_config.pattern=outage")
    assert found is not None
    assert (found.pattern, found.apply_tool_name_augmentation, found.tool_failure_probability) == ("outage", True, 0.0)
    assert tools("noise=tfp_0.2", "tool_augmentation_config.tool_failure_probability=0") is None


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("tool_augmentation_config.tool_failure_probability=2", "must be between 0 and 1, not 2"),
        ("tool_augmentation_config.pattern=bursts", "tool_augmentation_config.pattern: must be "),
        ("tool_augmentation_config.outage_seconds=0", "outage_seconds must be above 0, not 0"),
        ("noise_hash=x", "noise_hash cannot be set itself (it follows from the augmentation data)"),
    ],
)
def test_values_that_cannot_be(override: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([override], run_job=Composed()) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
