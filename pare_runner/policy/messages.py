"""Messages of a conversation with a model, as values that know their own hash and their own JSON text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from pare_runner.policy.hashing import content_hash, json_text
from pare_runner.policy.lazy import lazy

ChatRole = Literal["system", "user", "assistant", "tool"]


@dataclass(frozen=True)
class ToolCall:
    """A tool call as a model wrote it; `arguments` is its JSON text, sound or not.

    `extra` is JSON text that its provider wants back as it was (`extra_content`: the thought signatures of Gemini).
    """

    call_id: str
    name: str
    arguments: str
    extra: str | None = None

    @property
    def value(self) -> dict[str, Any]:
        """The call as JSON values, in the layout of OpenAI's chat completions."""
        function = {"name": self.name, "arguments": self.arguments}
        value: dict[str, Any] = {"id": self.call_id, "type": "function", "function": function}
        return value if self.extra is None else {**value, "extra_content": orjson.loads(self.extra)}


@dataclass(frozen=True)
class Message:
    """One message; conversations share message objects, so text, hash and JSON are made once.

    `kind` says what the message is for (`system_prompt`, `task`, `environment_notifications`, `current_app_state`,
    `llm_output`, `observation`, `error`); it is no part of what a model sees, nor of the hash. Where several messages
    became one, `part` is the text that the kind speaks of; None is all of it.
    """

    role: ChatRole
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    reasoning: str | None = None
    kind: str = field(default="", compare=False)
    part: str | None = field(default=None, compare=False)

    @lazy
    def value(self) -> dict[str, Any]:
        """The message as JSON values, in the layout of OpenAI's chat completions; reasoning under its own key."""
        value: dict[str, Any] = {"role": self.role, "content": self.content}
        if self.tool_calls:
            value["tool_calls"] = [call.value for call in self.tool_calls]
        if self.tool_call_id is not None:
            value["tool_call_id"] = self.tool_call_id
        if self.reasoning is not None:
            value["reasoning_content"] = self.reasoning
        return value

    @lazy
    def json(self) -> bytes:
        """`value` as JSON text."""
        return json_text(self.value)

    @lazy
    def hash(self) -> str:
        """Hash of `json`."""
        return content_hash(self.json)
