"""The messaging app: the tools that send and change, notifications, screens."""

from __future__ import annotations

import dataclasses
import itertools
import posixpath
from typing import Any, ClassVar

from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.tools import WRITE, ToolSpec, agent_tool, env_tool
from pare_runner.apps.messaging.models import ConversationV2, file_of
from pare_runner.apps.messaging.reading import ConversationReader
from pare_runner.apps.messaging.screens import ConversationList, ConversationOpened
from pare_runner.apps.messaging.section import MessagingSection
from pare_runner.apps.messaging.store import GROUP_SIZE


class StatefulMessagingApp(ConversationReader):
    """Messages to one person or to a group; people have an id and a name, conversations an id and a title."""

    name_in_benchmark: ClassVar[str] = "Messages"
    section: ClassVar[type | None] = MessagingSection
    screens: ClassVar[tuple[type[Any], ...]] = (ConversationOpened, ConversationList)
    notices: ClassVar[dict[str, Notice]] = {
        "create_and_add_message": Notice(
            "new message",
            user=("sender_id", "conversation_id", "content..20"),
            agent=("sender_id", "conversation_id", "content"),
        ),
        "create_group_conversation": Notice("new group", user=("user_ids", "title?"), agent=("user_ids", "title?")),
        "add_participant_to_conversation": Notice(
            "somebody joined a conversation",
            user=("user_id", "conversation_id"),
            agent=("conversation_id", "user_id"),
        ),
        "remove_participant_from_conversation": Notice(
            "somebody left a conversation",
            user=("user_id", "conversation_id"),
            agent=("conversation_id", "user_id"),
        ),
        "change_conversation_title": Notice(
            "conversation renamed", user=("conversation_id", "title"), agent=("conversation_id", "title")
        ),
    }

    def root_screen(self) -> ConversationList:
        """The list of conversations."""
        return ConversationList(self)

    # Sending --------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, text=("content",))
    def send_message(self, user_id: str, content: str = "", attachment_path: str | None = None) -> str:
        """Send a message to one person; a conversation with that person is started if there is none.

        Args:
            user_id: Id of the person.
            content: Text of the message.
            attachment_path: Path of a file to send along.

        Returns:
            Id of the conversation.
        """
        self._check_user(user_id)
        if user_id == self.current_user_id:
            raise ValueError(f"{user_id!r} is the owner of this phone: a message needs somebody else to go to")
        file = self._read_file(attachment_path)
        conversation = self._one_to_one(user_id) or self._start([user_id])
        self._post(conversation, self.current_user_id, content, file, self.now, self.now)
        return conversation.conversation_id

    @agent_tool(WRITE, text=("content",))
    def send_message_to_group_conversation(
        self, conversation_id: str, content: str = "", attachment_path: str | None = None
    ) -> str:
        """Send a message into a conversation of three or more.

        Args:
            conversation_id: Id of the conversation.
            content: Text of the message.
            attachment_path: Path of a file to send along.

        Returns:
            Id of the conversation.
        """
        if len(self._find(conversation_id).participant_ids) < GROUP_SIZE:
            raise ValueError(f"conversation {conversation_id!r} is no group: send the message to the person")
        return self.send_into(conversation_id, content, attachment_path)

    @env_tool(WRITE, text=("content",))
    def create_and_add_message(self, conversation_id: str, sender_id: str, content: str) -> None:
        """Receive a message from a participant of a conversation.

        Args:
            conversation_id: Id of the conversation.
            sender_id: Id of the participant who writes.
            content: Text of the message.
        """
        self._receive(conversation_id, sender_id, content, float(int(self.now)), self.now)

    @env_tool(WRITE, text=("content",))
    def add_message(self, conversation_id: str, sender_id: str, content: str, timestamp: float | None = None) -> None:
        """Add a message of a participant to a conversation.

        Args:
            conversation_id: Id of the conversation.
            sender_id: Id of the participant who writes.
            content: Text of the message.
            timestamp: When it was written, in seconds since the epoch; now if not given.
        """
        time = self.now if timestamp is None else timestamp
        self._receive(conversation_id, sender_id, content, time, time)

    # Conversations --------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, env=True, text=("title",))
    def create_group_conversation(self, user_ids: list[str], title: str | None = None) -> str:
        """Start a group with two or more people.

        Args:
            user_ids: Ids of the people; the owner of the phone takes part anyway.
            title: Title; the names of the people if not given.

        Returns:
            Id of the new conversation.
        """
        for user_id in user_ids:
            self._check_user(user_id)
        people = [user_id for user_id in dict.fromkeys(user_ids) if user_id != self.current_user_id]
        if len(people) < GROUP_SIZE - 1:
            raise ValueError(f"a group needs at least {GROUP_SIZE - 1} different people besides the owner of the phone")
        return self._start(people, title).conversation_id

    @agent_tool(WRITE, env=True)
    def add_participant_to_conversation(self, conversation_id: str, user_id: str) -> str:
        """Let a person take part in a conversation.

        Args:
            conversation_id: Id of the conversation.
            user_id: Id of the person.

        Returns:
            Id of the conversation.
        """
        conversation = self._find(conversation_id)
        self._check_user(user_id)
        if user_id in conversation.participant_ids:
            raise ValueError(f"{user_id!r} takes part in conversation {conversation_id!r} already")
        self._set_participants(conversation, [*conversation.participant_ids, user_id])
        return conversation_id

    @agent_tool(WRITE, env=True)
    def remove_participant_from_conversation(self, conversation_id: str, user_id: str) -> str:
        """Let a person take part in a conversation no longer.

        Args:
            conversation_id: Id of the conversation.
            user_id: Id of the person.

        Returns:
            Id of the conversation.
        """
        conversation = self._find(conversation_id)
        self._check_participant(user_id, conversation.participant_ids, f"conversation {conversation_id!r}")
        self._set_participants(conversation, [other for other in conversation.participant_ids if other != user_id])
        return conversation_id

    @agent_tool(WRITE, env=True, text=("title",))
    def change_conversation_title(self, conversation_id: str, title: str) -> str:
        """Give a conversation another title.

        Args:
            conversation_id: Id of the conversation.
            title: The new title.

        Returns:
            Id of the conversation.
        """
        self._find(conversation_id).title = title
        return conversation_id

    @env_tool(WRITE)
    def add_conversation(self, conversation: ConversationV2) -> None:
        """Put a finished conversation among the others.

        Args:
            conversation: The conversation; ids, times and a title it lacks are filled in.
        """
        # The caller keeps its objects: an event that runs again must not bring what this run made of them.
        messages = [dataclasses.replace(message) for message in conversation.messages]
        self._adopt(dataclasses.replace(conversation, messages=messages))

    @agent_tool(WRITE)
    def download_attachment(self, conversation_id: str, message_id: str, download_path: str = "Downloads/") -> str:
        """Save the attachment of a message as a file.

        Args:
            conversation_id: Id of the conversation.
            message_id: Id of the message.
            download_path: Folder to save it in.

        Returns:
            Path of the file.
        """
        messages = {message.message_id: message for message in self._find(conversation_id).messages}
        message = messages.get(message_id)
        if message is None:
            raise ValueError(f"there is no message {message_id!r} in conversation {conversation_id!r}")
        file = file_of(message)
        if file is None:
            raise ValueError(f"message {message_id!r} has no attachment")
        file_name, content = file
        try:
            return self.file_store.write_bytes(posixpath.join(download_path, posixpath.basename(file_name)), content)
        except OSError as error:
            raise ValueError(f"cannot save {file_name!r} in {download_path!r}: {error}") from None

    def known_ids(self) -> dict[str, list[str]]:
        """Those of conversations and messages, and of the people, who are no objects."""
        return {"user_id": list(self.id_to_name), **super().known_ids()}

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """People besides the owner, and the conversations and messages the tool can be used on."""
        others = [user_id for user_id in self.id_to_name if user_id != self.current_user_id]
        if argument in ("user_id", "sender_id"):
            return others
        if argument == "user_ids":
            return [list(pair) for pair in itertools.pairwise(others)]
        if argument == "user_name":
            return list(self.name_to_id)
        conversations = list(self.conversations.values())
        if tool.name == "download_attachment" and argument in ("conversation_id", "message_id"):
            files = [(item, message) for item in conversations for message in item.messages if file_of(message)]
            if argument == "message_id":
                return [message.message_id for _, message in files]
            return list(dict.fromkeys(item.conversation_id for item, _ in files))
        if tool.name == "send_message_to_group_conversation" and argument == "conversation_id":
            return [item.conversation_id for item in conversations if len(item.participant_ids) >= GROUP_SIZE]
        return super().argument_values(tool, argument)
