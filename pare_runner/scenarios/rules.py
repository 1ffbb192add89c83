"""The rules of a deterministic user: which proposals it accepts, and what it does by itself at which time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pare_runner.kernel.events import OracleEvent
from pare_runner.kernel.references import ReferenceFailed
from pare_runner.scenarios.checks.matchers import Matcher


@dataclass(frozen=True, slots=True)
class RuleStep:
    """What the user does at `due`, in virtual seconds since the epoch, on a screen that shows `on`.

    `event` is the call of the step, without the taps that lead to its screen; it is in no flow. Values of `on` and
    arguments may be `Ref`s to results of the flow's events.
    """

    name: str
    due: float
    event: OracleEvent
    on: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserRules:
    """`user.rules` of a file; `steps` are in the order of their times, file order where these are equal."""

    accept_when: Matcher | None = None
    reject_when: Matcher | None = None
    steps: tuple[RuleStep, ...] = ()

    def accepts(self, proposal: str) -> bool:
        """The answer to a proposal with this text: no if it fits `reject_when`, else whether it fits `accept_when`."""
        if self.reject_when is not None and self.reject_when(proposal, _no_result):
            return False
        return self.accept_when is not None and self.accept_when(proposal, _no_result)


def _no_result(event_id: str) -> Any:
    raise ReferenceFailed(f"rules look at no result, not even that of {event_id!r}")
