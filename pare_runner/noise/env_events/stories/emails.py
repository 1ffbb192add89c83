"""Mails: each is one event."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.apps.core.app import App
from pare_runner.apps.email.app import StatefulEmailApp
from pare_runner.apps.email.mailbox import check_addresses
from pare_runner.apps.email.models import Email, EmailFolderName
from pare_runner.noise.env_events.stories.story import Call, Results, folded


@dataclass(frozen=True, slots=True)
class MailStory:
    """A mail that arrives in the inbox; whoever owns the phone receives it."""

    email: Email
    owner: str
    key: str
    steps: int = 1

    @property
    def names(self) -> frozenset[str]:
        """The sender's address."""
        return folded(self.email.sender)

    def call(self, app: App, step: int, results: Results) -> Call | None:
        """See `Story`."""
        if not isinstance(app, StatefulEmailApp):
            return None
        others = [address for address in self.email.recipients if address.casefold() != self.owner.casefold()]
        return "create_and_add_email", {
            "sender": self.email.sender,
            "recipients": [app.user_email, *(address for address in others if address != app.user_email)],
            "subject": self.email.subject,
            "content": self.email.content,
            "folder_name": EmailFolderName.INBOX.value,
        }


def mail_stories(source: StatefulEmailApp) -> list[MailStory]:
    """The mails of the inbox, in its order; ValueError for an address that is none."""
    mails = source.folders[EmailFolderName.INBOX].emails
    for mail in mails:
        check_addresses([mail.sender, *mail.recipients])
    return [MailStory(mail, source.user_email, f"{number}:{mail.email_id}") for number, mail in enumerate(mails)]
