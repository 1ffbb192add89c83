"""The body of a request, put together from texts that messages and tool lists keep ready."""

from __future__ import annotations

from typing import Any

from pare_runner.llm.config import LLMEngineConfig
from pare_runner.policy.hashing import json_text
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Request

REASONING = "reasoning_content"
"""Where `Message.value` keeps reasoning."""


class BodyWriter:
    """Writes the requests of one configuration as JSON text.

    Members that depend on the configuration alone are written once. `quirks.omit` leaves members out; members of
    `extra_body` replace ours of the same name, whole.
    """

    def __init__(self, config: LLMEngineConfig) -> None:
        self._config = config
        self._quirks = config.quirks
        self._taken = {*config.quirks.omit, *config.extra_body}
        self._heads: dict[tuple[tuple[str, ...], bool], bytes] = {}

    def body(self, request: Request) -> bytes:
        """The request as JSON text. With the protocol `react` the tools stand in the messages and are not sent."""
        tools = request.tools if request.protocol == "native" and len(request.tools) else None
        head = self._heads.get((request.stop, tools is not None))
        if head is None:
            head = self._heads[request.stop, tools is not None] = self._head(request.stop, tools is not None)
        parts = [head]
        if "messages" not in self._taken:
            messages = [
                message.json if message.reasoning is None and message.role != "system" else self._departing(message)
                for message in request.messages
            ]
            parts += (b'"messages":[', b",".join(messages), b"],")
        if tools is not None and "tools" not in self._taken:
            parts += (b'"tools":', tools.json, b",")
        parts[-1] = parts[-1].removesuffix(b",")
        return b"".join((*parts, b"}"))

    def _head(self, stop: tuple[str, ...], tools: bool) -> bytes:
        """The open object with all members but messages and tools, ending in a comma unless it has none."""
        config, quirks = self._config, self._quirks
        members: dict[str, Any] = {
            "model": config.model_name,
            "temperature": config.temperature,
            "top_p": config.top_p,
            quirks.max_tokens_key: config.max_tokens,
            "seed": config.seed,
            "stop": list(dict.fromkeys((*config.stop, *stop))) or None,
            "reasoning_effort": config.reasoning_effort,
        }
        if tools:
            members |= {"tool_choice": quirks.tool_choice, "parallel_tool_calls": config.parallel_tool_calls}
        kept = {name: value for name, value in members.items() if value is not None and name not in quirks.omit}
        text = json_text(kept | config.extra_body)
        return text[:-1] if text == b"{}" else text[:-1] + b","

    def _departing(self, message: Message) -> bytes:
        """The text of a message that the quirks may change: a system prompt, or a reply with reasoning."""
        quirks = self._quirks
        role = quirks.system_role if message.role == "system" else message.role
        as_is = message.reasoning is None or (quirks.send_reasoning and quirks.reasoning_key == REASONING)
        if as_is and role == message.role:
            return message.json
        value = message.value | {"role": role}
        reasoning = value.pop(REASONING, None)
        if reasoning is not None and quirks.send_reasoning:
            value[quirks.reasoning_key] = reasoning
        return json_text(value)
