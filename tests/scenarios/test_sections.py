"""App sections: names, handles, the order in which apps are filled, states."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.core.app import App
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.registry import ALL_APPS

from .conftest import START, mistakes, run, scenario


def only(text: str) -> Any:
    """The first app of a scenario with such apps."""
    return scenario(f"apps:\n  {text}\n").apps[0]


def test_the_default_name_is_that_of_the_benchmark() -> None:
    names = {cls.__name__: only(f"x: {{type: {cls.__name__}}}").name for cls in ALL_APPS if cls.name_in_benchmark}
    assert names == {cls.__name__: cls.name_in_benchmark for cls in ALL_APPS if cls.name_in_benchmark}
    assert all(0 < len(name) <= 26 for name in names.values())


def test_a_name_of_one_s_own() -> None:
    assert only("x: {type: StatefulNotesApp, name: My own notes of long ago.}").name == "My own notes of long ago."


def test_two_apps_of_a_class_need_two_names() -> None:
    text = "apps: {a: {type: StatefulNotesApp}, b: {type: StatefulNotesApp%s}}\n"
    assert mistakes(text % "") == [
        "3:40: the app 'a' is called 'Notes' too (give one of them another name:)",
    ]
    assert [app.name for app in scenario(text % ", name: Jotter").apps[:2]] == ["Notes", "Jotter"]


def test_apps_stand_in_file_order_with_interface_and_home_screen_last() -> None:
    made = scenario("apps: {b: {type: StatefulNotesApp}, a: {type: SandboxLocalFileSystem}}\n")
    assert [type(app).__name__ for app in made.apps] == [
        "StatefulNotesApp",
        "SandboxLocalFileSystem",
        "PAREAgentUserInterface",
        "HomeScreenSystemApp",
    ]
    assert list(made.handles) == ["b", "a", "aui", "system"]


def test_interface_and_home_screen_may_be_given() -> None:
    made = scenario(
        "apps:\n"
        "  system: {type: HomeScreenSystemApp, name: Phone}\n"
        "  aui: {type: PAREAgentUserInterface, messages: [{sender: Agent, content: Hi, at: -1h}]}\n"
        "events: [{id: home, user: system.go_home}]\n"
        "checks: [{state: aui.messages | length == 1}]\n"
    )
    assert made.handles == {"system": "Phone", "aui": "PAREAgentUserInterface"}
    assert len(made.apps) == 2


def test_the_home_screen_is_recognised_by_its_class() -> None:
    made = scenario("apps: {phone: {type: HomeScreenSystemApp, name: Phone}, notes: {type: StatefulNotesApp}}\n")
    assert made.handles["system"] == made.handles["phone"] == "Phone"
    assert len(made.apps) == 3


def test_files_are_there_before_other_apps_attach_them() -> None:
    made = scenario(
        "apps:\n"
        "  notes: {type: StatefulNotesApp, notes: [{id: n1, title: A, attachments: [/docs/a.txt]}]}\n"
        "  files: {type: SandboxLocalFileSystem, files: {/docs/a.txt: Hello}}\n"
    )
    notes = made.get_typed_app(StatefulNotesApp)
    assert notes.folders["Inbox"].notes["n1"].attachments == {"a.txt": b"Hello"}


def test_times_count_from_the_start() -> None:
    notes = only("x: {type: StatefulNotesApp, notes: [{id: a, title: A, at: -1h}, {id: b, title: B, at: +1d 10:00}]}")
    found = {note.note_id: note.created_at - START for note in notes.folders["Inbox"].notes.values()}
    assert found == {"a": -3600.0, "b": 90000.0}


def test_ids_of_objects_without_one_follow_from_scenario_and_seed() -> None:
    def first(head: str = "") -> str:
        made = scenario(f"{head}apps: {{notes: {{type: StatefulNotesApp, notes: [{{title: A}}]}}}}\n")
        return next(iter(made.get_typed_app(StatefulNotesApp).folders["Inbox"].notes))

    assert first() == first()
    assert first("seed: 1\n") != first()


def test_no_object_made_in_a_run_gets_an_id_of_the_initial_state() -> None:
    text = "apps: {notes: {type: StatefulNotesApp, notes: [{title: A}, {title: B}]}}\n"
    text += "events: [{env: notes.create_note}, {env: notes.create_note}]\n"
    outcome = run(text)
    assert outcome.phone is not None
    assert len(outcome.phone.apps["Notes"].folders["Inbox"].notes) == 4  # type: ignore[attr-defined]


@pytest.mark.parametrize("cls", ALL_APPS, ids=lambda cls: cls.__name__)
def test_a_state_is_what_the_app_gave(cls: type[App]) -> None:
    state = only(f"x: {{type: {cls.__name__}}}").get_state()
    made = scenario(f"apps: {{x: {{type: {cls.__name__}, state: {state or 'null'}}}}}\n".replace("None", "null"))
    assert made.apps[0].get_state() == state


def test_a_state_with_contents() -> None:
    source = only("x: {type: StatefulEmailApp, emails: [{id: m1, sender: a@b.org, subject: Hi, at: -1d}]}")
    folders = {
        name: [mail["email_id"] for mail in folder["emails"]] for name, folder in source.get_state()["folders"].items()
    }
    again = StatefulEmailApp()
    again.load_state(source.get_state())
    assert folders["INBOX"] == ["m1"]
    assert again.get_state() == source.get_state()


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("{type: StatefulNotesApp, state: 5}", "3:43: state must be the app's state, a mapping"),
        ("{type: StatefulNotesApp, state: {}, name: X}", None),
        (
            "{type: StatefulNotesApp, notes: [{id: a, title: A}, {id: a, title: B}]}",
            "3:11: there are two notes 'a'",
        ),
        ("{type: HomeScreenSystemApp, volume: 5}", "3:39: HomeScreenSystemApp has no 'volume'"),
        ("{type: StatefulNotesApp, name: ''}", "3:42: an app's name has 1 to 26 characters"),
        ("{type: StatefulNotesApp, name: 5}", "3:42: an app's name has 1 to 26 characters"),
    ],
)
def test_sections_that_cannot_be(section: str, message: str | None) -> None:
    assert mistakes(f"apps: {{x: {section}}}\n") == ([message] if message else [])


def test_the_default_contact_gives_way_to_the_user_of_the_file() -> None:
    contacts = only("x: {type: StatefulContactsApp, user: {first_name: Mia, last_name: Roth}}")
    assert isinstance(contacts, StatefulContactsApp)
    assert [card.first_name for card in contacts.contacts.values()] == ["Mia"]
