"""Small requests, a policy that answers from a list, and a short conversation to record."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.recorder import RecordingPolicy
from pare_runner.llm.recording.store import CallStore
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.policy import Session, View
from pare_runner.policy.request import ModelError, Request, Response, Role, Usage
from pare_runner.policy.tools import NO_TOOLS, Tool, ToolList

DINNER = UnitKey("dinner", 1)
NO_VIEW = cast(View, None)
"""Neither the recorder nor a replay looks at the view."""

Answer = Response | ModelError


SPECS = StatefulCalendarApp.tools()


def tool(name: str, description: str | None = None) -> Tool:
    """A tool of the calendar, by its own description or another."""
    spec = SPECS[name]
    return Tool(f"Calendar__{name}", "Calendar", replace(spec, description=description or spec.description))


SYSTEM = Message("system", "You help.\nLook at the calendar before you propose.\nBe brief.", kind="system_prompt")
TASK = Message("user", "Priya cannot come.", kind="environment_notifications")
TOOLS = ToolList([tool("edit_calendar_event"), tool("read_today_calendar_events")])
READ = Response(
    tool_calls=(ToolCall("c1", "Calendar__read", '{"event_id": "t"}'),),
    reasoning="I look first.",
    finish_reason="tool_calls",
    usage=Usage(120, 14, 100, 5),
    latency=0.731,
    served_model="tiny-2025",
    retries=2,
)
DONE = Response("Done.", usage=Usage(140, 3), latency=1.25)


def request(
    role: Role = "observe",
    index: int = 0,
    messages: Iterable[Message] = (SYSTEM, TASK),
    tools: ToolList = TOOLS,
    turn: int = 0,
    stop: tuple[str, ...] = (),
) -> Request:
    """A request."""
    return Request(role, index, tuple(messages), tools, turn=turn, stop=stop)


@dataclass
class Listed:
    """A policy that gives the listed answers to each role, and the listed times to `next_due`."""

    answers: Mapping[Role, Iterable[Answer]]
    dues: Mapping[Role, Iterable[float | None]] = field(default_factory=dict)

    def start(self, role: Role, view: View) -> Session:
        """A session."""
        return ListedSession(list(self.answers.get(role, ())), list(self.dues.get(role, ())))


@dataclass
class ListedSession:
    """The session of `Listed`."""

    answers: list[Answer]
    dues: list[float | None]

    async def complete(self, request: Request) -> Response:
        """The next answer."""
        answer = self.answers.pop(0)
        if isinstance(answer, ModelError):
            raise answer
        return answer

    def next_due(self) -> float | None:
        """The next time."""
        return self.dues.pop(0)


def ask(session: Session, request: Request) -> Answer:
    """What comes of a request: its reply, or its error."""
    try:
        return asyncio.run(session.complete(request))
    except ModelError as error:
        return error


EXCHANGE: list[tuple[Request, Answer]] = [
    (request("user", 0, [Message("user", "The phone rings.")], NO_TOOLS), Response("wait")),
    (request("observe", 0), READ),
    (request("observe", 1, [SYSTEM, TASK, Message("tool", "18:00", tool_call_id="c1")], turn=1), DONE),
    (request("execute", 0, turn=1, stop=("<end_action>",)), ModelError("content_filter", "refused", retries=1)),
]
"""A short conversation in three roles, its last call an error."""


def record(store: CallStore, unit: UnitKey, exchange: Iterable[tuple[Request, Answer]], sampling: str = "s1") -> None:
    """Record `exchange` as the calls of a unit."""
    exchange = list(exchange)
    answers: dict[Role, list[Answer]] = {}
    for asked, answer in exchange:
        answers.setdefault(asked.role, []).append(answer)
    policy = RecordingPolicy(Listed(answers), store, unit, sampling)
    sessions = {role: policy.start(role, NO_VIEW) for role in answers}
    for asked, answer in exchange:
        assert ask(sessions[asked.role], asked) is answer
