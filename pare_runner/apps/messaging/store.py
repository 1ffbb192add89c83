"""People and conversations as the messaging app keeps them, and the ways they change."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pare_runner.apps.core.fields import UNSET_TIME
from pare_runner.apps.core.services import FileStore
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.messaging.models import ConversationV2, Message, MessageV2, MessagingAppMode, with_file
from pare_runner.apps.messaging.section import MessagingSection
from pare_runner.errors import did_you_mean, nearest

GROUP_SIZE = 3
"""Participants of the smallest group, the owner included."""

File = tuple[str, bytes]
"""Name and content."""


class ConversationStore(StatefulApp):
    """State of the messaging app; every change checks first, so that a ValueError leaves the state as it was."""

    state_fields: ClassVar[tuple[str, ...]] = (
        "conversations",
        "messages_view_limit",
        "conversation_view_limit",
        "mode",
        "name_to_id",
        "id_to_name",
        "current_user_id",
        "current_user_name",
    )

    conversations: dict[str, ConversationV2]
    messages_view_limit: int
    conversation_view_limit: int
    mode: MessagingAppMode
    name_to_id: dict[str, str]
    id_to_name: dict[str, str]
    current_user_id: str
    current_user_name: str

    def __init__(
        self,
        current_user_id: str | None = None,
        current_user_name: str | None = None,
        name: str | None = None,
        mode: MessagingAppMode = MessagingAppMode.NAME,
        id_to_name: dict[str, str] | None = None,
        name_to_id: dict[str, str] | None = None,
        conversations: dict[str, ConversationV2] | None = None,
        messages_view_limit: int = 10,
        conversation_view_limit: int = 5,
        internal_fs: FileStore | None = None,
    ) -> None:
        super().__init__(name)
        self.mode = mode
        self.messages_view_limit = messages_view_limit
        self.conversation_view_limit = conversation_view_limit
        self.conversations = dict(conversations or {})
        others = {user_id: user_name for user_name, user_id in (name_to_id or {}).items()} | (id_to_name or {})
        self.current_user_id = current_user_id or self.new_id("User", others)
        self.current_user_name = current_user_name or others.get(self.current_user_id, "John Doe")
        others.pop(self.current_user_id, None)
        self._set_people({self.current_user_id: self.current_user_name} | others)
        if internal_fs is not None:
            self.services.files = internal_fs

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; ids and times that a file does not give are filled in."""
        super().load_state(state)
        taken = self._message_ids()
        for conversation_id, conversation in self.conversations.items():
            conversation.conversation_id = conversation.conversation_id or conversation_id
            self._complete(conversation, taken)

    def populate(self, section: MessagingSection) -> None:
        """Fill the app: the people, then their conversations."""
        people = section.people()
        self.mode = section.mode
        self.messages_view_limit = section.messages_view_limit
        self.conversation_view_limit = section.conversation_view_limit
        owner = section.owner
        self.current_user_id, self.current_user_name = owner.user_id, owner.name
        self._set_people(people)
        self.conversations = {}
        for entry in section.conversations:
            self._adopt(entry.conversation(self.services.files, owner.user_id))

    def add_users(self, user_names: Sequence[str]) -> None:
        """Make people known by name; whoever is known already keeps the id."""
        for user_name in user_names:
            if user_name not in self.name_to_id:
                user_id = self.new_id("User", self.id_to_name)
                self.name_to_id[user_name], self.id_to_name[user_id] = user_id, user_name

    def introduce(self, people: Mapping[str, str], conversation: ConversationV2) -> None:
        """Make people known, id → name, and take in a conversation of theirs with the owner.

        Who is known already stays as they are. ValueError for a conversation that cannot be taken in.
        """
        for user_id, user_name in people.items():
            self.id_to_name.setdefault(user_id, user_name)
            self.name_to_id.setdefault(user_name, user_id)
        self._adopt(conversation)

    def send_into(self, conversation_id: str, content: str, attachment_path: str | None = None) -> str:
        """Send the owner's message into a conversation of any size and return its id.

        ValueError if conversation or file do not exist.
        """
        conversation, file = self._find(conversation_id), self._read_file(attachment_path)
        self._post(conversation, self.current_user_id, content, file, self.now, self.now)
        return conversation_id

    # What must hold -------------------------------------------------------------------------------------------------

    def _find(self, conversation_id: str) -> ConversationV2:
        conversation = self.conversations.get(conversation_id)
        if conversation is None:
            titles = {item.title or "": key for key, item in self.conversations.items()}
            hint = _hint(conversation_id, titles, self.conversations)
            raise ValueError(f"there is no conversation {conversation_id!r}{hint}")
        return conversation

    def _check_user(self, user_id: str, where: str = "") -> None:
        is_number = self.mode is MessagingAppMode.PHONE_NUMBER and any(map(str.isdigit, user_id))
        if user_id not in self.id_to_name and not is_number:
            hint = _hint(user_id, self.name_to_id, self.id_to_name)
            raise ValueError(f"{where}there is no user {user_id!r}{hint}")

    def _check_participant(self, user_id: str, participant_ids: Sequence[str], where: str) -> None:
        if user_id not in participant_ids:
            names = {self.id_to_name.get(participant, participant): participant for participant in participant_ids}
            raise ValueError(f"{where}: {user_id!r} does not take part{_hint(user_id, names, participant_ids)}")

    # Messages -------------------------------------------------------------------------------------------------------

    def _read_file(self, path: str | None) -> File | None:
        if not path:
            return None
        try:
            return posixpath.basename(path), self.file_store.read_bytes(path)
        except OSError:
            raise ValueError(f"there is no file {path!r}") from None

    def _post(
        self, conversation: ConversationV2, sender_id: str, content: str, file: File | None, time: float, arrival: float
    ) -> None:
        """Append a message written at `time` that came at `arrival`."""
        message_id = self.new_id("MessageV2", self._message_ids())
        message: Message = MessageV2(sender_id=sender_id, message_id=message_id, timestamp=time, content=content)
        conversation.messages.append(message if file is None else with_file(message, *file))
        conversation.last_updated = max(conversation.last_updated, arrival)

    def _receive(self, conversation_id: str, sender_id: str, content: str, time: float, arrival: float) -> None:
        """A participant writes."""
        conversation = self._find(conversation_id)
        self._check_participant(sender_id, conversation.participant_ids, f"conversation {conversation_id!r}")
        self._post(conversation, sender_id, content, None, time, arrival)

    def _message_ids(self) -> set[str]:
        return {message.message_id for item in self.conversations.values() for message in item.messages}

    # Conversations --------------------------------------------------------------------------------------------------

    def _default_title(self, participant_ids: Sequence[str]) -> str:
        others = [user_id for user_id in participant_ids if user_id != self.current_user_id]
        return ", ".join(sorted(self.id_to_name.get(user_id, user_id) for user_id in others))

    def _one_to_one(self, user_id: str) -> ConversationV2 | None:
        """The conversation with one person that has no title of its own."""
        people = {user_id, self.current_user_id}
        title = self._default_title([user_id])
        for conversation in self.conversations.values():
            if conversation.title in (None, title) and set(conversation.participant_ids) == people:
                return conversation
        return None

    def _start(self, others: Sequence[str], title: str | None = None) -> ConversationV2:
        """A new conversation of `others` and the owner."""
        conversation = ConversationV2(
            participant_ids=[*others, self.current_user_id],
            title=title or self._default_title(others),
            conversation_id=self.new_id("ConversationV2", self.conversations),
            last_updated=self.now,
        )
        self.conversations[conversation.conversation_id] = conversation
        return conversation

    def _set_participants(self, conversation: ConversationV2, participant_ids: list[str]) -> None:
        """Change who takes part; the title follows unless it was given."""
        if conversation.title == self._default_title(conversation.participant_ids):
            conversation.title = self._default_title(participant_ids)
        conversation.participant_ids = participant_ids

    def _adopt(self, conversation: ConversationV2) -> None:
        """Take in a conversation made elsewhere; the owner is a participant, the last one unless named."""
        where = f"conversation {conversation.conversation_id or conversation.title or conversation.participant_ids!r}"
        if conversation.conversation_id in self.conversations:
            raise ValueError(f"{where}: there is already one of this id")
        people = list(conversation.participant_ids)
        for user_id in people:
            self._check_user(user_id, f"{where}: ")
        if len(set(people)) < len(people):
            raise ValueError(f"{where}: a participant is named twice")
        if not set(people) - {self.current_user_id}:
            raise ValueError(f"{where}: nobody takes part but the owner of the phone")
        if self.current_user_id not in people:
            people.append(self.current_user_id)
        taken = self._message_ids()
        for message in conversation.messages:
            self._check_participant(message.sender_id, people, where)
            if message.message_id in taken:
                raise ValueError(f"{where}: there is already a message {message.message_id!r}")
            if message.message_id:
                taken.add(message.message_id)
        conversation.participant_ids = people
        conversation.title = conversation.title or self._default_title(people)
        if not conversation.conversation_id:
            conversation.conversation_id = self.new_id("ConversationV2", self.conversations)
        self._complete(conversation, taken)
        self.conversations[conversation.conversation_id] = conversation

    def _complete(self, conversation: ConversationV2, taken: set[str]) -> None:
        """Fill in the ids and times that messages and conversation lack."""
        for message in conversation.messages:
            if not message.message_id:
                message.message_id = self.new_id("MessageV2", taken)
                taken.add(message.message_id)
            if message.timestamp == UNSET_TIME:
                message.timestamp = self.now
        if conversation.last_updated == UNSET_TIME:
            times = [message.timestamp for message in conversation.messages]
            conversation.last_updated = max(times, default=self.now)

    def _set_people(self, people: Mapping[str, str]) -> None:
        """Know people by id → name; of two called the same, the name stands for the first."""
        self.id_to_name = dict(people)
        self.name_to_id = {}
        for user_id, user_name in people.items():
            self.name_to_id.setdefault(user_name, user_id)


def _hint(wrong: str, names: Mapping[str, str], ids: Iterable[str]) -> str:
    """A suggestion, in brackets, for an id that nothing has: what is called so or almost so, else the nearest id."""
    name = nearest(wrong, names)
    hint = did_you_mean(wrong, ids) if name is None else f"did you mean {names[name]!r}?"
    return f" ({hint})" if hint else ""
