"""The page on noise: its tables agree with the options and the class, its example of a data file can be read."""

from __future__ import annotations

import dataclasses
import json
import re

import yaml

from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.noise.config import ToolAugmentationConfig
from pare_runner.noise.data import parse_augmentation_data
from pare_runner.noise.settings import NoiseSettings
from pare_runner.noise.texts import tool_texts
from tests.docs.pages import blocks, page

PAGE = page("noise.md")
CONF = packaged_conf_dir() / "noise"


def test_every_key_is_in_the_table_with_its_defaults() -> None:
    composed = yaml.safe_load((CONF / "base/off.yaml").read_text())["tool_augmentation_config"]
    rows = re.findall(r"^\| `(\w+)` \| ([\w.]+) \| ([\w.]+) \|", PAGE, re.MULTILINE)
    assert rows == [
        (item.name, str(composed[item.name]).lower(), str(item.default).lower())
        for item in dataclasses.fields(ToolAugmentationConfig)
    ]


def test_every_option_for_tools_is_in_the_table_with_its_own_words() -> None:
    table = PAGE.partition("## Tools")[2].partition("These set keys")[0]
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
