"""Augmentation data: the documented layout, its digest, and what is said of a file that does not fit."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.errors import InputError
from pare_runner.noise.data import parse_augmentation_data

TOOL = "StatefulNotesApp__create_note"


def test_every_part_of_the_layout_is_read() -> None:
    value = {
        "apps": [
            {"name": "Emails", "app_state": {"folders": {}}},
            {"name": "Chats", "class_name": "StatefulMessagingApp", "app_state": {}},
        ],
        "tool_names_mapping": {TOOL: "jot_down"},
        "tool_descriptions_mapping": {TOOL: "Write something down."},
    }
    data = parse_augmentation_data(value, "x.json")
    assert data.apps == {"Emails": {"folders": {}}, "Chats": {}}
    assert data.tool_names_mapping == {TOOL: "jot_down"}
    assert data.tool_descriptions_mapping == {TOOL: "Write something down."}


def test_the_digest_follows_from_the_content_alone() -> None:
    one = {"apps": [{"name": "A", "app_state": {"a": 1, "b": 2}}], "tool_names_mapping": {}}
    same = {"apps": [{"app_state": {"b": 2, "a": 1}, "name": "A"}]}
    other = {"apps": [{"name": "A", "app_state": {"a": 1, "b": 3}}]}
    digests = [parse_augmentation_data(value, where).digest for value, where in ((one, "x"), (same, "y"), (other, "x"))]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "x.json: augmentation data must be an object, not a list"),
        ({"app": []}, "x.json: there is no key 'app' in augmentation data (did you mean 'apps'?)"),
        ({"apps": {}}, "x.json: apps must be a list, not an object"),
        ({"apps": [3]}, "x.json: apps[0] must be an object, not the value 3"),
        ({"apps": [{"name": "A"}]}, "x.json: apps[0] needs the key 'app_state'"),
        ({"apps": [{"name": 7, "app_state": {}}]}, "x.json: apps[0].name must be a text, not the value 7"),
        ({"apps": [{"name": "A", "app_state": None}]}, "x.json: apps[0].app_state must be an object, not null"),
        ({"apps": [{"name": "A", "app_state": {}}] * 2}, "x.json: apps[1].name: there are two apps called 'A'"),
        ({"tool_names_mapping": []}, "x.json: tool_names_mapping must be an object, not a list"),
        (
            {"tool_names_mapping": {"create_note": "x"}},
            "x.json: tool_names_mapping: 'create_note' is no tool (write <App class>__<tool>)",
        ),
        ({"tool_names_mapping": {TOOL: " "}}, f"x.json: tool_names_mapping.{TOOL} is empty"),
        (
            {"tool_descriptions_mapping": {TOOL: True}},
            f"x.json: tool_descriptions_mapping.{TOOL} must be a text, not the value True",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(value: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_augmentation_data(value, "x.json")
    assert str(raised.value) == message


def test_hostile_nesting_is_refused() -> None:
    state: dict[str, Any] = {}
    for _ in range(20_000):
        state = {"a": state}
    with pytest.raises(InputError, match="nested too deeply"):
        parse_augmentation_data({"apps": [{"name": "A", "app_state": state}]}, "x.json")
