"""ReAct as text: a thought, then one action as a JSON object, then `<end_action>`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, Literal

from pare_runner.agents.protocols.contract import checked_call
from pare_runner.agents.replies import MAX_ARGUMENTS, Call, Problem, Reply, Result
from pare_runner.policy.messages import Message
from pare_runner.policy.request import Response
from pare_runner.policy.tools import NO_TOOLS, Tool, ToolList

END = "<end_action>"
_ACTION = re.compile(r"^[ \t*#]*Action\**[ \t]*:\**", re.MULTILINE)
_DECODER = json.JSONDecoder(strict=False)
Observe = Callable[[Sequence[Result]], str]


class ReactProtocol:
    """Calls are text; `observe` writes the results of a reply as one message of the user."""

    name: Literal["react"] = "react"
    stop: tuple[str, ...] = (END, "Observation:")

    def __init__(self, observe: Observe) -> None:
        self._observe = observe

    def offered(self, tools: ToolList) -> ToolList:
        """None: the prompt describes them."""
        return NO_TOOLS

    def read(self, response: Response, tools: ToolList, *, may_end: bool) -> Reply:
        """Exactly one action is well-formed; a text without one never ends a phase."""
        text = _until_stop(response.content, self.stop).strip()
        message = Message("assistant", text, reasoning=response.reasoning, kind="llm_output") if text else None
        if response.finish_reason == "content_filter":
            return Reply(response, message, problem=Problem("content_filter", "the reply was withheld by a filter"))
        if not text:
            return Reply(response, None, problem=Problem("empty", "the reply was empty"))
        if len(text) > MAX_ARGUMENTS:
            cut = Message("assistant", text[:1000], kind="llm_output")
            return Reply(response, cut, problem=Problem("too_long", f"the reply has {len(text)} characters"))
        found = _read_action(text, tools)
        if isinstance(found, Problem):
            return Reply(response, message, problem=found)
        return Reply(response, message, (found,))

    def results(self, reply: Reply, results: Sequence[Result]) -> list[Message]:
        """One message of the user."""
        failed = any(result.failed for result in results)
        return [Message("user", self._observe(results), kind="error" if failed else "observation")]

    def correction(self, reply: Reply, text: str) -> list[Message]:
        """A message of the user."""
        return [Message("user", text, kind="error")]


def _until_stop(text: str, stop: Sequence[str]) -> str:
    """What a server that honours stop sequences would have sent: some models go on and make up what comes next."""
    return text[: min((place for place in map(text.find, stop) if place >= 0), default=len(text))]


def _read_action(text: str, tools: ToolList) -> Call | Problem:
    marks = list(_ACTION.finditer(text))
    if not marks:
        return Problem("no_action", 'there is no line "Action:" with a JSON object below it')
    start = text.find("{", marks[0].end())
    if start < 0:
        return Problem("no_action", 'no JSON object follows "Action:"')
    try:
        action, end = _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):  # what Python says of them changes from version to version
        return Problem("bad_json", f"the action is not JSON: {text[start : start + 200]}")
    if any(mark.start() > start and not start < mark.start() < end for mark in marks):
        return Problem("several_actions", "there is more than one action; only one is possible in a reply")
    if not isinstance(action, dict) or not isinstance(action.get("action"), str):
        return Problem("bad_json", 'the action needs the member "action", the name of a tool')
    name, given = action["action"].strip(), action.get("action_input")
    tool = tools.get(name)
    return checked_call(name, _arguments(given, tool), tools)


def _arguments(given: Any, tool: Tool | None) -> Any:
    """The arguments by name; a bare value is that of the only argument a tool has."""
    if given is None or given == "":
        return {}
    if isinstance(given, str) and tool is not None and len(tool.spec.arguments) == 1:
        return {tool.spec.arguments[0].name: given}
    return given
