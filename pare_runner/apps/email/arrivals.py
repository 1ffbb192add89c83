"""Mail that comes from outside."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.tools import WRITE, data_tool, env_tool
from pare_runner.apps.email.mailbox import Mailbox
from pare_runner.apps.email.models import Email, EmailFolderName
from pare_runner.apps.email.threads import reply_subject, same_address

INBOX = EmailFolderName.INBOX
_ARRIVED = Notice("new email", user=("sender", "subject", "content..20"), agent=("sender", "subject", "content"))


class Arrivals(Mailbox):
    """The environment's tools: whatever makes mail arrive."""

    notices: ClassVar[dict[str, Notice]] = {
        "send_email_to_user_only": _ARRIVED,
        "send_email_to_user_with_id": _ARRIVED,
        "reply_to_email_from_user": Notice(
            "answer to your email", user=("sender", "content..20"), agent=("sender", "email_id", "content")
        ),
        "create_and_add_email": Notice(
            "new email",
            user=("sender", "subject", "content..20"),
            agent=("sender", "recipients?", "subject", "content"),
        ),
    }

    @env_tool(WRITE, text=("subject", "content"))
    def send_email_to_user_with_id(
        self,
        email_id: str,
        sender: str,
        subject: str = "",
        content: str = "",
        attachment_paths: list[str] | None = None,
    ) -> str:
        """Send the user an email with a given id.

        Args:
            email_id: Id of the new email; no other may have it.
            sender: Address of who sends it.
            subject: Subject.
            content: Text.
            attachment_paths: Paths of files of the phone to attach.

        Returns:
            Id of the email.
        """
        if not email_id:
            raise ValueError("the email id is empty")
        attachments = self.attachments_from(attachment_paths)
        return self._arrive(
            Email(email_id=email_id, sender=sender, subject=subject, content=content, attachments=attachments)
        )

    @env_tool(WRITE, text=("content",))
    def reply_to_email_from_user(
        self, sender: str, email_id: str, content: str = "", attachment_paths: list[str] | None = None
    ) -> str:
        """Answer an email that the user sent.

        Args:
            sender: Address of who answers, one of the recipients of that email.
            email_id: Id of the user's email, in SENT.
            content: Text.
            attachment_paths: Paths of files of the phone to attach.

        Returns:
            Id of the answer.
        """
        original = self.email_in(self.folders[EmailFolderName.SENT], email_id)
        if not any(same_address(sender, recipient) for recipient in original.recipients):
            raise ValueError(f"{sender!r} did not receive the mail {email_id!r}; {', '.join(original.recipients)} did")
        return self._arrive(
            Email(
                sender=sender,
                subject=reply_subject(original.subject),
                content=content,
                parent_id=email_id,
                attachments=self.attachments_from(attachment_paths),
            )
        )

    @env_tool(WRITE, text=("subject", "content"))
    def send_email_to_user_only(self, sender: str, subject: str = "", content: str = "") -> str:
        """Send the user an email.

        Args:
            sender: Address of who sends it.
            subject: Subject.
            content: Text.

        Returns:
            Id of the email.
        """
        return self._arrive(Email(sender=sender, subject=subject, content=content))

    @env_tool(WRITE, text=("subject", "content"))
    def create_and_add_email(
        self,
        sender: str,
        recipients: list[str] | None = None,
        subject: str = "",
        content: str = "",
        folder_name: str = "INBOX",
    ) -> str:
        """Put an email into a folder.

        Args:
            sender: Address of who sends it.
            recipients: Addresses of who receives it.
            subject: Subject.
            content: Text.
            folder_name: Folder it goes to.

        Returns:
            Id of the email.
        """
        folder = EmailFolderName.read(folder_name)
        return self.add(
            folder, Email(sender=sender, recipients=list(recipients or ()), subject=subject, content=content)
        )

    @env_tool(WRITE)
    def add_email(self, email: Email, folder_name: EmailFolderName = INBOX) -> str:
        """Put a complete email into a folder.

        Args:
            email: The email; without an id or a time it gets one.
            folder_name: Folder it goes to.

        Returns:
            Id of the email.
        """
        return self.add(folder_name, _copy(email))

    @env_tool(WRITE)
    def send_email_to_user(self, email: Email) -> str:
        """Send the user a complete email.

        Args:
            email: The email; the user becomes a recipient if it has none.

        Returns:
            Id of the email.
        """
        return self._arrive(_copy(email))

    @data_tool(WRITE, text=("subject", "content"))
    def create_and_add_email_with_time(
        self,
        sender: str,
        recipients: list[str] | None = None,
        subject: str = "",
        content: str = "",
        email_time: str | None = None,
        folder_name: str = "INBOX",
    ) -> str:
        """Put an email that was read before into a folder.

        Args:
            sender: Address of who sent it.
            recipients: Addresses of who received it.
            subject: Subject.
            content: Text.
            email_time: When it was sent, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.
            folder_name: Folder it is in.

        Returns:
            Id of the email.
        """
        email = Email(sender=sender, recipients=list(recipients or ()), subject=subject, content=content, is_read=True)
        folder = EmailFolderName.read(folder_name)
        if email_time:
            email.timestamp = from_text(email_time)
        return self.add(folder, email)

    def _arrive(self, email: Email) -> str:
        if not email.recipients:
            email.recipients = [self.user_email]
        return self.add(INBOX, email)


def _copy(email: Email) -> Email:
    """The mail of a scheduled event is used again in every run, so what enters the state is a copy."""
    return replace(
        email,
        recipients=list(email.recipients),
        cc=list(email.cc),
        attachments=dict(email.attachments or {}),
    )
