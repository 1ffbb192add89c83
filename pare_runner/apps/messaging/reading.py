"""The tools of the messaging app that read: people, lists of conversations, their messages, search."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from pare_runner.apps.core.paging import page
from pare_runner.apps.core.tools import READ, agent_tool
from pare_runner.apps.messaging.models import ConversationV2, MessagingAppMode
from pare_runner.apps.messaging.search import Dates, containing, found_in, matching, similar_names
from pare_runner.apps.messaging.store import ConversationStore


class ConversationReader(ConversationStore):
    """What can be asked about people and conversations; nothing here changes the state."""

    # People ---------------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def get_user_id(self, user_name: str) -> str | None:
        """Look up the user id of a person, which is what the other tools want.

        Args:
            user_name: The person's exact name.

        Returns:
            The user id, or nothing if nobody is called so.
        """
        return self.name_to_id.get(user_name)

    @agent_tool(READ)
    def get_user_name_from_id(self, user_id: str) -> str | None:
        """Look up the name of a person.

        Args:
            user_id: Id of the person.

        Returns:
            The name, or nothing if nobody has this id.
        """
        return self.id_to_name.get(user_id)

    @agent_tool(READ)
    def lookup_user_id(self, user_name: str) -> dict[str, str]:
        """Find people whose name is, or else resembles, a given one.

        Args:
            user_name: The name, or something like it.

        Returns:
            User ids by name, most similar name first; empty if there is none.
        """
        return similar_names(user_name, self.name_to_id)

    # Conversations --------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def get_existing_conversation_ids(self, user_ids: list[str]) -> list[str]:
        """Find the conversations between the owner of the phone and exactly these people.

        Args:
            user_ids: Ids of the people.

        Returns:
            Ids of the conversations.
        """
        wanted = {*user_ids, self.current_user_id}
        return [key for key, item in self.conversations.items() if set(item.participant_ids) == wanted]

    @agent_tool(READ)
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
            limit: How many conversations to return at most.
            offset_recent_messages_per_conversation: How many messages to skip in each.
            limit_recent_messages_per_conversation: How many messages of each to return at most.

        Returns:
            Conversations, each with its newest messages, newest first.
        """
        recent = sorted(self.conversations.values(), key=lambda item: item.last_updated, reverse=True)
        messages = (offset_recent_messages_per_conversation, limit_recent_messages_per_conversation)
        return self._shortened(recent, offset, limit, *messages)

    @agent_tool(READ)
    def list_conversations_by_participant(
        self,
        user_id: str,
        offset: int = 0,
        limit: int = 5,
        offset_recent_messages_per_conversation: int = 0,
        limit_recent_messages_per_conversation: int = 5,
    ) -> list[ConversationV2]:
        """List the conversations a person takes part in.

        Args:
            user_id: Id of the person, or where people have phone numbers a part of the number.
            offset: How many conversations to skip.
            limit: How many conversations to return at most.
            offset_recent_messages_per_conversation: How many messages to skip in each.
            limit_recent_messages_per_conversation: How many messages of each to return at most.

        Returns:
            Conversations, first started first, each with its newest messages, newest first.
        """
        by_part = self.mode is MessagingAppMode.PHONE_NUMBER
        shared = [
            item
            for item in self.conversations.values()
            if user_id in item.participant_ids
            or (by_part and any(user_id in number for number in item.participant_ids))
        ]
        messages = (offset_recent_messages_per_conversation, limit_recent_messages_per_conversation)
        return self._shortened(shared, offset, limit, *messages)

    @agent_tool(READ)
    def read_conversation(
        self,
        conversation_id: str,
        offset: int = 0,
        limit: int = 10,
        min_date: str | None = None,
        max_date: str | None = None,
    ) -> dict[Any, Any]:
        """Read the messages of a conversation, newest first.

        Args:
            conversation_id: Id of the conversation.
            offset: How many messages to skip.
            limit: How many messages to return at most.
            min_date: Only messages from this time on, `YYYY-MM-DD HH:MM:SS` UTC.
            max_date: Only messages up to this time, `YYYY-MM-DD HH:MM:SS` UTC.

        Returns:
            messages, and as metadata message_range [first, last) of the conversation_length messages of these dates,
            conversation_id and conversation_title.
        """
        conversation = self._find(conversation_id)
        dates = Dates.read(min_date, max_date)
        messages = [message for message in conversation.newest_first() if dates.hold(message)]
        shown, span = page(messages, offset, limit)
        metadata = {
            "message_range": span,
            "conversation_length": len(messages),
            "conversation_id": conversation_id,
            "conversation_title": conversation.title,
        }
        return {"messages": shown, "metadata": metadata}

    @agent_tool(READ)
    def search(self, query: str, min_date: str | None = None, max_date: str | None = None) -> list[str]:
        """Find conversations by a text in a participant's id, the title or a message, in any case.

        Args:
            query: The text.
            min_date: Only messages from this time on, `YYYY-MM-DD HH:MM:SS` UTC.
            max_date: Only messages up to this time, `YYYY-MM-DD HH:MM:SS` UTC.

        Returns:
            Ids of the conversations.
        """
        return self._conversations_with(containing(query), Dates.read(min_date, max_date))

    @agent_tool(READ)
    def regex_search(self, query: str, min_date: str | None = None, max_date: str | None = None) -> list[str]:
        """Find conversations by a regular expression on participants' ids, the title and the messages, in any case.

        Args:
            query: The regular expression.
            min_date: Only messages from this time on, `YYYY-MM-DD HH:MM:SS` UTC.
            max_date: Only messages up to this time, `YYYY-MM-DD HH:MM:SS` UTC.

        Returns:
            Ids of the conversations.
        """
        return self._conversations_with(matching(query), Dates.read(min_date, max_date))

    def _conversations_with(self, fits: Callable[[str], bool], dates: Dates) -> list[str]:
        return [key for key, item in self.conversations.items() if found_in(item, fits, dates)]

    def _shortened(
        self, conversations: Sequence[ConversationV2], offset: int, limit: int, skipped: int, shown: int
    ) -> list[ConversationV2]:
        """A page of copies with `shown` messages each, newest first, after `skipped` ones."""
        if limit > self.conversation_view_limit:
            raise ValueError(f"limit must be at most {self.conversation_view_limit} conversations, got {limit}")
        if skipped < 0:
            raise ValueError(f"the offset of messages must not be negative, got {skipped}")
        if not 0 <= shown <= self.messages_view_limit:
            raise ValueError(f"the limit of messages must be between 0 and {self.messages_view_limit}, got {shown}")
        return [
            dataclasses.replace(item, messages=item.newest_first()[skipped : skipped + shown])
            for item in page(conversations, offset, limit)[0]
        ]
