"""Other names and descriptions: where they come from, whom they concern, and what is said of data that does not fit."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.errors import InputError
from pare_runner.noise.config import ToolAugmentationConfig
from pare_runner.noise.data import AugmentationData
from pare_runner.noise.settings import NoiseSettings
from pare_runner.noise.texts import NO_TEXTS, ToolTexts, tool_texts

CREATE = "StatefulNotesApp__create_note"


class Diary(StatefulNotesApp):
    """Notes under another class."""


def noise(
    names: Mapping[str, str], descriptions: Mapping[str, str] | None = None, *, rename: bool = True, tell: bool = False
) -> NoiseSettings:
    config = ToolAugmentationConfig(
        tool_failure_probability=0.0, apply_tool_name_augmentation=rename, apply_tool_description_augmentation=tell
    )
    return NoiseSettings(config, data=AugmentationData({}, names, descriptions or {}))


def test_each_treatment_takes_its_own_mapping() -> None:
    texts = {CREATE: "jot"}, {CREATE: "Jot something down."}
    notes = StatefulNotesApp("Notes")
    for rename in (False, True):
        for tell in (False, True):
            found = tool_texts(noise(*texts, rename=rename, tell=tell))
            assert found.name(notes, "create_note") == ("jot" if rename else None)
            assert found.description(notes, "create_note") == ("Jot something down." if tell else None)
    assert tool_texts(NoiseSettings()) is NO_TEXTS


def test_a_name_may_bear_its_class_and_a_derived_class_has_the_names_of_its_base() -> None:
    found = tool_texts(noise({CREATE: "StatefulNotesApp__jot"}))
    assert found.name(Diary("Diary"), "create_note") == "jot"
    assert found.name(Diary("Diary"), "list_notes") is None


def test_the_agent_interface_and_the_home_screen_are_left_alone_whatever_their_names() -> None:
    texts = ToolTexts({"PAREAgentUserInterface__wait": "pause", "HomeScreenSystemApp__get_current_time": "clock"})
    assert texts.name(PAREAgentUserInterface("Notes"), "wait") is None
    assert texts.name(HomeScreenSystemApp("System"), "get_current_time") is None


def test_classes_that_are_not_known_are_passed_over() -> None:
    names = {"ThermostatApp__warm_up": "heat", CREATE: "jot"}
    assert tool_texts(noise(names)).name(StatefulNotesApp("Notes"), "create_note") == "jot"


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, "tools are to be renamed, but tool_names_mapping has no text for any tool of the apps"),
        ({"ThermostatApp__warm_up": "heat"}, "tool_names_mapping has no text for any tool of the apps"),
        ({"StatefulNotesApp__creat_note": "jot"}, "StatefulNotesApp has no tool 'creat_note' .did you mean 'create_no"),
        ({CREATE: "jot", "StatefulNotesApp__update_note": "jot"}, "are both called 'jot'"),
    ],
)
def test_data_that_does_not_fit(names: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        tool_texts(noise(names))


def test_descriptions_that_are_missing_are_a_mistake_of_their_own() -> None:
    with pytest.raises(InputError, match="described in other words, but tool_descriptions_mapping has no text"):
        tool_texts(noise({CREATE: "jot"}, tell=True))
