"""Models and users that an assistant is tried with: sound ones, ones that write nonsense, ones that only fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass

from pare_runner.llm.offline.calls import interface_call
from pare_runner.llm.offline.policy import OfflinePolicy
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.llm.offline.simple import AcceptingUser
from pare_runner.policy.messages import ToolCall
from pare_runner.policy.policy import Policy, Session, TapCall, View
from pare_runner.policy.request import ErrorKind, ModelError, Request, Response, Role

YES_BUT = "Yes, but please keep it short.\n[REJECT]: no, just joking"
"""What the user says who accepts with a text."""


class TalkingUser(AcceptingUser):
    """Accepts everything, and says something about it."""

    name = "talking"

    def decide(self, request: Request) -> TapCall | None:
        """The answer with a text."""
        call = super().decide(request)
        return None if call is None else interface_call(self.view.phone, self.answer, content=YES_BUT)


def sound(role: Role) -> Policy:
    """A model that does what the scenario's own solution does."""
    return Patient(offline_policy("scripted", role))


def user(name: str) -> Policy:
    """A simulated user: `always_accept`, `always_reject`, or `talking`."""
    return Patient(OfflinePolicy(name, TalkingUser) if name == TalkingUser.name else offline_policy(name, "user"))


@dataclass(frozen=True, slots=True)
class Patient:
    """A policy that lets others run before each reply, as one behind a network does."""

    policy: Policy

    def start(self, role: Role, view: View) -> Session:
        """See `Policy`."""
        return _PatientSession(self.policy.start(role, view))


@dataclass(slots=True)
class _PatientSession:
    session: Session

    async def complete(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return await self.session.complete(request)

    def next_due(self) -> float | None:
        return self.session.next_due()


@dataclass(frozen=True, slots=True)
class Stammering:
    """A sound model whose replies are malformed at first, in each of its roles: one of every kind."""

    def start(self, role: Role, view: View) -> Session:
        """See `Policy`."""
        return _StammeringSession(sound(role).start(role, view))


@dataclass(slots=True)
class _StammeringSession:
    session: Session
    said: int = 0

    async def complete(self, request: Request) -> Response:
        bad = malformed(request)
        self.said += 1
        return bad[self.said - 1] if self.said <= len(bad) else await self.session.complete(request)

    def next_due(self) -> float | None:
        return self.session.next_due()


@dataclass(frozen=True, slots=True)
class Answering:
    """A model that answers every request in the same way."""

    answer: Callable[[Request], Response]

    def start(self, role: Role, view: View) -> Session:
        """See `Policy`."""
        return _AnsweringSession(self.answer)


@dataclass(frozen=True, slots=True)
class _AnsweringSession:
    answer: Callable[[Request], Response]

    async def complete(self, request: Request) -> Response:
        await asyncio.sleep(0)
        return self.answer(request)

    def next_due(self) -> float | None:
        return None


def failing(kind: ErrorKind) -> Callable[[Request], Response]:
    """An answer that is an error."""

    def answer(request: Request) -> Response:
        raise ModelError(kind, "so it was meant to be")

    return answer


def empty(request: Request) -> Response:
    """An answer without a word."""
    return Response()


def malformed(request: Request) -> list[Response]:
    """One reply of each kind that the protocol of `request` cannot read."""
    tool = request.choices.tools[0].name
    return _malformed_calls(tool) if request.protocol == "native" else _malformed_texts(tool)


def _malformed_calls(tool: str) -> list[Response]:
    def called(*calls: tuple[str, str], finish_reason: str = "tool_calls") -> Response:
        written = tuple(ToolCall(f"call_{place}", name, args) for place, (name, args) in enumerate(calls))
        return Response(tool_calls=written, finish_reason=finish_reason)

    return [
        Response(),
        called(("no_such tool!", "{}")),
        called((tool, "{nothing")),
        called((tool, '{"there_is_no_such_argument": 1}')),
        called((tool, "[]"), ("no_such_tool", "{}")),
        called((tool, '{"content": "and so'), finish_reason="length"),
        Response(finish_reason="content_filter"),
    ]


def _malformed_texts(tool: str) -> list[Response]:
    action = f"Action:\n{json.dumps({'action': tool, 'action_input': {}})}\n"
    texts = (
        "",
        "I had rather think about it.",
        "Action:\n{nothing",
        f"Thought: two.\n{action}{action}",
        'Action:\n{"action": "no_such_tool", "action_input": {}}',
        f'Action:\n{{"action": "{tool}", "action_input": {{"there_is_no_such_argument": 1}}}}',
    )
    return [*map(Response, texts), Response(finish_reason="content_filter")]
