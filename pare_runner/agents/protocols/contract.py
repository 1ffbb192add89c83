"""What a message protocol does, and the reading of arguments that all of them share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from pare_runner.agents.replies import Call, Problem, Reply, Result
from pare_runner.errors import bracketed_hint
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Protocol as ProtocolName
from pare_runner.policy.request import Response
from pare_runner.policy.tools import ToolList

MAX_DEPTH = 50
"""Deepest nesting of a call's arguments."""


class MessageProtocol(Protocol):
    """Writes and reads the part of a conversation that is about calls."""

    @property
    def name(self) -> ProtocolName:
        """How configurations call it."""

    @property
    def stop(self) -> tuple[str, ...]:
        """Sequences that end a reply."""

    def offered(self, tools: ToolList) -> ToolList:
        """The tools a request carries beside its messages."""

    def read(self, response: Response, tools: ToolList, *, may_end: bool) -> Reply:
        """Read a reply; never raises. `may_end`: a text without a call is well-formed and ends the phase."""

    def results(self, reply: Reply, results: Sequence[Result]) -> list[Message]:
        """The messages that answer the calls of `reply`, one result each."""

    def correction(self, reply: Reply, text: str) -> list[Message]:
        """The messages that tell a model that `reply` could not be used."""


def checked_call(name: str, args: Any, tools: ToolList, call_id: str = "") -> Call | Problem:
    """The call of tool `name` with `args`, or what is wrong with it."""
    tool = tools.get(name)
    if tool is None:
        return Problem("unknown_tool", f"there is no tool {name[:80]!r} here{bracketed_hint(name[:80], tools.by_name)}")
    if not isinstance(args, dict):
        return Problem("bad_arguments", f"the arguments of {name} must be an object, not {type(args).__name__}")
    if _too_deep(args):
        return Problem("bad_arguments", f"the arguments of {name} are nested more than {MAX_DEPTH} levels deep")
    try:
        tool.spec.bind(args, tool.called)
    except TypeError as error:
        return Problem("bad_arguments", str(error))
    return Call(tool, args, call_id)


def _too_deep(args: dict[str, Any]) -> bool:
    # Level by level: what is to be refused here would exceed Python's own limit of recursion.
    level: list[Any] = [args]
    for _ in range(MAX_DEPTH):
        inner = (child for item in level for child in (item.values() if isinstance(item, dict) else item))
        level = [child for child in inner if isinstance(child, dict | list)]
        if not level:
            return False
    return True
