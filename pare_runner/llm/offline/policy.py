"""What the offline policies have in common: a session decides on a call, the reply is written from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pare_runner.llm.offline.replies import respond
from pare_runner.policy.policy import Session, TapCall, View
from pare_runner.policy.request import Request, Response, Role


class OfflineSession:
    """A session that never fails and never waits. Subclasses decide; what they know comes from the view.

    Nothing that decides a reply is kept from call to call but counts of tries: a run that is continued from its
    recording starts with new sessions.
    """

    name = ""

    def __init__(self, role: Role, view: View) -> None:
        self.role: Role = role
        self.view = view

    async def complete(self, request: Request) -> Response:
        """The decision as a reply."""
        return respond(request, self.decide(request), self.name)

    def decide(self, request: Request) -> TapCall | None:
        """The call to make, or None to do nothing: wait, or end the execution."""
        raise NotImplementedError

    def next_due(self) -> float | None:
        """Never by itself, unless a subclass knows better."""
        return None


@dataclass(frozen=True, slots=True)
class OfflinePolicy:
    """A policy by name; `open` makes its sessions."""

    name: str
    open: Callable[[Role, View], Session]

    def start(self, role: Role, view: View) -> Session:
        """A session for one unit."""
        return self.open(role, view)
