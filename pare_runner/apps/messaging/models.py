"""Data models of the messaging app."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pare_runner.apps.core.fields import Timestamp, aliased, identifier, timestamp


class MessagingAppMode(enum.Enum):
    """What identifies a person: an id that belongs to a name, or a phone number."""

    NAME = "NAME"
    PHONE_NUMBER = "PHONE_NUMBER"


@dataclass(slots=True, kw_only=True)
class MessageV2:
    """A message."""

    sender_id: str = aliased("from")
    message_id: str = identifier()
    timestamp: Timestamp = timestamp(alias="at")
    content: str = ""


@dataclass(slots=True, kw_only=True)
class FileMessageV2(MessageV2):
    """A message with a file; in JSON it is the key `attachment` that tells it from a plain one."""

    attachment: bytes | None
    attachment_name: str | None = None


Message = FileMessageV2 | MessageV2
"""In this order: data with an attachment fits both."""


@dataclass(slots=True, kw_only=True)
class ConversationV2:
    """A conversation; `messages` in the order they came, `last_updated` the virtual time of the newest."""

    participant_ids: list[str] = aliased("participants")
    messages: list[Message] = field(default_factory=list)
    title: str | None = None
    conversation_id: str = identifier()
    last_updated: Timestamp = timestamp()

    def newest_first(self) -> list[Message]:
        """The messages, newest first; of the same second, the one that came last."""
        # Messages of the environment have whole seconds, others do not: a finer order could put an answer first.
        return sorted(self.messages, key=lambda message: int(message.timestamp))[::-1]


def with_file(message: MessageV2, name: str, content: bytes) -> FileMessageV2:
    """`message` with a file."""
    return FileMessageV2(
        sender_id=message.sender_id,
        message_id=message.message_id,
        timestamp=message.timestamp,
        content=message.content,
        attachment=content,
        attachment_name=name,
    )


def file_of(message: Message) -> tuple[str, bytes] | None:
    """Name and content of the file a message carries; None if it carries none."""
    if not isinstance(message, FileMessageV2) or message.attachment is None:
        return None
    return message.attachment_name or message.message_id, message.attachment
