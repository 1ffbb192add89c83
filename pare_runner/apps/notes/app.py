"""The notes app: folders, notes, attachments."""

from __future__ import annotations

import posixpath
from typing import Any, ClassVar

from pare_runner.apps.core.attachments import read_attachments
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.paging import page
from pare_runner.apps.core.services import FileStore
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool, data_tool
from pare_runner.apps.notes.models import DEFAULT_FOLDERS, Note, NotesFolder, NotesSection, ReturnedNotes
from pare_runner.apps.notes.screens import EditNote, FolderList, NoteDetail, NoteList
from pare_runner.errors import bracketed_hint


class StatefulNotesApp(StatefulApp):
    """Notes, sorted into folders; Inbox, Personal and Work are always there."""

    name_in_benchmark: ClassVar[str] = "Notes"
    state_fields: ClassVar[tuple[str, ...]] = ("view_limit", "folders")
    section: ClassVar[type | None] = NotesSection
    screens: ClassVar[tuple[type[Any], ...]] = (NoteList, NoteDetail, EditNote, FolderList)
    notices: ClassVar[dict[str, Notice]] = {
        "delete_folder": Notice("folder deleted", user=("folder_name",), agent=("folder_name",))
    }

    view_limit: int
    folders: dict[str, NotesFolder]

    def __init__(
        self,
        name: str | None = None,
        view_limit: int = 5,
        folders: dict[str, NotesFolder] | None = None,
        internal_fs: FileStore | None = None,
    ) -> None:
        super().__init__(name)
        self.view_limit = view_limit
        self.folders = {folder: NotesFolder(folder_name=folder) for folder in DEFAULT_FOLDERS} | (folders or {})
        if internal_fs is not None:
            self.services.files = internal_fs

    def root_screen(self) -> NoteList:
        """The list of the Inbox."""
        return NoteList(self)

    def load_state(self, state: Any) -> None:
        """Replace the state; a default folder missing from it is there, empty."""
        super().load_state(state)
        for folder in DEFAULT_FOLDERS:
            self.folders.setdefault(folder, NotesFolder(folder_name=folder))

    def populate(self, section: NotesSection) -> None:
        """Create the section's folders and notes."""
        self.view_limit = section.view_limit
        for name in section.folders:
            self.folders.setdefault(name, NotesFolder(folder_name=name))
        for entry in section.notes:
            if entry.folder not in self.folders:
                raise ValueError(f"there is no folder {entry.folder!r}{bracketed_hint(entry.folder, self.folders)}")
            if any(entry.note_id in folder.notes for folder in self.folders.values()):
                raise ValueError(f"there are two notes {entry.note_id!r}")
            created = self.now if entry.created_at == UNSET_TIME else entry.created_at
            note = Note(
                note_id=entry.note_id or self._note_id(),
                title=entry.title or entry.content[:50],
                content=entry.content,
                pinned=entry.pinned,
                attachments=read_attachments(entry.attachments, self.services.files),
                created_at=created,
                updated_at=created if entry.updated_at == UNSET_TIME else entry.updated_at,
            )
            self.folders[entry.folder].notes[note.note_id] = note

    # Folders --------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE)
    def new_folder(self, folder_name: str) -> str:
        """Create a folder.

        Args:
            folder_name: Name of the new folder.

        Returns:
            Name of the folder.
        """
        self._unused(folder_name)
        self.folders[folder_name] = NotesFolder(folder_name=folder_name)
        return folder_name

    @agent_tool(WRITE, env=True)
    def delete_folder(self, folder_name: str) -> str:
        """Delete a folder with all its notes; Inbox, Personal and Work stay.

        Args:
            folder_name: Name of the folder.

        Returns:
            Name of the deleted folder.
        """
        self._changeable(folder_name)
        del self.folders[folder_name]
        return folder_name

    @agent_tool(WRITE)
    def rename_folder(self, folder: str, new_folder: str) -> str:
        """Rename a folder; Inbox, Personal and Work keep their names.

        Args:
            folder: Name of the folder.
            new_folder: Its new name.

        Returns:
            The new name.
        """
        self._changeable(folder)
        self._unused(new_folder)
        self.folders[folder].folder_name = new_folder
        self.folders = {new_folder if name == folder else name: item for name, item in self.folders.items()}
        return new_folder

    @agent_tool(READ)
    def list_folders(self) -> list[str]:
        """List the folders.

        Returns:
            Names of the folders.
        """
        return list(self.folders)

    # Notes ----------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, text=("title", "content"))
    def create_note(self, folder: str = "Inbox", title: str = "", content: str = "", pinned: bool = False) -> str:
        """Create a note.

        Args:
            folder: Folder to put it in.
            title: Title; the beginning of the content if empty.
            content: Text of the note.
            pinned: Whether the note is pinned.

        Returns:
            Id of the new note.
        """
        return self._add(folder, title, content, pinned, self.now, self.now)

    @data_tool(WRITE, text=("title", "content"))
    def create_note_with_time(
        self,
        folder: str = "Inbox",
        title: str = "",
        content: str = "",
        pinned: bool = False,
        created_at: str | None = None,
        updated_at: str | None = None,
    ) -> str:
        """Create a note with given times.

        Args:
            folder: Folder to put it in.
            title: Title; the beginning of the content if empty.
            content: Text of the note.
            pinned: Whether the note is pinned.
            created_at: Time of creation, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.
            updated_at: Time of the last change; the time of creation if not given.

        Returns:
            Id of the new note.
        """
        created = from_text(created_at) if created_at else self.now
        return self._add(folder, title, content, pinned, created, from_text(updated_at) if updated_at else created)

    @agent_tool(READ, data=True)
    def get_note_by_id(self, note_id: str) -> Note:
        """Read a note.

        Args:
            note_id: Id of the note.

        Returns:
            The note.
        """
        return self._find(note_id)[1]

    @agent_tool(WRITE, text=("title", "content"))
    def update_note(self, note_id: str, title: str | None = None, content: str | None = None) -> str:
        """Change title or content of a note; what is not given or empty stays.

        Args:
            note_id: Id of the note.
            title: New title.
            content: New text.

        Returns:
            Id of the note.
        """
        note = self._find(note_id)[1]
        if not title and not content:
            raise ValueError("give a title or a content to change")
        note.title = title or note.title
        note.content = content or note.content
        note.updated_at = self.now
        return note_id

    @agent_tool(WRITE)
    def delete_note(self, note_id: str) -> str:
        """Delete a note.

        Args:
            note_id: Id of the note.

        Returns:
            Id of the deleted note.
        """
        folder, _ = self._find(note_id)
        del folder.notes[note_id]
        return note_id

    @agent_tool(READ)
    def list_notes(self, folder: str, offset: int = 0, limit: int = 10) -> ReturnedNotes:
        """List the notes of a folder, last changed first.

        Args:
            folder: Name of the folder.
            offset: How many to skip.
            limit: How many to return at most.

        Returns:
            A page of notes.
        """
        if folder not in self.folders:
            raise ValueError(f"there is no folder {folder!r}")
        notes = sorted(self.folders[folder].notes.values(), key=lambda note: note.updated_at, reverse=True)
        shown, span = page(notes, offset, limit)
        return ReturnedNotes(notes=shown, notes_range=span, total_returned_notes=len(shown), total_notes=len(notes))

    @agent_tool(WRITE)
    def move_note(self, note_id: str, source_folder_name: str = "Inbox", dest_folder_name: str = "Personal") -> str:
        """Move a note to another folder.

        Args:
            note_id: Id of the note.
            source_folder_name: Folder it is in.
            dest_folder_name: Folder it goes to.

        Returns:
            Id of the note.
        """
        source, destination = self._folder(source_folder_name), self._folder(dest_folder_name)
        if note_id not in source.notes:
            raise KeyError(f"there is no note {note_id!r} in {source_folder_name!r}")
        destination.notes[note_id] = source.notes.pop(note_id)
        return note_id

    @agent_tool(WRITE)
    def duplicate_note(self, folder_name: str, note_id: str) -> str:
        """Copy a note within its folder; the copy's title says that it is one.

        Args:
            folder_name: Folder of the note.
            note_id: Id of the note.

        Returns:
            Id of the copy.
        """
        folder = self._folder(folder_name)
        if note_id not in folder.notes:
            raise KeyError(f"there is no note {note_id!r} in {folder_name!r}")
        original = folder.notes[note_id]
        copy_id = self._add(folder_name, f"Copy of {original.title}", original.content, False, self.now, self.now)
        folder.notes[copy_id].attachments = dict(original.attachments)
        return copy_id

    @agent_tool(READ)
    def search_notes(self, query: str) -> list[Note]:
        """Find notes whose title or content contains a text, in any case.

        Args:
            query: The text.

        Returns:
            Matching notes of all folders.
        """
        return [note for name in self.folders for note in self._matching(query, name)]

    @agent_tool(READ)
    def search_notes_in_folder(self, query: str, folder_name: str) -> list[Note]:
        """Find notes of one folder whose title or content contains a text, in any case.

        Args:
            query: The text.
            folder_name: Name of the folder.

        Returns:
            Matching notes.
        """
        return self._matching(query, folder_name)

    # Attachments ----------------------------------------------------------------------------------------------------

    @agent_tool(WRITE)
    def add_attachment_to_note(self, note_id: str, attachment_path: str) -> str:
        """Attach a file of the phone to a note.

        Args:
            note_id: Id of the note.
            attachment_path: Path of the file.

        Returns:
            Id of the note.
        """
        note = self._find(note_id)[1]
        try:
            content = self.file_store.read_bytes(attachment_path)
        except OSError:
            raise ValueError(f"there is no file {attachment_path!r}") from None
        note.attachments[posixpath.basename(attachment_path)] = content
        note.updated_at = self.now
        return note_id

    @agent_tool(WRITE)
    def remove_attachment(self, note_id: str, attachment: str) -> str:
        """Remove an attachment from a note.

        Args:
            note_id: Id of the note.
            attachment: Name of the attachment.

        Returns:
            Id of the note.
        """
        note = self._find(note_id)[1]
        if attachment not in note.attachments:
            raise KeyError(f"note {note_id!r} has no attachment {attachment!r}")
        del note.attachments[attachment]
        note.updated_at = self.now
        return note_id

    @agent_tool(READ)
    def list_attachments(self, note_id: str) -> list[str]:
        """List the attachments of a note.

        Args:
            note_id: Id of the note.

        Returns:
            Names of the attachments.
        """
        return list(self._find(note_id)[1].attachments)

    def folder_of(self, note_id: str) -> str:
        """Name of the folder a note is in; KeyError if there is no such note."""
        return self._find(note_id)[0].folder_name

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Folder arguments take the folders there are, but for a folder that is yet to be; the rest take ids."""
        if tool.name == "new_folder":
            return []
        if argument in ("folder", "folder_name", "source_folder_name", "dest_folder_name"):
            return list(self.folders)
        if argument == "attachment":
            notes = [note for folder in self.folders.values() for note in folder.notes.values()]
            return [name for note in notes for name in note.attachments]
        return super().argument_values(tool, argument)

    def _add(self, folder: str, title: str, content: str, pinned: bool, created: float, updated: float) -> str:
        notes = self._folder(folder).notes
        note_id = self._note_id()
        notes[note_id] = Note(
            note_id=note_id,
            title=title or content[:50],
            content=content,
            pinned=pinned,
            created_at=created,
            updated_at=updated,
        )
        return note_id

    def _note_id(self) -> str:
        return self.new_id("Note", {note_id for folder in self.folders.values() for note_id in folder.notes})

    def _folder(self, name: str) -> NotesFolder:
        if name not in self.folders:
            raise KeyError(f"there is no folder {name!r}{bracketed_hint(name, self.folders)}")
        return self.folders[name]

    def _unused(self, name: str) -> None:
        if not name.strip():
            raise ValueError("a folder needs a name")
        if name in self.folders:
            raise KeyError(f"there is already a folder {name!r}")

    def _changeable(self, name: str) -> None:
        self._folder(name)
        if name in DEFAULT_FOLDERS:
            raise KeyError(f"the folder {name!r} cannot be changed")

    def _find(self, note_id: str) -> tuple[NotesFolder, Note]:
        if not note_id:
            raise ValueError("the note id is empty")
        for folder in self.folders.values():
            if note_id in folder.notes:
                return folder, folder.notes[note_id]
        raise KeyError(f"there is no note {note_id!r}")

    def _matching(self, query: str, folder_name: str) -> list[Note]:
        wanted = query.casefold()
        notes = self._folder(folder_name).notes.values()
        return [note for note in notes if wanted in note.title.casefold() or wanted in note.content.casefold()]
