"""Data models of the email app."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pare_runner.apps.core.fields import Timestamp, identifier, timestamp
from pare_runner.errors import nearest

DEFAULT_ADDRESS = "john@pare.com"
"""Address of the phone's owner unless a scenario says otherwise; the contacts app has the same."""


class EmailFolderName(enum.Enum):
    """The folders."""

    INBOX = "INBOX"
    SENT = "SENT"
    DRAFT = "DRAFT"
    TRASH = "TRASH"

    @classmethod
    def read(cls, name: str) -> EmailFolderName:
        """The folder called `name`, in any case; ValueError naming the folders there are."""
        try:
            return cls[name.strip().upper()]
        except KeyError:
            match = nearest(name, cls.__members__)
            hint = f"; did you mean {match!r}?" if match else ""
            raise ValueError(f"there is no folder {name!r}, only {', '.join(cls.__members__)}{hint}") from None


@dataclass(slots=True, kw_only=True)
class Email:
    """An email; `attachments` maps file names to contents, `parent_id` is the mail it answers or passes on."""

    sender: str = "user@meta.com"
    recipients: list[str] = field(default_factory=list)
    subject: str = ""
    content: str = ""
    email_id: str = identifier()
    parent_id: str | None = None
    cc: list[str] = field(default_factory=list)
    attachments: dict[str, bytes] | None = field(default_factory=dict)
    timestamp: Timestamp = timestamp()
    is_read: bool = False


@dataclass(slots=True, kw_only=True)
class EmailFolder:
    """A folder and its mails, newest first."""

    folder_name: EmailFolderName
    emails: list[Email] = field(default_factory=list)

    def add(self, email: Email) -> None:
        """Put a mail in its place; among mails of one time the last added comes last."""
        self.emails.append(email)
        self.emails.sort(key=lambda item: item.timestamp, reverse=True)

    def remove(self, email: Email) -> None:
        """Take out this mail; an equal one stays."""
        self.emails = [item for item in self.emails if item is not email]

    def find(self, email_id: str) -> Email | None:
        """The mail with an id."""
        return next((email for email in self.emails if email.email_id == email_id), None)


@dataclass(slots=True, kw_only=True)
class ReturnedEmails:
    """A page of mails; `emails_range` is [first, last) in the folder's `total_emails`."""

    emails: list[Email]
    emails_range: tuple[int, int]
    total_returned_emails: int
    total_emails: int


@dataclass(slots=True, kw_only=True)
class ComposeDraft:
    """A mail being written; `attachments` are paths, the defaults stand in for what an answer leaves empty."""

    recipients: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    subject: str = ""
    body: str = ""
    attachments: list[str] = field(default_factory=list)
    reply_to: str | None = None
    reply_to_folder: str | None = None
    default_recipients: list[str] = field(default_factory=list)
    default_subject: str | None = None
