"""The screens of the notes app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, own, pop, push, replace, result, return_to
from pare_runner.apps.notes.models import Note, ReturnedNotes

if TYPE_CHECKING:
    from pare_runner.apps.notes.app import StatefulNotesApp


@dataclass
class NotesScreen(Screen):
    """A screen of the notes app."""

    app: StatefulNotesApp


@dataclass
class NoteList(NotesScreen):
    """The notes of a folder."""

    folder: str = "Inbox"

    @user_tool(READ)
    def list_notes(self, offset: int = 0, limit: int = 10) -> ReturnedNotes:
        """List the notes shown, last changed first.

        Args:
            offset: How many to skip.
            limit: How many to show.

        Returns:
            A page of notes.
        """
        return self.app.list_notes(self.folder, offset, limit)

    @user_tool(READ, to=push("NoteDetail", note_id=arg("note_id")))
    def open(self, note_id: str) -> Note:
        """Open a note.

        Args:
            note_id: Id of the note.

        Returns:
            The note.
        """
        return self.app.get_note_by_id(note_id)

    @user_tool(READ)
    def search(self, keyword: str) -> list[Note]:
        """Find notes of this folder.

        Args:
            keyword: Text in title or content.

        Returns:
            Matching notes.
        """
        return self.app.search_notes_in_folder(keyword, self.folder)

    @user_tool(WRITE, to=push("EditNote", note_id=result()))
    def new_note(self) -> str:
        """Start a new, empty note in this folder.

        Returns:
            Id of the note.
        """
        return self.app.create_note(folder=self.folder)

    @user_tool(READ, to=push("FolderList"))
    def list_folders(self) -> list[str]:
        """Show the folders.

        Returns:
            Names of the folders.
        """
        return self.app.list_folders()


@dataclass
class NoteDetail(NotesScreen):
    """One note."""

    note_id: str

    @user_tool(READ)
    def refresh(self) -> Note:
        """Read the note again.

        Returns:
            The note.
        """
        return self.app.get_note_by_id(self.note_id)

    @user_tool(WRITE, to=push("EditNote", note_id=own("note_id")), opens=True)
    def edit(self) -> str:
        """Edit the note.

        Returns:
            Id of the note.
        """
        self.app.folder_of(self.note_id)
        return self.note_id

    @user_tool(WRITE, to=pop())
    def delete(self) -> str:
        """Delete the note.

        Returns:
            Id of the deleted note.
        """
        return self.app.delete_note(self.note_id)

    @user_tool(WRITE, to=replace("NoteDetail", note_id=result()))
    def duplicate(self) -> str:
        """Copy the note within its folder.

        Returns:
            Id of the copy.
        """
        return self.app.duplicate_note(self.app.folder_of(self.note_id), self.note_id)

    @user_tool(WRITE, to=return_to("NoteList", folder=arg("dest_folder_name")))
    def move(self, dest_folder_name: str) -> str:
        """Move the note to another folder.

        Args:
            dest_folder_name: Folder it goes to.

        Returns:
            Id of the note.
        """
        return self.app.move_note(self.note_id, self.app.folder_of(self.note_id), dest_folder_name)

    @user_tool(WRITE)
    def add_attachment(self, attachment_path: str) -> str:
        """Attach a file of the phone.

        Args:
            attachment_path: Path of the file.

        Returns:
            Id of the note.
        """
        return self.app.add_attachment_to_note(self.note_id, attachment_path)

    @user_tool(WRITE)
    def remove_attachment(self, attachment: str) -> str:
        """Remove an attachment.

        Args:
            attachment: Name of the attachment.

        Returns:
            Id of the note.
        """
        return self.app.remove_attachment(self.note_id, attachment)

    @user_tool(READ)
    def list_attachments(self) -> list[str]:
        """List the attachments.

        Returns:
            Names of the attachments.
        """
        return self.app.list_attachments(self.note_id)


@dataclass
class EditNote(NotesScreen):
    """The editor of a note."""

    note_id: str

    @user_tool(WRITE, to=return_to("NoteDetail", note_id=own("note_id")), text=("title", "content"))
    def update(self, title: str, content: str) -> str:
        """Save title and content; an empty one stays as it was.

        Args:
            title: New title.
            content: New text.

        Returns:
            Id of the note.
        """
        return self.app.update_note(self.note_id, title, content)


@dataclass
class FolderList(NotesScreen):
    """The folders."""

    @user_tool(READ)
    def list_folders(self) -> list[str]:
        """List the folders.

        Returns:
            Names of the folders.
        """
        return self.app.list_folders()

    @user_tool(READ, to=push("NoteList", folder=arg("folder")))
    def open(self, folder: str) -> list[Note]:
        """Open a folder.

        Args:
            folder: Name of the folder.

        Returns:
            Its notes changed last, ten at most.
        """
        return self.app.list_notes(folder).notes
