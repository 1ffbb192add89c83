"""What a recording is made of: units, calls, and the moments at which a policy said it would act by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from pare_runner.policy.request import ErrorKind, ModelError, Response, Role

FIRST_ATTEMPT = 1
"""Number of a unit's first attempt."""


class UnitKey(NamedTuple):
    """One run of one scenario, by name."""

    scenario: str
    run: int

    def __str__(self) -> str:
        return f"{self.scenario} run {self.run}"


@dataclass(frozen=True, slots=True)
class Failure:
    """A `ModelError` as data."""

    kind: ErrorKind
    message: str
    retries: int = 0

    def error(self) -> ModelError:
        """The error anew."""
        return ModelError(self.kind, self.message, retries=self.retries)


@dataclass(frozen=True, slots=True)
class Call:
    """One recorded call: what was asked, by hash, and what came of it.

    `messages` are hashes in the request's order, `tools` is the hash of the tool list, `sampling` what the caller of
    the recorder said about how the model was asked.
    """

    role: Role
    index: int
    turn: int
    request: str
    messages: tuple[str, ...]
    tools: str
    stop: tuple[str, ...]
    sampling: str
    answer: Response | Failure


@dataclass(frozen=True, slots=True)
class Due:
    """An answer of `Session.next_due` other than None: the `ask`-th question put to `role`, after `calls` calls."""

    role: Role
    ask: int
    calls: int
    time: float


@dataclass(slots=True)
class UnitCalls:
    """What was recorded of one attempt at a unit, by role and number."""

    calls: dict[tuple[Role, int], Call] = field(default_factory=dict)
    dues: dict[tuple[Role, int], Due] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether a call came to nothing. Such an attempt is over: only the next one can ask again."""
        return any(isinstance(call.answer, Failure) for call in self.calls.values())
