"""Overrides that cannot be meant: keys and choices that are taken away."""

from __future__ import annotations

from pathlib import Path

import pytest
from hydra.core.config_loader import ConfigLoader

from pare_runner.cli.compose import Composer
from pare_runner.cli.flags import parse
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.overrides import read_overrides
from pare_runner.errors import ConfigError
from tests.cli.conftest import Pare


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def loader() -> ConfigLoader:
    return Composer.for_line(parse([])).loader


@pytest.mark.parametrize(
    "key",
    [
        "max_turns",
        "observe_max_iterations",
        "log_level",
        "seed",
        "suite.limit",
        "model.temperature",
        "limits.max_wall",
        "tool_augmentation_config",
        "tool_augmentation_config.pattern",
        "env_events_config.env_events_seed",
    ],
)
def test_keys_that_a_composition_has_cannot_be_left_out(key: str, loader: ConfigLoader) -> None:
    with pytest.raises(ConfigError) as caught:
        read_overrides([f"~{key}"], loader)
    assert str(caught.value).startswith(f"~{key}: this key cannot be left out (unnamed it has the value of the chosen")


@pytest.mark.parametrize("group", ["executor", "protocol", "time", "limits", "suite", "export", "model", "model@judge"])
def test_choices_that_a_composition_needs_cannot_be_left_out(group: str, loader: ConfigLoader) -> None:
    with pytest.raises(ConfigError) as caught:
        read_overrides([f"~{group}"], loader)
    assert str(caught.value) == f"~{group}: this choice cannot be left out (choose an option: {group}=)"


def test_the_command_says_it_in_one_message(experiment: Pare) -> None:
    said = experiment("~log_level")
    assert (said.status, said.err.count("\n")) == (2, 1)


def test_what_is_added_can_be_taken_away(loader: ConfigLoader, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["~noise", "~sweep", "~model.extra_body.mine", "~env_events_config.weight_per_app_class.StatefulEmailApp"]
    assert [item.is_delete() for item in read_overrides(words, loader)] == [True] * len(words)
    assert main(["~noise", "~sweep", "--cfg", "job"]) == 0
    assert "seed: 0" in capsys.readouterr().out
