"""A model's reply, read: calls that can be made, or what was wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pare_runner.policy.messages import Message
from pare_runner.policy.request import Response
from pare_runner.policy.tools import Tool

ProblemKind = Literal[
    "empty",
    "no_action",
    "several_actions",
    "unknown_tool",
    "bad_json",
    "bad_arguments",
    "too_long",
    "content_filter",
]

MAX_ARGUMENTS = 100_000
"""Longest JSON text of a call's arguments, in characters."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that can be made: its arguments fit the tool."""

    tool: Tool
    args: Mapping[str, Any]
    call_id: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a reply could not be used; `message` is written for the model."""

    kind: ProblemKind
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as the message protocol reads it.

    `message` is what stands in the conversation for it; None if it was empty. Either `problem` is set, or the reply is
    well-formed: `calls` in order, none where a final text is allowed.
    """

    response: Response
    message: Message | None
    calls: tuple[Call, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a call: the text a model gets to see."""

    text: str
    failed: bool = False
