"""Model calls of an episode, as traces and metrics need them."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.notifications import Notification
from pare_runner.policy.request import ErrorKind, Request, Response


@dataclass(slots=True)
class Exchange:
    """One model call: asked at `request.time`, answered `seconds` later on the virtual clock.

    `told` are the notifications that the request was the first to carry. `problem` is the kind of problem the message
    protocol had with the reply; `events` are the ids of the calls made.
    """

    request: Request
    response: Response | None = None
    error: ErrorKind | None = None
    seconds: float = 0.0
    problem: str | None = None
    events: list[str] = field(default_factory=list)
    told: tuple[Notification, ...] = ()
