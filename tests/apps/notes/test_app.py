"""Behaviour of the notes app."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.apps.contract.lab import Shelf
from pare_runner.apps.core.attachments import NewAttachment
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.notes.models import Note, NotesFolder
from pare_runner.kernel.events import EventType

from ..conftest import START, Failed, Handset, MakePhone, convert

SECTION: dict[str, Any] = {
    "folders": ["Trips"],
    "notes": [
        {"id": "pack", "folder": "Trips", "title": "Packing", "content": "Socks", "at": "-2d", "pinned": True},
        {"id": "soup", "content": "Leek soup for Tove", "at": "-1d", "attachments": ["/docs/soup.txt"]},
        {"id": "call", "title": "Calls", "content": "Plumber", "at": "-3d", "updated_at": "-1h"},
    ],
}
DOCUMENTED_STATE: dict[str, Any] = {
    "view_limit": 5,
    "folders": {
        "Inbox": {
            "folder_name": "Inbox",
            "notes": {
                "n1": {
                    "note_id": "n1",
                    "title": "Packing",
                    "content": "socks",
                    "pinned": False,
                    "attachments": {"list.txt": "c29ja3M="},
                    "created_at": 1760000000.0,
                    "updated_at": 1760000000.0,
                }
            },
        },
        "Personal": {"folder_name": "Personal", "notes": {}},
        "Work": {"folder_name": "Work", "notes": {}},
    },
}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    return make_phone((StatefulNotesApp, SECTION), files=Shelf({"/docs/soup.txt": b"leeks"}))


@pytest.fixture
def notes(phone: Handset) -> StatefulNotesApp:
    app = phone.app(StatefulNotesApp)
    assert isinstance(app, StatefulNotesApp)
    return app


def error_of(phone: Handset, tool: str, **args: Any) -> str | None:
    return phone.event(EventType.AGENT, f"Notes.{tool}", **args).metadata.exception_type


def test_the_section_fills_folders_and_notes(notes: StatefulNotesApp) -> None:
    assert notes.list_folders() == ["Inbox", "Personal", "Work", "Trips"]
    soup, call = notes.get_note_by_id("soup"), notes.get_note_by_id("call")
    assert soup.title == "Leek soup for Tove"
    assert soup.attachments == {"soup.txt": b"leeks"}
    assert (call.created_at, call.updated_at) == (START - 3 * 86400, START - 3600)
    assert notes.get_note_by_id("pack").pinned


@pytest.mark.parametrize(
    ("note", "says"),
    [
        ({"folder": "Tripps"}, "did you mean 'Trips'"),
        ({"id": "pack"}, "two notes 'pack'"),
        ({"attachments": ["/docs/none.txt"]}, "no such file on the phone"),
    ],
)
def test_a_section_that_does_not_fit_is_refused(notes: StatefulNotesApp, note: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        notes.populate(convert(StatefulNotesApp, {"notes": [note]}))


def test_an_attachment_may_be_written_in_the_file() -> None:
    notes = StatefulNotesApp()
    notes.populate(convert(StatefulNotesApp, {"notes": [{"id": "a", "attachments": [{"name": "x", "text": "hi"}]}]}))
    assert notes.get_note_by_id("a").attachments == {"x": b"hi"}
    with pytest.raises(ValueError, match="either text or base64"):
        NewAttachment(name="x")


def test_the_documented_state_is_read_without_loss() -> None:
    notes = StatefulNotesApp()
    notes.load_state(DOCUMENTED_STATE)
    assert json.dumps(notes.get_state()) == json.dumps(DOCUMENTED_STATE)
    assert notes.get_note_by_id("n1").attachments == {"list.txt": b"socks"}


def test_the_constructor_keeps_the_usual_folders() -> None:
    plan = NotesFolder(folder_name="Plan", notes={"a": Note(note_id="a", title="A")})
    notes = StatefulNotesApp(folders={"Plan": plan})
    assert notes.list_folders() == ["Inbox", "Personal", "Work", "Plan"]
    assert notes.folder_of("a") == "Plan"


def test_writing_and_changing_a_note(phone: Handset) -> None:
    note_id = phone.agent("Notes.create_note", folder="Work", content="x" * 60)
    note = phone.agent("Notes.get_note_by_id", note_id=note_id)
    assert (note["title"], note["created_at"], note["pinned"]) == ("x" * 50, START, False)
    phone.later(60)
    phone.agent("Notes.update_note", note_id=note_id, content="short")
    note = phone.agent("Notes.get_note_by_id", note_id=note_id)
    assert (note["title"], note["content"], note["updated_at"]) == ("x" * 50, "short", START + 60)
    phone.agent("Notes.delete_note", note_id=note_id)
    assert error_of(phone, "get_note_by_id", note_id=note_id) == "KeyError"


def test_errors_have_the_documented_types(phone: Handset) -> None:
    assert error_of(phone, "create_note", folder="Attic") == "KeyError"
    assert error_of(phone, "update_note", note_id="none", title="x") == "KeyError"
    assert error_of(phone, "update_note", note_id="pack") == "ValueError"
    assert error_of(phone, "get_note_by_id", note_id="") == "ValueError"
    assert error_of(phone, "delete_note", note_id="") == "ValueError"
    assert error_of(phone, "list_notes", folder="Attic") == "ValueError"
    assert error_of(phone, "list_notes", folder="Inbox", offset=3) == "ValueError"
    assert error_of(phone, "search_notes_in_folder", query="x", folder_name="Attic") == "KeyError"
    assert error_of(phone, "new_folder", folder_name="Trips") == "KeyError"
    assert error_of(phone, "new_folder", folder_name=" ") == "ValueError"
    for name in ("Inbox", "Attic"):
        assert error_of(phone, "delete_folder", folder_name=name) == "KeyError"
        assert error_of(phone, "rename_folder", folder=name, new_folder="Cellar") == "KeyError"
    assert error_of(phone, "rename_folder", folder="Trips", new_folder="Work") == "KeyError"
    assert error_of(phone, "move_note", note_id="pack") == "KeyError"
    assert error_of(phone, "duplicate_note", folder_name="Inbox", note_id="pack") == "KeyError"
    assert error_of(phone, "add_attachment_to_note", note_id="pack", attachment_path="/none") == "ValueError"
    assert error_of(phone, "add_attachment_to_note", note_id="none", attachment_path="/docs/soup.txt") == "KeyError"
    assert error_of(phone, "remove_attachment", note_id="pack", attachment="none") == "KeyError"


def test_folders(phone: Handset) -> None:
    phone.agent("Notes.new_folder", folder_name="Garden")
    assert phone.agent("Notes.rename_folder", folder="Trips", new_folder="Travel") == "Travel"
    assert phone.agent("Notes.list_folders") == ["Inbox", "Personal", "Work", "Travel", "Garden"]
    assert phone.agent("Notes.list_notes", folder="Travel")["notes"][0]["note_id"] == "pack"
    phone.agent("Notes.delete_folder", folder_name="Travel")
    assert error_of(phone, "get_note_by_id", note_id="pack") == "KeyError"


def test_moving_and_copying(phone: Handset, notes: StatefulNotesApp) -> None:
    phone.agent("Notes.move_note", note_id="soup")
    assert notes.folder_of("soup") == "Personal"
    copy = notes.get_note_by_id(phone.agent("Notes.duplicate_note", folder_name="Trips", note_id="pack"))
    assert (copy.title, copy.content, copy.pinned, notes.folder_of(copy.note_id)) == (
        "Copy of Packing",
        "Socks",
        False,
        "Trips",
    )


def test_a_copy_has_attachments_of_its_own(notes: StatefulNotesApp) -> None:
    copy_id = notes.duplicate_note("Inbox", "soup")
    notes.remove_attachment("soup", "soup.txt")
    assert notes.list_attachments(copy_id) == ["soup.txt"]


def test_searching_ignores_case(phone: Handset) -> None:
    def found(tool: str, **args: str) -> list[str]:
        return [note["note_id"] for note in phone.agent(f"Notes.{tool}", **args)]

    assert found("search_notes", query="SOUP") == ["soup"]
    assert found("search_notes", query="p") == ["soup", "call", "pack"]
    assert found("search_notes_in_folder", query="p", folder_name="Trips") == ["pack"]


def test_attachments(phone: Handset) -> None:
    phone.later(5)
    phone.agent("Notes.add_attachment_to_note", note_id="call", attachment_path="/docs/soup.txt")
    assert phone.agent("Notes.list_attachments", note_id="call") == ["soup.txt"]
    assert phone.agent("Notes.get_note_by_id", note_id="call")["updated_at"] == START + 5
    phone.agent("Notes.remove_attachment", note_id="call", attachment="soup.txt")
    assert phone.agent("Notes.list_attachments", note_id="call") == []


def test_without_files_nothing_can_be_attached(make_phone: MakePhone) -> None:
    phone = make_phone((StatefulNotesApp, {"notes": [{"id": "a"}]}))
    with pytest.raises(Failed, match="no file system"):
        phone.agent("Notes.add_attachment_to_note", note_id="a", attachment_path="/docs/soup.txt")


def test_notes_with_times_are_for_population(notes: StatefulNotesApp) -> None:
    note = notes.get_note_by_id(notes.create_note_with_time(title="Old", created_at="2025-01-02 03:04:05"))
    assert note.created_at == note.updated_at == 1735787045.0
    assert "create_note_with_time" in StatefulNotesApp.tools(ToolKind.DATA)
    assert "create_note_with_time" not in StatefulNotesApp.tools(ToolKind.AGENT)


def test_deleting_a_folder_from_outside_is_notified(phone: Handset) -> None:
    phone.env("Notes.delete_folder", folder_name="Trips")
    (told,) = phone.phone.notifications.agent
    assert "Trips" in told.message
    assert phone.phone.notifications.user[0].message == told.message
