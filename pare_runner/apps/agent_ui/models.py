"""Data models of the agent interface."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pare_runner.apps.core.fields import Timestamp, identifier, timestamp


class Sender(enum.Enum):
    """Who wrote a message."""

    USER = "User"
    AGENT = "Agent"


@dataclass(slots=True, kw_only=True)
class AUIMessage:
    """A message between user and assistant; `time_read` is None until the other side has read it."""

    sender: Sender
    content: str
    attachments: list[str] = field(default_factory=list)
    timestamp: Timestamp = timestamp(alias="at")
    time_read: Timestamp | None = None
    id: str = identifier()

    @property
    def already_read(self) -> bool:
        """Whether the message has been read."""
        return self.time_read is not None


@dataclass(slots=True, kw_only=True)
class AgentInterfaceSection:
    """The YAML section: messages exchanged before the scenario starts."""

    messages: list[AUIMessage] = field(default_factory=list)
