"""Whoever answers requests: a model behind HTTP, a recording, or a policy of ours that looks at the episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pare_runner.apps.notifications import Notification
from pare_runner.apps.phone import Phone
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent, EventType, OracleEvent
from pare_runner.policy.request import Request, Response, Role

Mode = Literal["observe", "awaiting_confirmation", "execute"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the oracle whose parents are met and which itself is not yet.

    `due` is the virtual time at which its own `at` and `delay` have passed. For a user step that needs several taps
    only its last event is a step: `View.next_tap` gives the way to a screen that shows `on` (values may be `Ref`s).
    """

    event_id: str
    event: OracleEvent
    due: float
    on: Mapping[str, Any] = field(default_factory=dict)

    @property
    def function(self) -> str:
        """Name of the tool."""
        return self.event.action.function if self.event.action else ""


@dataclass(frozen=True, slots=True)
class TapCall:
    """A call to make: tool `function` of the app called `app`."""

    app: str
    function: str
    args: Mapping[str, Any]


class View(Protocol):
    """The episode, to be read only. Policies of ours look at it; models never do."""

    @property
    def phone(self) -> Phone:
        """The phone as it is now."""

    @property
    def time(self) -> float:
        """Virtual seconds since the epoch."""

    @property
    def turn(self) -> int:
        """Number of the turn, from 0; idle turns count."""

    @property
    def mode(self) -> Mode:
        """What the assistant is doing."""

    @property
    def proposal(self) -> CompletedEvent | None:
        """The proposal that waits for an answer."""

    @property
    def draws(self) -> Draws:
        """Random numbers for policies, keyed by (seed, scenario, run)."""

    @property
    def rules(self) -> Any:
        """`user.rules` of the scenario, None if it has none."""

    def notifications(self, role: Role) -> Sequence[Notification]:
        """What the request now being answered has told `role` for the first time."""

    def open_steps(self, actor: EventType) -> list[Step]:
        """Steps of `actor` (AGENT or USER) that could be made now, in file order, not yet due ones included."""

    def arguments(self, step: Step) -> dict[str, Any] | None:
        """The arguments of a step with results put in; None while one of them is not there."""

    def next_tap(self, step: Step) -> TapCall | None:
        """The next tap from the present screen towards a user step, or the step itself; None if no way is known."""


class Session(Protocol):
    """A policy in one role of one unit."""

    async def complete(self, request: Request) -> Response:
        """Answer a request; raises ModelError when there is no answer."""

    def next_due(self) -> float | None:
        """When the session will do something by itself though nothing happens: now or later; None for never.

        Models never do. It is asked at the end of an idle turn.
        """


class Policy(Protocol):
    """Answers the requests of one role."""

    def start(self, role: Role, view: View) -> Session:
        """A session for one unit."""
