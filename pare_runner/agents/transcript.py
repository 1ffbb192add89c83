"""The conversation of one agent with its model."""

from __future__ import annotations

from collections.abc import Iterable

from pare_runner.policy.messages import Message


class Transcript:
    """Messages, oldest first. Two messages of the user in a row become one: many chat templates know no others."""

    def __init__(self, system: str) -> None:
        self.messages: list[Message] = [Message("system", system, kind="system_prompt")]

    def add(self, *messages: Message) -> None:
        """Append messages."""
        for message in messages:
            self.messages.append(merged(self.messages.pop(), message) if self._joins(message) else message)

    def with_last(self, message: Message) -> tuple[Message, ...]:
        """The conversation with `message` at its end, which it does not keep."""
        kept: Iterable[Message] = self.messages
        if self._joins(message):
            *kept, last = self.messages
            message = merged(last, message)
        return (*kept, message)

    def _joins(self, message: Message) -> bool:
        return message.role == "user" and self.messages[-1].role == "user"


def merged(first: Message, second: Message) -> Message:
    """Two messages of one role as one, of the second's kind."""
    part = second.content if second.part is None else second.part
    return Message(first.role, f"{first.content}\n\n{second.content}", kind=second.kind, part=part)
