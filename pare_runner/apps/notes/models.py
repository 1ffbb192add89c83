"""Data models of the notes app."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.core.attachments import AttachmentEntry
from pare_runner.apps.core.fields import UNSET_TIME, Timestamp, identifier, timestamp

DEFAULT_FOLDERS = ("Inbox", "Personal", "Work")


@dataclass(slots=True, kw_only=True)
class Note:
    """A note; `attachments` maps file names to contents."""

    note_id: str = identifier()
    title: str = ""
    content: str = ""
    pinned: bool = False
    attachments: dict[str, bytes] = field(default_factory=dict)
    created_at: Timestamp = timestamp()
    updated_at: Timestamp = timestamp()


@dataclass(slots=True, kw_only=True)
class NotesFolder:
    """A folder: note id → note, oldest entry first."""

    folder_name: str
    notes: dict[str, Note] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ReturnedNotes:
    """A page of notes; `notes_range` is [first, last) in the list of `total_notes`."""

    notes: list[Note]
    notes_range: tuple[int, int]
    total_returned_notes: int
    total_notes: int


@dataclass(slots=True, kw_only=True)
class NoteEntry:
    """A note as a scenario file writes it."""

    note_id: str = identifier()
    folder: str = "Inbox"
    title: str = ""
    content: str = ""
    pinned: bool = False
    attachments: list[AttachmentEntry] = field(default_factory=list)
    created_at: Timestamp = timestamp(alias="at")
    updated_at: Timestamp = UNSET_TIME


@dataclass(slots=True, kw_only=True)
class NotesSection:
    """The YAML section: folders beside Inbox, Personal and Work, and notes."""

    folders: list[str] = field(default_factory=list)
    notes: list[NoteEntry] = field(default_factory=list)
    view_limit: int = 5
