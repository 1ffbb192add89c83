"""The screens of the messaging app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, push
from pare_runner.apps.messaging.models import ConversationV2

if TYPE_CHECKING:
    from pare_runner.apps.messaging.app import StatefulMessagingApp


@dataclass
class MessagingScreen(Screen):
    """A screen of the messaging app."""

    app: StatefulMessagingApp


@dataclass
class ConversationList(MessagingScreen):
    """All conversations."""

    @user_tool(READ)
    def list_recent_conversations(
        self,
        offset: int = 0,
        limit: int = 5,
        offset_recent_messages_per_conversation: int = 0,
        limit_recent_messages_per_conversation: int = 10,
    ) -> list[ConversationV2]:
        """List the conversations, the one with the newest message first.

        Args:
            offset: How many conversations to skip.
            limit: How many conversations to show at most.
            offset_recent_messages_per_conversation: How many messages to skip in each.
            limit_recent_messages_per_conversation: How many messages of each to show at most.

        Returns:
            Conversations, each with its newest messages, newest first.
        """
        return self.app.list_recent_conversations(
            offset, limit, offset_recent_messages_per_conversation, limit_recent_messages_per_conversation
        )

    @user_tool(READ)
    def search_conversations(
        self, query: str, min_date: str | None = None, max_date: str | None = None, limit: int = 10
    ) -> list[str]:
        """Find conversations by a text in a participant's id, the title or a message, in any case.

        Args:
            query: The text.
            min_date: Only messages from this time on, `YYYY-MM-DD HH:MM:SS` UTC.
            max_date: Only messages up to this time, `YYYY-MM-DD HH:MM:SS` UTC.
            limit: How many conversations to show at most.

        Returns:
            Ids of the conversations.
        """
        if limit < 0:
            raise ValueError(f"limit must not be negative, got {limit}")
        return self.app.search(query, min_date, max_date)[:limit]

    @user_tool(READ, to=push("ConversationOpened", conversation_id=arg("conversation_id")))
    def open_conversation(self, conversation_id: str, offset: int = 0, limit: int = 20) -> dict[str, Any]:
        """Open a conversation.

        Args:
            conversation_id: Id of the conversation.
            offset: How many messages to skip.
            limit: How many messages to show at most.

        Returns:
            messages, newest first, and as metadata message_range, conversation_length, conversation_id and
            conversation_title.
        """
        return self.app.read_conversation(conversation_id, offset, limit)


@dataclass
class ConversationOpened(MessagingScreen):
    """One conversation."""

    conversation_id: str

    @user_tool(WRITE, text=("content",))
    def send_message(self, content: str, attachment_path: str | None = None) -> str:
        """Send a message into this conversation.

        Args:
            content: Text of the message.
            attachment_path: Path of a file to send along.

        Returns:
            Id of the conversation.
        """
        return self.app.send_into(self.conversation_id, content, attachment_path)

    @user_tool(READ)
    def read_messages(
        self, offset: int = 0, limit: int = 10, min_date: str | None = None, max_date: str | None = None
    ) -> dict[str, Any]:
        """Read the messages of this conversation, newest first.

        Args:
            offset: How many messages to skip.
            limit: How many messages to show at most.
            min_date: Only messages from this time on, `YYYY-MM-DD HH:MM:SS` UTC.
            max_date: Only messages up to this time, `YYYY-MM-DD HH:MM:SS` UTC.

        Returns:
            messages, and as metadata message_range [first, last) of the conversation_length messages of these dates,
            conversation_id and conversation_title.
        """
        return self.app.read_conversation(self.conversation_id, offset, limit, min_date, max_date)
