"""Defects of PARE's notes app that ours does not have."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.kernel.events import EventType

from ..conftest import START, Failed, Handset, MakePhone

SECTION: dict[str, Any] = {
    "notes": [
        {"id": "pack", "title": "Packing", "content": "Socks", "at": "-3d"},
        {"id": "soup", "title": "Soup", "content": "Leeks", "at": "-2d"},
        {"id": "call", "title": "Calls", "content": "Plumber", "at": "-1d"},
    ]
}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    phone = make_phone((StatefulNotesApp, SECTION))
    phone.user("System.open_app", app_name="Notes")
    return phone


def test_kd_3_ids_drawn_later_never_take_the_place_of_earlier_ones(make_phone: MakePhone) -> None:
    phone = make_phone((StatefulNotesApp, {"notes": [{"title": "First"}, {"title": "Second"}]}))
    notes = phone.app(StatefulNotesApp)
    phone.phone.services.begin("initial")
    made = notes.create_note(title="Third")
    assert [note.title for note in notes.folders["Inbox"].notes.values()] == ["First", "Second", "Third"]
    assert made == list(notes.folders["Inbox"].notes)[2]


def test_kd_14_a_failed_tap_moves_nowhere(phone: Handset) -> None:
    with pytest.raises(Failed):
        phone.user("Notes.open", note_id="none")
    assert phone.screens == ["NoteList"]
    phone.user("Notes.open", note_id="pack")
    with pytest.raises(Failed):
        phone.user("Notes.move", dest_folder_name="Attic")
    phone.agent("Notes.delete_note", note_id="pack")
    for tap in ("delete", "duplicate", "edit"):
        with pytest.raises(Failed):
            phone.user(f"Notes.{tap}")
    assert phone.screens == ["NoteList", "NoteDetail"]


def test_kd_18_a_tap_is_one_event(phone: Handset) -> None:
    phone.user("Notes.open", note_id="pack")
    phone.user("Notes.duplicate")
    assert [event.event_type for event in phone.phone.log] == [EventType.USER] * 3


def test_kd_30_pinned_is_kept(phone: Handset) -> None:
    note_id = phone.agent("Notes.create_note", title="Key", pinned=True)
    assert phone.agent("Notes.get_note_by_id", note_id=note_id)["pinned"] is True


def test_kd_30_pages_are_cut_after_sorting(phone: Handset) -> None:
    first = phone.agent("Notes.list_notes", folder="Inbox", limit=2)
    second = phone.agent("Notes.list_notes", folder="Inbox", offset=2, limit=2)
    assert [note["note_id"] for note in first["notes"] + second["notes"]] == ["call", "soup", "pack"]
    assert (second["notes_range"], second["total_returned_notes"], second["total_notes"]) == ([2, 3], 1, 3)


def test_kd_30_a_copy_is_made_now(phone: Handset) -> None:
    phone.later(10)
    copy_id = phone.agent("Notes.duplicate_note", folder_name="Inbox", note_id="pack")
    copy = phone.agent("Notes.get_note_by_id", note_id=copy_id)
    assert copy["created_at"] == copy["updated_at"] == START + 10


def test_kd_30_there_is_one_go_back_and_it_works(phone: Handset) -> None:
    assert "Notes__go_back" not in phone.phone.user_tools()
    phone.user("Notes.open", note_id="pack")
    phone.user("Notes.go_back")
    assert phone.screens == ["NoteList"]


def test_kd_30_deleting_after_an_edit_leads_to_the_list(phone: Handset) -> None:
    phone.user("Notes.open", note_id="pack")
    phone.user("Notes.edit")
    phone.user("Notes.update", title="Bags", content="Socks, hat")
    assert phone.screens == ["NoteList", "NoteDetail"]
    phone.user("Notes.delete")
    assert phone.screens == ["NoteList"]


def test_kd_30_copying_and_moving_replace_the_screen(phone: Handset) -> None:
    phone.user("Notes.open", note_id="pack")
    copy_id = phone.user("Notes.duplicate")
    assert phone.screens == ["NoteList", "NoteDetail"]
    assert phone.user("Notes.refresh")["note_id"] == copy_id
    phone.user("Notes.move", dest_folder_name="Work")
    assert phone.screens == ["NoteList", "NoteList"]
    assert [note["note_id"] for note in phone.user("Notes.list_notes")["notes"]] == [copy_id]


def test_kd_30_moving_back_returns_to_the_list_below(phone: Handset) -> None:
    phone.user("Notes.open", note_id="pack")
    phone.user("Notes.move", dest_folder_name="Inbox")
    assert phone.screens == ["NoteList"]


def test_kd_30_the_usual_folders_are_there_after_loading() -> None:
    notes = StatefulNotesApp()
    notes.load_state({"folders": {"Plans": {"folder_name": "Plans", "notes": {}}}})
    assert notes.list_folders() == ["Plans", "Inbox", "Personal", "Work"]


def test_kd_31_times_are_the_simulation_s(phone: Handset) -> None:
    phone.later(86400.0)
    notes = phone.app(StatefulNotesApp)
    assert notes.get_note_by_id(notes.create_note_with_time(title="Now")).created_at == START + 86400.0


def test_kd_34_the_default_name_is_the_class_name() -> None:
    assert StatefulNotesApp().name == "StatefulNotesApp"


def test_kd_35_opening_a_note_logs_one_event_and_changes_nothing(phone: Handset) -> None:
    before = phone.app(StatefulNotesApp).get_state()
    events = len(phone.phone.log)
    phone.user("Notes.open", note_id="pack")
    assert len(phone.phone.log) == events + 1
    assert phone.app(StatefulNotesApp).get_state() == before
