"""Conversations: each message of the others is an event; people and conversation are there before the first."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.apps.core.app import App
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.messaging.models import ConversationV2
from pare_runner.noise.env_events.stories.story import Call, Results, folded


@dataclass(frozen=True, slots=True)
class ConversationStory:
    """Messages (name of the sender, text) of people the phone does not know yet; `title` None: named after them."""

    key: str
    title: str | None
    people: tuple[str, ...]
    messages: tuple[tuple[str, str], ...]

    @property
    def names(self) -> frozenset[str]:
        """The people and the title."""
        return folded(self.title, *self.people)

    @property
    def steps(self) -> int:
        """How many messages."""
        return len(self.messages)

    def call(self, app: App, step: int, results: Results) -> Call | None:
        """See `Story`. A person and a conversation have the same id whichever message brings them."""
        if not isinstance(app, StatefulMessagingApp):
            return None
        app.services.begin("env_expansion", "conversation", self.key)
        conversation_id = app.new_id("ConversationV2")
        if conversation_id not in app.conversations:
            people = {self._user_id(app, name): name for name in self.people}
            app.introduce(
                people,
                ConversationV2(conversation_id=conversation_id, title=self.title, participant_ids=list(people)),
            )
        sender, content = self.messages[step]
        sender_id = self._user_id(app, sender)
        if sender_id not in app.conversations[conversation_id].participant_ids:
            return None  # somebody has taken this person out of the conversation
        return "create_and_add_message", {
            "conversation_id": conversation_id,
            "sender_id": sender_id,
            "content": content,
        }

    @staticmethod
    def _user_id(app: StatefulMessagingApp, name: str) -> str:
        known = app.name_to_id.get(name)
        if known is not None:
            return known
        app.services.begin("env_expansion", "user", name)
        return app.new_id("User", app.id_to_name)


def conversation_stories(source: StatefulMessagingApp, most: int) -> list[ConversationStory]:
    """The conversations in the order of the data, with the first `most` messages that others wrote."""
    found: list[ConversationStory] = []
    owner, names = source.current_user_id, source.id_to_name
    for key, conversation in source.conversations.items():
        people = {user_id: names.get(user_id, user_id) for user_id in conversation.participant_ids if user_id != owner}
        written = [(people[m.sender_id], m.content) for m in conversation.messages if m.sender_id in people]
        alone = len(people) == 1  # a conversation of two is named after the other, on this phone as on any
        title = None if alone else conversation.title
        found.append(
            ConversationStory(f"{source.name}:{key}", title, tuple(people.values()), tuple(written[: max(most, 0)]))
        )
    return found
