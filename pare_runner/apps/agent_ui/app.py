"""The agent interface: proposals, answers, messages."""

from __future__ import annotations

from typing import Any, ClassVar

from pare_runner.apps.agent_ui.models import AgentInterfaceSection, AUIMessage, Sender
from pare_runner.apps.core.app import App
from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.core.tools import READ, WRITE, agent_tool, user_tool


class PAREAgentUserInterface(App):
    """Where the assistant proposes and the user answers."""

    name_in_benchmark: ClassVar[str] = "PAREAgentUserInterface"
    state_fields: ClassVar[tuple[str, ...]] = ("messages",)
    section: ClassVar[type | None] = AgentInterfaceSection

    messages: list[AUIMessage]

    def __init__(self, user_proxy: object = None) -> None:
        super().__init__()
        self.messages = []

    def populate(self, section: AgentInterfaceSection) -> None:
        """Put the section's messages into the conversation, oldest first."""
        for message in section.messages:
            if message.id and any(message.id == other.id for other in self.messages):
                raise ValueError(f"there are two messages {message.id!r}")
            message.id = message.id or self._message_id()
            if message.timestamp == UNSET_TIME:
                message.timestamp = self.now
            self.messages.append(message)
        self.messages.sort(key=lambda message: message.timestamp)

    @agent_tool(READ, user=True)
    def wait(self) -> str:
        """Do nothing now.

        Returns:
            A note that nothing was done.
        """
        return "Nothing done."

    @agent_tool(WRITE, data=True, text=("content",))
    def send_message_to_user(self, content: str = "") -> str | None:
        """Write to the user; while observing, this proposes something.

        Args:
            content: The message.
        """
        self._append(Sender.AGENT, content, time_read=self.now)
        return None

    @agent_tool(READ, data=True)
    def get_last_message_from_user(self) -> AUIMessage | None:
        """Read the newest message of the user.

        Returns:
            The message, or nothing if the user has not written.
        """
        return self._last(Sender.USER)

    @agent_tool(READ, data=True)
    def get_last_unread_messages(self) -> list[AUIMessage]:
        """Read the messages of the user that were not read before.

        Returns:
            The messages, oldest first.
        """
        return [message for message in self.messages if message.sender is Sender.USER and not message.already_read]

    @agent_tool(READ, data=True)
    def get_last_message_from_agent(self) -> AUIMessage | None:
        """Read the newest message of the assistant.

        Returns:
            The message, or nothing if the assistant has not written.
        """
        return self._last(Sender.AGENT)

    @agent_tool(READ, data=True)
    def get_all_messages(self) -> list[AUIMessage]:
        """Read the whole conversation.

        Returns:
            All messages, newest first.
        """
        return sorted(self.messages, key=lambda message: message.timestamp)[::-1]

    @user_tool(WRITE, text=("content",))
    def accept_proposal(self, content: str = "") -> str:
        """Agree to what the assistant proposed.

        Args:
            content: Anything to add.

        Returns:
            Id of the answer.
        """
        return self._append(Sender.USER, content)

    @user_tool(WRITE, text=("content",))
    def reject_proposal(self, content: str = "") -> str:
        """Decline what the assistant proposed.

        Args:
            content: Anything to add.

        Returns:
            Id of the answer.
        """
        return self._append(Sender.USER, content)

    @user_tool(WRITE, text=("content",))
    def send_message_to_agent(
        self,
        content: str = "",
        attachments: list[str] | None = None,
        base64_utf8_encoded_attachment_contents: list[dict[str, Any]] | None = None,
    ) -> str:
        """Write to the assistant.

        Args:
            content: The message.
            attachments: Names of attached files.
            base64_utf8_encoded_attachment_contents: Name and base64 content of attached files.

        Returns:
            Id of the message.
        """
        encoded = [str(item.get("name", "")) for item in base64_utf8_encoded_attachment_contents or []]
        return self._append(Sender.USER, content, attachments=[*(attachments or []), *encoded])

    def _append(
        self, sender: Sender, content: str, *, attachments: list[str] | None = None, time_read: float | None = None
    ) -> str:
        message = AUIMessage(
            sender=sender,
            content=content,
            attachments=attachments or [],
            timestamp=self.now,
            time_read=time_read,
            id=self._message_id(),
        )
        self.messages.append(message)
        return message.id

    def _message_id(self) -> str:
        digits = self.new_id("AUIMessage", {message.id.replace("-", "") for message in self.messages})
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def _last(self, sender: Sender) -> AUIMessage | None:
        return next((message for message in reversed(self.messages) if message.sender is sender), None)
