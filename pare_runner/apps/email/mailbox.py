"""What every part of the email app rests on: folders, finding mails, adding them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from pare_runner.apps.core.attachments import read_attachments
from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.core.services import FileStore
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.email.models import DEFAULT_ADDRESS, Email, EmailFolder, EmailFolderName
from pare_runner.apps.email.section import EmailSection
from pare_runner.errors import did_you_mean


class Mailbox(StatefulApp):
    """Folders of mails; every id is in one place only."""

    state_fields: ClassVar[tuple[str, ...]] = ("user_email", "view_limit", "folders")
    section: ClassVar[type | None] = EmailSection

    user_email: str
    view_limit: int
    folders: dict[EmailFolderName, EmailFolder]

    def __init__(
        self,
        name: str | None = None,
        view_limit: int = 5,
        folders: dict[EmailFolderName, EmailFolder] | None = None,
        user_email: str = DEFAULT_ADDRESS,
        internal_fs: FileStore | None = None,
    ) -> None:
        super().__init__(name)
        self.view_limit = view_limit
        self.folders = {folder: EmailFolder(folder_name=folder) for folder in EmailFolderName} | (folders or {})
        self.user_email = user_email
        if internal_fs is not None:
            self.services.files = internal_fs

    def load_state(self, state: Any) -> None:
        """Replace the state; a folder that `state` does not list keeps its mails."""
        before = self.folders
        super().load_state(state)
        self.folders = {folder: self.folders.get(folder) or before[folder] for folder in EmailFolderName}
        for name, folder in self.folders.items():
            folder.folder_name = name

    def populate(self, section: EmailSection) -> None:
        """Put the section's mails into their folders."""
        self.view_limit = section.view_limit
        self.user_email = section.user_email or self.user_email
        taken = self._ids()
        for entry in section.emails:
            if entry.email_id in taken:
                raise ValueError(f"there are two mails with the id {entry.email_id!r}")
            email_id = entry.email_id or self.new_id("Email", taken)
            taken.add(email_id)
            email = entry.email(email_id, self.user_email, self.now, self.services.files)
            check_addresses([email.sender, *email.recipients, *email.cc])
            self.folders[entry.folder_name].emails.append(email)
        for folder in self.folders.values():
            folder.emails.sort(key=lambda email: email.timestamp, reverse=True)
        for entry in section.emails:
            if entry.parent_id is not None and entry.parent_id not in taken:
                hint = did_you_mean(entry.parent_id, taken)
                raise ValueError(f"there is no mail {entry.parent_id!r} to reply to" + (f" ({hint})" if hint else ""))

    def folder(self, name: str) -> EmailFolder:
        """The folder called `name`, in any case; ValueError if there is none."""
        return self.folders[EmailFolderName.read(name)]

    def email_in(self, folder: EmailFolder, email_id: str) -> Email:
        """A mail of a folder; ValueError that says where it is if it is in another one."""
        email = folder.find(email_id)
        if email is not None:
            return email
        where = next((name.value for name, item in self.folders.items() if item.find(email_id)), None)
        hint = f"it is in {where}" if where else did_you_mean(email_id, self._ids())
        message = f"there is no mail {email_id!r} in {folder.folder_name.value}"
        raise ValueError(f"{message} ({hint})" if hint else message)

    def any_email(self, email_id: str) -> Email | None:
        """A mail of whatever folder."""
        return next((email for folder in self.folders.values() if (email := folder.find(email_id))), None)

    def attachments_from(self, paths: Iterable[str] | None) -> dict[str, bytes]:
        """Name → content of files of the phone; ValueError naming the one that does not exist."""
        return read_attachments(list(paths or ()), self.services.files)

    def add(self, folder: EmailFolderName, email: Email) -> str:
        """Add a mail of our own making, with a new id and the time it is now unless it has them; return its id.

        Raises ValueError for an address without @ and for an id that is in use.
        """
        check_addresses([email.sender, *email.recipients, *email.cc])
        taken = self._ids()
        if email.email_id in taken:
            raise ValueError(f"there is already a mail with the id {email.email_id!r}")
        email.email_id = email.email_id or self.new_id("Email", taken)
        if email.timestamp == UNSET_TIME:
            email.timestamp = self.now
        self.folders[folder].add(email)
        return email.email_id

    def _ids(self) -> set[str]:
        return {email.email_id for folder in self.folders.values() for email in folder.emails}


def check_addresses(addresses: Iterable[str]) -> None:
    """ValueError naming the first address that has no @."""
    for address in addresses:
        if "@" not in address:
            raise ValueError(f"{address!r} is not an email address")
