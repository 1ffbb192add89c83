"""The page on noise: its tables agree with the options and the class, its example of a data file can be read."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from pare_runner.cli import app
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.config.sources import compose
from pare_runner.cli.hydra_entry import main
from pare_runner.noise.config import DOCUMENTED_WEIGHTS, EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.data import parse_augmentation_data
from pare_runner.noise.settings import NoiseSettings
from pare_runner.noise.texts import tool_texts
from tests.docs.pages import blocks, page

PAGE = page("noise.md")
CONF = packaged_conf_dir() / "noise"


TOOLS, _, EVENTS = PAGE.partition("## Environment events")
ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)


def test_every_key_of_the_tools_is_in_the_table_with_its_defaults() -> None:
    composed = yaml.safe_load((CONF / "base/off.yaml").read_text())["tool_augmentation_config"]
    rows = [row for row in ROW.findall(TOOLS) if "`" not in row[2]]
    assert rows == [
        (item.name, str(composed[item.name]).lower(), str(item.default).lower())
        for item in dataclasses.fields(ToolAugmentationConfig)
    ]


def test_every_key_of_the_events_is_in_the_table_with_its_defaults() -> None:
    rows = {name: (composed, given) for name, composed, given in ROW.findall(EVENTS)}
    assert set(rows) == {item.name for item in dataclasses.fields(EnvEventsConfig)}
    composed, default = yaml.safe_load((CONF / "base/env.yaml").read_text())["env_events_config"], EnvEventsConfig()
    levels = sorted(int(path.stem.removeprefix("env_")) for path in CONF.glob("env_*.yaml"))
    assert rows.pop("num_env_events_per_minute") == (", ".join(map(str, levels)), "10")
    assert rows.pop("weight_per_app_class") == ("as in the class", "email, messaging, shopping 1")
    assert {name: weight for name, weight in composed["weight_per_app_class"].items() if weight} == dict(
        DOCUMENTED_WEIGHTS
    )
    for name, shown in rows.items():
        assert shown == (_shown(composed[name]), _shown(getattr(default, name)))


def _shown(value: object) -> str:
    return "null" if value is None else str(value)


def test_every_option_for_tools_is_in_the_table_with_its_own_words() -> None:
    table = PAGE.partition("## Tools")[2].partition("The first ones set keys")[0]
    for path in CONF.glob("*.yaml"):
        text = path.read_text()
        if "env_events_config" not in text and "defaults:" not in text:
            said = text.splitlines()[1].removeprefix("# ")
            assert f"`{path.stem}`" in table
            assert said in table or path.stem.startswith("tfp_")


def test_the_example_of_a_data_file_is_one() -> None:
    (text,) = blocks(PAGE, "json augmentation data")
    data = parse_augmentation_data(json.loads(text), "the page")
    assert tool_texts(NoiseSettings(ToolAugmentationConfig(), data=data)).names == {
        "StatefulNotesApp__create_note": "jot_down"
    }


@pytest.mark.parametrize("line", re.findall(r"^pare (noise preview .*)$", PAGE, re.MULTILINE))
def test_the_previews_of_the_page(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert app.main(shlex.split(line)) == 0
    assert ("--figure" in line) == (tmp_path / "noise.svg").exists()


@pytest.mark.parametrize("line", re.findall(r"^python -m pare_runner (.*)$", PAGE, re.MULTILINE))
def test_the_experiments_of_the_page_play_offline(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = [word.replace("model=gpt5", "model=scripted") for word in shlex.split(line)]
    assert main([*words, "scenarios=[dinner_headcount_change]", "export=none", "output_dir=out"]) == 0


def test_a_level_of_ones_own(tmp_path: Path) -> None:
    (text,) = blocks(PAGE, "yaml own noise")
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise" / "env_3.yaml").write_text(text)
    for words in (["noise=env_3"], ["noise=env_3", "env_events_config.arrivals=poisson"]):
        events = compose(words, str(tmp_path))[1].env_events_config
        assert events is not None
        assert (events.num_env_events_per_minute, events.env_events_seed) == (3, None)
