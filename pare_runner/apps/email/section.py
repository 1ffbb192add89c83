"""Mail as scenario files write it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.core.attachments import AttachmentEntry, read_attachments
from pare_runner.apps.core.fields import UNSET_TIME, Timestamp, aliased, identifier, timestamp
from pare_runner.apps.core.services import FileStore
from pare_runner.apps.email.models import Email, EmailFolderName

ME = "me"
"""The phone's owner, wherever a section wants an address."""


@dataclass(slots=True, kw_only=True)
class EmailEntry:
    """A mail. Without a sender it is one of mine (SENT and DRAFT only), without recipients it is for me."""

    email_id: str = identifier()
    folder_name: EmailFolderName = aliased("folder", default=EmailFolderName.INBOX)
    sender: str | None = None
    recipients: list[str] | None = None
    cc: list[str] = field(default_factory=list)
    subject: str = ""
    content: str = ""
    parent_id: str | None = aliased("in_reply_to", default=None)
    attachments: list[AttachmentEntry] = field(default_factory=list)
    timestamp: Timestamp = timestamp(alias="at")
    is_read: bool = False

    def email(self, email_id: str, me: str, now: float, files: FileStore | None) -> Email:
        """The mail; ValueError if it has no sender or an attachment does not exist."""
        own = self.folder_name in (EmailFolderName.SENT, EmailFolderName.DRAFT)
        if self.sender is None and not own:
            raise ValueError(f"the mail {self.subject or email_id!r} needs a sender")
        sender = _address(self.sender or ME, me)
        recipients = self.recipients if self.recipients is not None else [] if sender == me else [ME]
        return Email(
            sender=sender,
            recipients=[_address(recipient, me) for recipient in recipients],
            subject=self.subject,
            content=self.content,
            email_id=email_id,
            parent_id=self.parent_id,
            cc=[_address(recipient, me) for recipient in self.cc],
            attachments=dict(read_attachments(self.attachments, files)),
            timestamp=now if self.timestamp == UNSET_TIME else self.timestamp,
            is_read=self.is_read,
        )


@dataclass(slots=True, kw_only=True)
class EmailSection:
    """The YAML section: mails of all folders, and the owner's address."""

    user_email: str | None = None
    view_limit: int = 5
    emails: list[EmailEntry] = field(default_factory=list)


def _address(written: str, me: str) -> str:
    return me if written == ME else written
