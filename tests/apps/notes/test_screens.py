"""Tapping through the notes app."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.contract.lab import Shelf
from pare_runner.apps.notes.app import StatefulNotesApp

from ..conftest import Handset, MakePhone

SECTION: dict[str, Any] = {
    "folders": ["Trips"],
    "notes": [
        {"id": "pack", "title": "Packing", "content": "Socks", "at": "-2d"},
        {"id": "soup", "title": "Soup", "content": "Leeks", "at": "-1d"},
    ],
}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    phone = make_phone((StatefulNotesApp, SECTION), files=Shelf({"/a.txt": b"a"}))
    phone.user("System.open_app", app_name="Notes")
    return phone


def test_reading_the_inbox(phone: Handset) -> None:
    assert [note["note_id"] for note in phone.user("Notes.list_notes")["notes"]] == ["soup", "pack"]
    assert [note["note_id"] for note in phone.user("Notes.search", keyword="sock")] == ["pack"]
    assert phone.user("Notes.open", note_id="pack")["title"] == "Packing"
    assert phone.screens == ["NoteList", "NoteDetail"]
    assert phone.user("Notes.refresh")["content"] == "Socks"


def test_a_new_note_is_edited_at_once(phone: Handset) -> None:
    note_id = phone.user("Notes.new_note")
    assert phone.screens == ["NoteList", "EditNote"]
    phone.user("Notes.update", title="Ideas", content="")
    assert phone.screens == ["NoteList", "NoteDetail"]
    assert phone.user("Notes.refresh")["note_id"] == note_id


def test_attachments_of_the_note_shown(phone: Handset) -> None:
    phone.user("Notes.open", note_id="pack")
    phone.user("Notes.add_attachment", attachment_path="/a.txt")
    assert phone.user("Notes.list_attachments") == ["a.txt"]
    phone.user("Notes.remove_attachment", attachment="a.txt")
    assert phone.user("Notes.list_attachments") == []


def test_folders_lead_to_their_notes(phone: Handset) -> None:
    assert phone.user("Notes.list_folders") == ["Inbox", "Personal", "Work", "Trips"]
    assert phone.user("Notes.list_folders") == ["Inbox", "Personal", "Work", "Trips"]
    assert phone.screens == ["NoteList", "FolderList"]
    assert phone.user("Notes.open", folder="Trips") == []
    phone.user("Notes.new_note")
    phone.user("Notes.update", title="Oslo", content="Tickets")
    assert phone.app(StatefulNotesApp).folder_of(phone.user("Notes.refresh")["note_id"]) == "Trips"


def test_deleting_leads_back_to_the_list(phone: Handset) -> None:
    phone.user("Notes.open", note_id="pack")
    phone.user("Notes.delete")
    assert phone.screens == ["NoteList"]
    assert [note["note_id"] for note in phone.user("Notes.list_notes")["notes"]] == ["soup"]
