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
    """The phone's owner; sections call them `me` whatever the id is."""

    user_id: str = identifier()
    name: str = "John Doe"


@dataclass(slots=True, kw_only=True)
class MessageEntry:
    """A message; it carries at most one attachment."""

    message_id: str = identifier()
    sender_id: str = aliased("from")
    timestamp: Timestamp = timestamp(alias="at")
    content: str = ""
    attachments: list[AttachmentEntry] = field(default_factory=list)

    def message(self, files: FileStore | None, owner: str = OWNER) -> Message:
        """The message, the owner by id; ValueError for an attachment that is not on the phone or not the only one."""
        if len(self.attachments) > 1:
            raise ValueError(f"a message carries one attachment, the one from {self.sender_id!r} has more")
        plain = MessageV2(
            sender_id=owner if self.sender_id == OWNER else self.sender_id,
            message_id=self.message_id,
            timestamp=self.timestamp,
            content=self.content,
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

    def conversation(self, files: FileStore | None, owner: str = OWNER) -> ConversationV2:
        """The conversation with the owner by id; whether its people exist, the app knows."""
        return ConversationV2(
            participant_ids=[owner if user_id == OWNER else user_id for user_id in self.participant_ids],
            messages=[entry.message(files, owner) for entry in self.messages],
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

    @property
    def owner(self) -> Owner:
        """The owner, with an id."""
        me = Owner(name=self.me) if isinstance(self.me, str) else self.me
        return Owner(user_id=me.user_id or OWNER, name=me.name)

    def people(self) -> dict[str, str]:
        """Id → name, the owner first; ValueError for a handle or name that stands for two people."""
        owner = self.owner
        people = {owner.user_id: owner.name}
        for handle, name in self.users.items():
            if handle in (OWNER, owner.user_id):
                raise ValueError(f"the handle {handle!r} is the owner's; name the owner in `me:`")
            if name in people.values():
                raise ValueError(f"user {handle!r}: there is already somebody called {name!r}")
            people[handle] = name
        return people
