"""The YAML section of the messaging app: people by their handle, conversations, messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.core.attachments import AttachmentEntry, read_attachments
from pare_runner.apps.core.fields import Timestamp, aliased, identifier, timestamp
from pare_runner.apps.core.services import FileStore
from pare_runner.apps.messaging.models import ConversationV2, Message, MessageV2, MessagingAppMode, with_file

OWNER = "me"
"""Handle of the phone's owner."""


@dataclass(slots=True, kw_only=True)
class Owner:
    """The phone's owner."""

    name: str = "John Doe"


@dataclass(slots=True, kw_only=True)
class MessageEntry:
    """A message; it carries at most one attachment."""

    message_id: str = identifier()
    sender_id: str = aliased("from")
    timestamp: Timestamp = timestamp(alias="at")
    content: str = ""
    attachments: list[AttachmentEntry] = field(default_factory=list)

    def message(self, files: FileStore | None) -> Message:
        """The message; ValueError for an attachment that is not on the phone or not the only one."""
        if len(self.attachments) > 1:
            raise ValueError(f"a message carries one attachment, the one from {self.sender_id!r} has more")
        plain = MessageV2(
            sender_id=self.sender_id, message_id=self.message_id, timestamp=self.timestamp, content=self.content
        )
        for name, content in read_attachments(self.attachments, files).items():
            return with_file(plain, name, content)
        return plain


@dataclass(slots=True, kw_only=True)
class ConversationEntry:
    """A conversation of the owner with the participants named."""

    conversation_id: str = identifier()
    title: str | None = None
    participant_ids: list[str] = aliased("participants")
    messages: list[MessageEntry] = field(default_factory=list)

    def conversation(self, files: FileStore | None) -> ConversationV2:
        """The conversation as written; whether its people exist, the app knows."""
        return ConversationV2(
            participant_ids=self.participant_ids,
            messages=[entry.message(files) for entry in self.messages],
            title=self.title,
            conversation_id=self.conversation_id,
        )


@dataclass(slots=True, kw_only=True)
class MessagingSection:
    """The YAML section: `users` gives a handle to each person, which is the user id; `me` is the owner's."""

    users: dict[str, str] = field(default_factory=dict)
    me: Owner | str = field(default_factory=Owner)
    conversations: list[ConversationEntry] = field(default_factory=list)
    mode: MessagingAppMode = MessagingAppMode.NAME
    messages_view_limit: int = 10
    conversation_view_limit: int = 5

    def people(self) -> dict[str, str]:
        """Handle → name, the owner first; ValueError for a handle or name that stands for two people."""
        people = {OWNER: self.me if isinstance(self.me, str) else self.me.name}
        for handle, name in self.users.items():
            if handle == OWNER:
                raise ValueError(f"the handle {OWNER!r} is the owner's; name the owner in `me:`")
            if name in people.values():
                raise ValueError(f"user {handle!r}: there is already somebody called {name!r}")
            people[handle] = name
        return people
