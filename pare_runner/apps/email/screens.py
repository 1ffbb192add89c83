"""The screens of the email app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, computed, own, pop, push, result
from pare_runner.apps.email.mailbox import check_addresses
from pare_runner.apps.email.models import ComposeDraft, Email, EmailFolderName, ReturnedEmails

if TYPE_CHECKING:
    from pare_runner.apps.email.app import StatefulEmailApp


@dataclass
class EmailScreen(Screen):
    """A screen of the email app."""

    app: StatefulEmailApp


@dataclass
class MailboxView(EmailScreen):
    """The emails of a folder."""

    folder: str = "INBOX"

    def __post_init__(self) -> None:
        self.folder = EmailFolderName.read(self.folder).value

    @user_tool(READ)
    def list_emails(self, offset: int = 0, limit: int = 10) -> ReturnedEmails:
        """List the emails shown, newest first.

        Args:
            offset: How many to skip.
            limit: How many to show.

        Returns:
            A page of emails.
        """
        return self.app.list_emails(self.folder, offset, limit)

    @user_tool(WRITE, to=push("EmailDetail", email_id=arg("email_id"), folder_name=own("folder")), opens=True)
    def open_email_by_id(self, email_id: str) -> Email:
        """Open an email; it counts as read from then on.

        Args:
            email_id: Id of the email.

        Returns:
            The email.
        """
        return self.app.open_email(self.app.get_email_by_id(email_id, self.folder))

    @user_tool(WRITE, to=push("EmailDetail", email_id=result("email_id"), folder_name=own("folder")), opens=True)
    def open_email_by_index(self, index: int) -> Email:
        """Open an email by its place in the list; it counts as read from then on.

        Args:
            index: Place in the list; 0 is the newest email.

        Returns:
            The email.
        """
        return self.app.open_email(self.app.get_email_by_index(index, self.folder))

    @user_tool(READ)
    def search_emails(
        self, query: str, min_date: str | None = None, max_date: str | None = None, limit: int | None = 10
    ) -> list[Email]:
        """Find emails of this folder with a text in sender, recipients, subject or content.

        Args:
            query: The text.
            min_date: Leave out what is older than this time, `YYYY-MM-DD HH:MM:SS` UTC.
            max_date: Leave out what is newer than this time, `YYYY-MM-DD HH:MM:SS` UTC.
            limit: How many to show at most; all if null.

        Returns:
            Matching emails, newest first.
        """
        if limit is not None and limit < 0:
            raise ValueError(f"limit must not be negative, got {limit}")
        earliest = from_text(min_date) if min_date else float("-inf")
        latest = from_text(max_date) + 1 if max_date else float("inf")
        found = self.app.search_emails(query, self.folder)
        return [email for email in found if earliest <= email.timestamp < latest][:limit]

    @user_tool(READ, to=push("ComposeEmail"))
    def start_compose(self) -> str:
        """Start a new email.

        Returns:
            A note that it can be written now.
        """
        return "An empty email is open."

    @user_tool(READ, to=push("MailboxView", folder=arg("folder_name")))
    def switch_folder(self, folder_name: str) -> ReturnedEmails:
        """Open another folder.

        Args:
            folder_name: Name of the folder.

        Returns:
            Its first page of emails, newest first.
        """
        return self.app.list_emails(folder_name)


@dataclass
class EmailDetail(EmailScreen):
    """One email."""

    email_id: str
    folder_name: str = "INBOX"

    def __post_init__(self) -> None:
        self.folder_name = EmailFolderName.read(self.folder_name).value

    @user_tool(READ)
    def refresh(self) -> Email:
        """Read the email again.

        Returns:
            The email.
        """
        return self.app.get_email_by_id(self.email_id, self.folder_name)

    @user_tool(WRITE, text=("content",))
    def reply(self, content: str = "", attachment_paths: list[str] | None = None) -> str:
        """Answer the email at once.

        Args:
            content: Text of the answer.
            attachment_paths: Paths of files of the phone to attach.

        Returns:
            Id of the sent answer.
        """
        return self.app.reply_to_email(self.email_id, self.folder_name, content, attachment_paths)

    @user_tool(
        READ,
        to=push(
            "ComposeEmail",
            draft=computed(
                lambda screen, arguments, outcome: screen.app.reply_draft(screen.email_id, screen.folder_name)
            ),
        ),
    )
    def start_compose_reply(self) -> dict[str, object]:
        """Start an answer that can be changed before it is sent.

        Returns:
            The answer as it is so far.
        """
        return _shown(self.app.reply_draft(self.email_id, self.folder_name))

    @user_tool(WRITE)
    def forward(self, recipients: list[str]) -> str:
        """Pass the email on, with its attachments.

        Args:
            recipients: Addresses of who receives it.

        Returns:
            Id of the sent email.
        """
        return self.app.forward_email(self.email_id, recipients, self.folder_name)

    @user_tool(WRITE, to=pop())
    def move(self, destination_folder: str) -> str:
        """Move the email to another folder.

        Args:
            destination_folder: Name of the folder.

        Returns:
            Id of the email.
        """
        return self.app.move_email(self.email_id, self.folder_name, destination_folder)

    @user_tool(WRITE, to=pop())
    def delete(self) -> str:
        """Move the email to TRASH; from TRASH it is deleted for good.

        Returns:
            Id of the email.
        """
        return self.app.delete_email(self.email_id, self.folder_name)

    @user_tool(WRITE)
    def download_attachments(self, path_to_save: str) -> list[str]:
        """Save the attachments as files.

        Args:
            path_to_save: Path of the folder to save them in.

        Returns:
            Paths of the files.
        """
        return self.app.download_attachments(self.email_id, self.folder_name, path_to_save)


@dataclass
class ComposeEmail(EmailScreen):
    """An email being written."""

    draft: ComposeDraft | None = None

    def __post_init__(self) -> None:
        if self.draft is None:
            self.draft = ComposeDraft()

    @property
    def written(self) -> ComposeDraft:
        """The draft, which is there from the start."""
        assert self.draft is not None
        return self.draft

    @user_tool(WRITE)
    def set_recipients(self, recipients: list[str]) -> dict[str, object]:
        """Say who receives the email, instead of those named so far.

        Args:
            recipients: Their addresses.

        Returns:
            The email as it is so far.
        """
        check_addresses(recipients)
        self.written.recipients = list(recipients)
        return _shown(self.written)

    @user_tool(WRITE)
    def add_recipient(self, recipient: str) -> dict[str, object]:
        """Add somebody who receives the email.

        Args:
            recipient: The address.

        Returns:
            The email as it is so far.
        """
        check_addresses([recipient])
        if recipient not in self.written.recipients:
            self.written.recipients.append(recipient)
        return _shown(self.written)

    @user_tool(WRITE)
    def set_cc(self, cc: list[str]) -> dict[str, object]:
        """Say who receives a copy, instead of those named so far.

        Args:
            cc: Their addresses.

        Returns:
            The email as it is so far.
        """
        check_addresses(cc)
        self.written.cc = list(cc)
        return _shown(self.written)

    @user_tool(WRITE, text=("subject",))
    def set_subject(self, subject: str) -> dict[str, object]:
        """Write the subject.

        Args:
            subject: The subject.

        Returns:
            The email as it is so far.
        """
        self.written.subject = subject
        return _shown(self.written)

    @user_tool(WRITE, text=("body",))
    def set_body(self, body: str) -> dict[str, object]:
        """Write the text.

        Args:
            body: The text.

        Returns:
            The email as it is so far.
        """
        self.written.body = body
        return _shown(self.written)

    @user_tool(WRITE)
    def attach_file(self, attachment_path: str) -> dict[str, object]:
        """Attach a file of the phone.

        Args:
            attachment_path: Path of the file.

        Returns:
            The email as it is so far.
        """
        self.app.attachments_from([attachment_path])
        if attachment_path not in self.written.attachments:
            self.written.attachments.append(attachment_path)
        return _shown(self.written)

    @user_tool(WRITE, to=pop())
    def send_composed_email(self) -> str:
        """Send the email.

        Returns:
            Id of the sent email.
        """
        return self.app.send_draft(self.written)

    @user_tool(WRITE, to=pop())
    def save_draft(self) -> str:
        """Keep the email in DRAFT, with everything written so far.

        Returns:
            Id of the draft.
        """
        return self.app.save_draft(self.written)

    @user_tool(WRITE, to=pop())
    def discard_draft(self) -> str:
        """Throw the email away.

        Returns:
            A note that it is gone.
        """
        return "The email was thrown away."


def _shown(draft: ComposeDraft) -> dict[str, object]:
    """The draft without what it falls back on."""
    shown: dict[str, object] = to_json(draft)
    return {name: value for name, value in shown.items() if not name.startswith("default_")}
