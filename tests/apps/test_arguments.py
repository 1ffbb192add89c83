"""Arguments for calls nobody asked for."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from pare_runner.apps.arguments import ATTEMPTS, argument_sets
from pare_runner.apps.contacts.values import Gender
from pare_runner.apps.core.app import App
from pare_runner.apps.core.tools import WRITE, ToolKind, ToolSpec, agent_tool
from pare_runner.apps.registry import app_classes
from pare_runner.kernel.draws import Draws
from tests.scenarios.conftest import START, scenario

SECTIONS = {
    "StatefulNotesApp": "notes: [{id: milk}, {id: bread}]",
    "StatefulCalendarApp": "events: [{id: table, title: Dinner, start_datetime: +1d, end_datetime: +1d1h}]",
    "StatefulMessagingApp": "users: {a: Ann, b: Ben}, conversations: [{id: talk, participants: [a, b], messages: []}]",
}


def phone_app(cls: str) -> App:
    """An app of this class with a little in it."""
    made = scenario(f"apps: {{app: {{type: {cls}, name: App, {SECTIONS[cls]}}}}}\n")
    return made.new_phone().apps["App"]


def drawn(app: App, tool: str, seed: int = 0, paths: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    return list(argument_sets(app, type(app).tools()[tool], Draws(seed, "s"), START, paths))


class OddApp(App):
    """Arguments of all sorts."""

    @agent_tool(WRITE)
    def sorts(
        self,
        text: str,
        number: int,
        price: float,
        flag: bool,
        gender: Gender,
        kind: Literal["small", "big"],
        names: list[str],
        amounts: dict[str, int],
        maybe: str | None,
        recipients: list[str],
        sender: str,
        start_date: str,
        end_date: str,
        pickup_time: str | None,
    ) -> None:
        """Take everything."""

    @agent_tool(WRITE)
    def unknown_id(self, thing_id: str) -> None:
        """Take an id of nothing there is."""

    @agent_tool(WRITE)
    def unknown_ids(self, thing_ids: list[str]) -> None:
        """Take ids of nothing there is."""

    @agent_tool(WRITE)
    def optional_id(self, title: str, thing_id: str | None = None) -> None:
        """Take an id of nothing there is, or none."""

    @agent_tool(WRITE)
    def anything(self, thing: Any) -> None:
        """Take what has no shape."""

    @agent_tool(WRITE)
    def anythings(self, things: list[Any]) -> None:
        """Take many of what has no shape."""

    @agent_tool(WRITE)
    def date_number(self, date: list[str]) -> None:
        """Take dates that are no text."""

    @agent_tool(WRITE)
    def people(self, people: list[str], lists: list[str]) -> None:
        """Take one of what there is as a list, and lists as they are."""

    @agent_tool(WRITE)
    def attach(self, attachment_path: str, attachment_paths: list[str]) -> None:
        """Take files."""

    @agent_tool(WRITE)
    def nothing(self) -> None:
        """Take nothing."""

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        known: dict[str, list[Any]] = {"people": ["ann", "ben"], "lists": [["a", "b"], []]}
        return known.get(argument, [])


def test_every_sort_of_argument_gets_a_value_that_fits() -> None:
    tool = OddApp.tools()["sorts"]
    sets = drawn(OddApp(), "sorts")
    assert len(sets) == ATTEMPTS
    assert sets[0] == {
        "text": "some text",
        "number": 1,
        "price": 10.0,
        "flag": True,
        "gender": next(iter(Gender)).value,
        "kind": "small",
        "names": ["some names"],
        "amounts": {},
        "maybe": "some maybe",
        "recipients": ["somebody@example.org"],
        "sender": "somebody@example.org",
        "start_date": "2025-11-19 20:00:00",
        "end_date": "2025-11-19 21:00:00",
        "pickup_time": "2025-11-19 22:00:00",
    }
    assert all(list(tool.bind(args)) == list(args) for args in sets)


def test_dates_move_on_with_each_attempt_and_keep_their_order() -> None:
    sets = drawn(OddApp(), "sorts")
    assert sets[1]["start_date"] == "2025-11-20 20:00:00"
    assert all(args["start_date"] < args["end_date"] for args in sets)


@pytest.mark.parametrize("tool", ["unknown_id", "unknown_ids", "anything", "anythings", "date_number"])
def test_nothing_comes_without_a_value_for_a_required_argument(tool: str) -> None:
    assert drawn(OddApp(), tool) == []


def test_an_optional_argument_without_a_value_is_left_out() -> None:
    assert drawn(OddApp(), "optional_id") == [{"title": "some title"}] * ATTEMPTS


def test_a_tool_without_arguments_is_called_without() -> None:
    assert drawn(OddApp(), "nothing") == [{}] * ATTEMPTS


def test_ids_come_from_the_state() -> None:
    sets = drawn(phone_app("StatefulNotesApp"), "delete_note")
    assert {args["note_id"] for args in sets} == {"milk", "bread"}


def test_every_second_set_gives_the_optional_arguments_too() -> None:
    sets = drawn(phone_app("StatefulNotesApp"), "create_note")
    assert sets[::2] == [{}] * (ATTEMPTS // 2)
    assert all(list(args) == ["folder", "title", "content", "pinned"] for args in sets[1::2])
    assert {args["folder"] for args in sets[1::2]} == {"Inbox", "Personal", "Work"}


def test_a_single_value_serves_as_a_list() -> None:
    sets = drawn(OddApp(), "people")
    assert {tuple(args["people"]) for args in sets} == {("ann",), ("ben",)}
    assert {tuple(args["lists"]) for args in sets} == {("a", "b"), ()}


def test_attachments_are_files_of_the_phone() -> None:
    assert drawn(OddApp(), "attach")[0] == {
        "attachment_path": "some attachment_path",
        "attachment_paths": ["some attachment_paths"],
    }
    sets = drawn(OddApp(), "attach", paths=("/a.txt", "/b.txt"))
    assert {args["attachment_path"] for args in sets} == {"/a.txt", "/b.txt"}
    assert {tuple(args["attachment_paths"]) for args in sets} == {("/a.txt",), ("/b.txt",)}


def test_draws_are_keyed() -> None:
    app = phone_app("StatefulNotesApp")
    assert drawn(app, "move_note") == drawn(app, "move_note")
    assert drawn(app, "move_note") != drawn(app, "move_note", seed=1)


@pytest.mark.parametrize("cls", sorted(app_classes()))
def test_all_arguments_fit_the_tools_of_all_apps(cls: str) -> None:
    app = app_classes()[cls]() if cls not in SECTIONS else phone_app(cls)
    sets = {name: drawn(app, name) for name in type(app).tools(ToolKind.AGENT)}
    assert any(sets.values())
    for name, found in sets.items():
        tool = type(app).tools()[name]
        assert all(list(tool.bind(args)) == [argument.name for argument in tool.arguments] for args in found)
