"""Every mistake gives one message that says where and what, and hides no other.

The table of mistakes is `mistakes.txt`.
"""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pare_runner.errors import ScenarioError
from pare_runner.scenarios.compiler.compile import compile_document
from pare_runner.scenarios.text.yaml_text import Document, dotted, load

from .conftest import mistakes, scenario

SOUND = """\
id: s
start_time: 2025-11-18T09:00:00Z
apps:
  notes: {type: StatefulNotesApp, folders: [Recipes], notes: [{id: n1, title: Pasta, folder: Recipes}]}
events:
  - {id: gone, env: notes.delete_folder, at: 10s, args: {folder_name: Recipes}}
  - {id: asks, agent: aui.send_message_to_user, after: gone, delay: 2s, args: {content: Hm?}}
  - {id: yes, user: aui.accept_proposal, after: asks}
  - {id: makes, agent: notes.create_note, after: yes, args: {title: Pasta}}
checks:
  - called: notes.create_note
"""

TEXTS = {
    "@app": "  notes: {type: StatefulNotesApp, folders: [Recipes], notes: [{id: n1, title: Pasta, folder: Recipes}]}",
    "@note": "{id: n1, title: Pasta, folder: Recipes}",
    "@check": "called: notes.create_note",
    "@event": "one more event",
}
WORDS = re.compile("|".join(TEXTS))


def changed(old: str, new: str) -> str:
    if old == TEXTS["@event"]:
        old, new = "checks:", f"  - {new}\nchecks:"
    assert old in SOUND
    return SOUND.replace(old, new, 1)


def test_the_scenario_is_sound() -> None:
    assert mistakes(SOUND) == []


def rows() -> Iterator[tuple[str, str, list[str]]]:
    """The table of mistakes: what stands there, what stands there instead, the messages."""
    for block in (Path(__file__).parent / "mistakes.txt").read_text("utf-8").split("\n\n")[1:]:
        change, *messages = block.splitlines()
        if not change.startswith("# "):
            old, new = (WORDS.sub(lambda word: TEXTS[word[0]], side) for side in change.split(" => "))
            yield old.replace("⏎", "\n"), new.replace("⏎", "\n"), [message.strip() for message in messages]


@pytest.mark.parametrize(("old", "new", "messages"), list(rows()))
def test_a_mistake(old: str, new: str, messages: list[str]) -> None:
    assert messages
    assert mistakes(changed(old, new)) == messages


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_their_places() -> None:
    text = """\
titel: x
apps:
  notes: {type: StatefulNoteApp}
  cab: {type: StatefulCabApp, nope: 1}
events:
  - {id: a, env: system.wait, afterr: b}
  - {id: b, env: notes.delete_folder, after: c, args: {folder: x}}
  - {id: d, agent: cab.order_ride, args: {start_location: 5}}
checks:
  - called: cab.order_rid
  - state: cab.rides | lenght == 1
  - all: [{called: notes.x}, {called: cab.x}, {attempted: cab.cancel_ride, after: z}]
side_effects: maybe
"""
    assert mistakes(text) == [
        "3:1: unknown key 'titel' (did you mean 'title'?)",
        "5:17: there is no app class 'StatefulNoteApp' (did you mean 'StatefulNotesApp'?)",
        "6:31: unknown key 'nope' (known: on_going_ride, rides, services)",
        "8:31: unknown key 'afterr' (did you mean 'after'?)",
        "9:46: there is no event 'c' (known: a, b, d)",
        "10:20: order_ride needs the argument 'end_location'",
        "10:20: order_ride needs the argument 'service_type'",
        "10:59: must be str, not 5 (int)",
        "12:13: cab has no tool 'order_rid' (did you mean 'order_ride'?)",
        "13:12: cab has no 'rides' (known: d_service_config, on_going_ride, quotation_history, ride_history)",
        "14:39: cab has no tool 'x'",
        "14:83: there is no event 'z' (known: a, b, d)",
        "15:15: 'maybe' is not one of the options (known: forbid, report)",
    ]


def test_what_is_wrong_with_an_app_is_not_repeated_where_the_app_is_named() -> None:
    text = changed("StatefulNotesApp", "StatefulNoteApp")
    text += "  - state: notes.folders | length == 3\n  - not: {attempted: notes.x}\n"
    assert mistakes(text) == ["4:17: there is no app class 'StatefulNoteApp' (did you mean 'StatefulNotesApp'?)"]


def test_a_file_of_data_names_places_by_their_path() -> None:
    document = Document({"id": "s", "start_time": 0, "events": [{"env": "system.wayt"}]}, "made")
    with pytest.raises(ScenarioError) as caught:
        compile_document(document)
    assert str(caught.value) == "made: events[0].env: system has no tool 'wayt' (did you mean 'wait'?)"


def test_a_message_to_the_assistant_is_never_offered() -> None:
    line = "{id: says, user: aui.send_message_to_agent, after: yes, args: {content: Hi}"
    (warning,) = scenario(SOUND.replace("checks:", f"  - {line}}}\nchecks:")).warnings
    assert (warning.severity, warning.code) == ("warning", "never_offered")
    assert str(warning).startswith("s.yaml:10:22: warning: the user is not offered this in runs with agents")
    text = SOUND.replace("checks:", f"  - {line}, optional: true}}\nchecks:")
    assert scenario(text).warnings == ()


@pytest.mark.parametrize("scoring", ["authored", "derived"])
def test_an_unaccepted_write_is_a_warning_in_imported_files(scoring: str) -> None:
    text = changed("id: s\n", f"id: s\nscoring: {scoring}\n").replace("after: yes", "after: asks")
    if scoring == "authored":
        assert mistakes(text) == ["10:24: the assistant writes here without an accepted proposal above it"]
        return
    (warning,) = scenario(text).warnings
    assert str(warning) == "s.yaml:10:24: warning: the assistant writes here without an accepted proposal above it"
    assert (warning.severity, warning.code) == ("warning", "unreachable_write")


ODD: list[Any] = [
    None, 5, -1, 1.5, True, "x", "", "nan", "a.b", [], [5], {}, {"a": 1}, [[]], [{}], [None], {"": None}, {"from": "x"},
    {"type": 5}, {"contains": None}, {"not": {}}, 10**18,
]  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of nested data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from places(item, (*path, key))


@pytest.mark.parametrize("place", list(places(load(SOUND, "s.yaml").data)), ids=dotted)
def test_no_value_anywhere_does_more_than_give_a_message(place: tuple[Any, ...]) -> None:
    for value in ODD:
        data = copy.deepcopy(load(SOUND, "s.yaml").data)
        part: Any = data
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = value
        with contextlib.suppress(ScenarioError):
            compile_document(Document(data, "s"))
