"""One model call: what is asked, what comes back, and what can go wrong on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pare_runner.policy.hashing import joint_hash
from pare_runner.policy.lazy import lazy
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.tools import NO_TOOLS, ToolList

Role = Literal["user", "observe", "execute", "judge"]
ROLES: tuple[Role, ...] = ("user", "observe", "execute", "judge")
Protocol = Literal["native", "react"]

ErrorKind = Literal[
    "context_overflow",
    "content_filter",
    "reply_too_large",
    "unreachable",
    "timeout",
    "rate_limited",
    "server_error",
    "bad_reply",
    "unauthorized",
    "not_found",
    "rejected",
]
"""What a model call can end in. The first three are the model's doing, the others the infrastructure's."""

MODEL_ERRORS: tuple[ErrorKind, ...] = ("context_overflow", "content_filter", "reply_too_large")


@dataclass(frozen=True)
class Request:
    """One request of `role`, the `index`-th of that role in its unit, counted from 0.

    `tools` are what may be called; with the protocol `react` they are described in the messages and `stop` ends the
    reply. `choices` are what a policy of ours may call whatever the protocol. `turn` counts from 0; `time` is virtual
    seconds since the epoch.
    """

    role: Role
    index: int
    messages: tuple[Message, ...]
    tools: ToolList = NO_TOOLS
    protocol: Protocol = "native"
    stop: tuple[str, ...] = ()
    turn: int = 0
    time: float = 0.0
    choices: ToolList = field(default=NO_TOOLS, compare=False)

    @lazy
    def hash(self) -> str:
        """Hash of what a model sees: messages, tools, stop sequences."""
        return joint_hash([*[message.hash for message in self.messages], self.tools.hash, *self.stop])


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the provider counted them; 0 where it does not say.

    `cached_tokens` are part of `prompt_tokens`, `reasoning_tokens` part of `completion_tokens`.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Response:
    """A reply. `latency` is the wall clock of the attempt that succeeded, retries and queueing excluded; 0.0 offline.

    `retries` counts the attempts before it. `served_model` is the model's name as the provider gives it.
    """

    content: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    reasoning: str | None = None
    finish_reason: str = "stop"
    usage: Usage = Usage()
    latency: float = 0.0
    served_model: str | None = None
    retries: int = 0


class ModelError(Exception):
    """A model call that came to nothing after all retries. The message never holds a key."""

    def __init__(self, kind: ErrorKind, message: str, *, retries: int = 0) -> None:
        self.kind: ErrorKind = kind
        self.message = message
        self.retries = retries
        super().__init__(f"{kind}: {message}")

    @property
    def by_model(self) -> bool:
        """Whether the model brought it about: the run has failed. Else the run is an exception."""
        return self.kind in MODEL_ERRORS
