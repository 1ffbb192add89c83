"""The email app: what agents can do with mail, and what the screens need."""

from __future__ import annotations

import posixpath
from typing import Any, ClassVar

from pare_runner.apps.core.paging import page
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool
from pare_runner.apps.email.arrivals import Arrivals
from pare_runner.apps.email.models import ComposeDraft, Email, EmailFolder, EmailFolderName, ReturnedEmails
from pare_runner.apps.email.screens import ComposeEmail, EmailDetail, MailboxView
from pare_runner.apps.email.suggestions import suggested_values
from pare_runner.apps.email.threads import forward_subject, reply_recipients, reply_subject

SENT, DRAFT, TRASH = EmailFolderName.SENT, EmailFolderName.DRAFT, EmailFolderName.TRASH


class StatefulEmailApp(Arrivals):
    """Mail in the folders INBOX, SENT, DRAFT and TRASH, newest first. Folder names may be written in any case."""

    name_in_benchmark: ClassVar[str] = "Emails"
    screens: ClassVar[tuple[type[Any], ...]] = (MailboxView, EmailDetail, ComposeEmail)

    def root_screen(self) -> MailboxView:
        """The inbox."""
        return MailboxView(self)

    # Reading ---------------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def list_emails(self, folder_name: str = "INBOX", offset: int = 0, limit: int = 10) -> ReturnedEmails:
        """List the emails of a folder, newest first.

        Args:
            folder_name: Name of the folder.
            offset: How many to skip.
            limit: How many to return at most.

        Returns:
            A page of emails.
        """
        emails = self.folder(folder_name).emails
        shown, span = page(emails, offset, limit)
        return ReturnedEmails(
            emails=shown, emails_range=span, total_returned_emails=len(shown), total_emails=len(emails)
        )

    @agent_tool(READ)
    def get_email_by_id(self, email_id: str, folder_name: str = "INBOX") -> Email:
        """Read an email; it stays unread for the user.

        Args:
            email_id: Id of the email.
            folder_name: Folder it is in.

        Returns:
            The email.
        """
        return self.email_in(self.folder(folder_name), email_id)

    @agent_tool(READ)
    def get_email_by_index(self, idx: int, folder_name: str = "INBOX") -> Email:
        """Read an email by its place in a folder; it stays unread for the user.

        Args:
            idx: Place in the folder; 0 is the newest email.
            folder_name: Name of the folder.

        Returns:
            The email.
        """
        emails = self.folder(folder_name).emails
        if not 0 <= idx < len(emails):
            places = f"idx goes from 0 to {len(emails) - 1}" if emails else "it is empty"
            raise ValueError(f"there is no email number {idx} in {folder_name}: {places}")
        return emails[idx]

    @agent_tool(READ)
    def search_emails(self, query: str, folder_name: str = "INBOX") -> list[Email]:
        """Find emails of a folder with a text in sender, recipients, subject or content, in any case.

        Args:
            query: The text.
            folder_name: Name of the folder.

        Returns:
            Matching emails, newest first.
        """
        wanted = query.casefold()
        return [
            email
            for email in self.folder(folder_name).emails
            if any(
                wanted in text.casefold() for text in (email.sender, *email.recipients, email.subject, email.content)
            )
        ]

    # Writing ---------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, text=("subject", "content"))
    def send_email(
        self,
        recipients: list[str] | None = None,
        subject: str = "",
        content: str = "",
        cc: list[str] | None = None,
        attachment_paths: list[str] | None = None,
    ) -> str:
        """Send an email.

        Args:
            recipients: Addresses of who receives it.
            subject: Subject.
            content: Text.
            cc: Addresses of who receives a copy.
            attachment_paths: Paths of files of the phone to attach.

        Returns:
            Id of the sent email.
        """
        attachments = self.attachments_from(attachment_paths)
        return self._send(
            Email(
                recipients=list(recipients or ()),
                subject=subject,
                content=content,
                cc=list(cc or ()),
                attachments=attachments,
            )
        )

    @agent_tool(WRITE, text=("content",))
    def reply_to_email(
        self,
        email_id: str,
        folder_name: str = "INBOX",
        content: str = "",
        attachment_paths: list[str] | None = None,
    ) -> str:
        """Answer an email: the answer goes to whoever else wrote last in its thread.

        Args:
            email_id: Id of the email.
            folder_name: Folder it is in.
            content: Text of the answer.
            attachment_paths: Paths of files of the phone to attach.

        Returns:
            Id of the sent answer.
        """
        original = self.email_in(self.folder(folder_name), email_id)
        return self._send(
            Email(
                recipients=reply_recipients(original, self.user_email, self.any_email),
                subject=reply_subject(original.subject),
                content=content,
                parent_id=email_id,
                attachments=self.attachments_from(attachment_paths),
            )
        )

    @agent_tool(WRITE)
    def forward_email(self, email_id: str, recipients: list[str] | None = None, folder_name: str = "INBOX") -> str:
        """Pass an email on, with its attachments.

        Args:
            email_id: Id of the email.
            recipients: Addresses of who receives it.
            folder_name: Folder it is in.

        Returns:
            Id of the sent email.
        """
        original = self.email_in(self.folder(folder_name), email_id)
        return self._send(
            Email(
                recipients=list(recipients or ()),
                subject=forward_subject(original.subject),
                content=f"> {original.content}",
                parent_id=email_id,
                attachments=dict(original.attachments or {}),
            )
        )

    @agent_tool(WRITE)
    def move_email(self, email_id: str, source_folder_name: str = "INBOX", dest_folder_name: str = "DRAFT") -> str:
        """Move an email to another folder.

        Args:
            email_id: Id of the email.
            source_folder_name: Folder it is in.
            dest_folder_name: Folder it goes to.

        Returns:
            Id of the email.
        """
        return self._move_email(email_id, self.folder(source_folder_name), self.folder(dest_folder_name))

    @agent_tool(WRITE)
    def delete_email(self, email_id: str, folder_name: str = "INBOX") -> str:
        """Move an email to TRASH; from TRASH it is deleted for good.

        Args:
            email_id: Id of the email.
            folder_name: Folder it is in.

        Returns:
            Id of the email.
        """
        folder = self.folder(folder_name)
        if folder.folder_name is not TRASH:
            return self._move_email(email_id, folder, self.folders[TRASH])
        folder.remove(self.email_in(folder, email_id))
        return email_id

    @agent_tool(WRITE)
    def download_attachments(
        self, email_id: str, folder_name: str = "INBOX", path_to_save: str = "Downloads/"
    ) -> list[str]:
        """Save the attachments of an email as files of the phone.

        Args:
            email_id: Id of the email.
            folder_name: Folder the email is in.
            path_to_save: Path of the folder to save them in; it must exist.

        Returns:
            Paths of the files.
        """
        attachments = self.email_in(self.folder(folder_name), email_id).attachments or {}
        targets = {posixpath.join(path_to_save, posixpath.basename(name)): name for name in attachments}
        for target in targets:
            self._refuse_folder(target)
        return [self.file_store.write_bytes(target, attachments[name]) for target, name in targets.items()]

    # What the screens need -------------------------------------------------------------------------------------------

    def open_email(self, email: Email) -> Email:
        """The user opens a mail, which marks it as read."""
        email.is_read = True
        return email

    def reply_draft(self, email_id: str, folder_name: str) -> ComposeDraft:
        """The beginning of an answer."""
        original = self.email_in(self.folder(folder_name), email_id)
        recipients = reply_recipients(original, self.user_email, self.any_email)
        subject = reply_subject(original.subject)
        return ComposeDraft(
            recipients=list(recipients),
            subject=subject,
            reply_to=email_id,
            reply_to_folder=folder_name,
            default_recipients=recipients,
            default_subject=subject,
        )

    def send_draft(self, draft: ComposeDraft) -> str:
        """Send what the user composed; return the id of the mail."""
        return self._send(self._from_draft(draft))

    def save_draft(self, draft: ComposeDraft) -> str:
        """Keep what the user composed, finished or not, in DRAFT; return the id of the mail."""
        email = self._from_draft(draft)
        email.sender = self.user_email
        return self.add(DRAFT, email)

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Values that fit together, see `suggestions`."""
        return suggested_values(self, tool, argument)

    def _from_draft(self, draft: ComposeDraft) -> Email:
        return Email(
            recipients=list(draft.recipients or draft.default_recipients),
            subject=draft.subject or draft.default_subject or "",
            content=draft.body,
            parent_id=draft.reply_to,
            cc=list(draft.cc),
            attachments=self.attachments_from(draft.attachments),
        )

    def _send(self, email: Email) -> str:
        if not email.recipients and not email.cc:
            raise ValueError("the mail needs at least one recipient")
        email.sender = self.user_email
        return self.add(SENT, email)

    def _move_email(self, email_id: str, source: EmailFolder, destination: EmailFolder) -> str:
        email = self.email_in(source, email_id)
        if source is destination:
            raise ValueError(f"the mail {email_id!r} is in {source.folder_name.value} already")
        source.remove(email)
        destination.add(email)
        return email_id

    def _refuse_folder(self, path: str) -> None:
        """Find out that a folder has the name of a file before any other file is written."""
        try:
            self.file_store.read_bytes(path)
        except (FileNotFoundError, PermissionError):
            return
