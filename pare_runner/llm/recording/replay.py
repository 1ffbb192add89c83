"""A policy that answers from a recording, as long as it is asked what was asked then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pare_runner.errors import InputError
from pare_runner.llm.recording.difference import request_difference
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Call, Failure, UnitCalls, UnitKey
from pare_runner.llm.recording.recording import Recording
from pare_runner.policy.policy import Session, View
from pare_runner.policy.request import ROLES, Request, Response, Role


class ReplayMismatch(InputError):
    """A run asks something else than the recorded one did.

    `index` is the number of the call among those of `role`, `turn` that of the turn, both from 0; None where nothing
    was asked: calls were left over, or the difference is in when a policy acts by itself.
    """

    def __init__(self, unit: UnitKey, role: Role, index: int | None, turn: int | None, what: str) -> None:
        place = [str(unit), *([] if turn is None else [f"turn {turn}"])]
        place.append(role if index is None else f"{role} call {index}")
        super().__init__(what, where=", ".join(place))
        self.unit = unit
        self.role: Role = role
        self.index = index
        self.turn = turn


@dataclass(slots=True)
class ReplayPolicy:
    """Answers all roles of one unit from `recording`: same replies, errors, tokens and latencies.

    The first request that differs from the recorded one raises `ReplayMismatch`, kept in `mismatch` as well. `calls`
    counts those answered; `ended` says that the mismatch is a call after the last recorded one. Where `sampling` names
    a role, its value is compared with what was recorded.
    """

    recording: Recording
    unit: UnitKey
    sampling: Mapping[Role, str] = field(default_factory=dict)
    attempt: int = FIRST_ATTEMPT
    mismatch: ReplayMismatch | None = field(default=None, init=False)
    ended: bool = field(default=False, init=False)
    calls: int = field(default=0, init=False)
    _left: UnitCalls = field(init=False)

    def __post_init__(self) -> None:
        recorded = self.recording.unit(self.unit, self.attempt)
        self._left = UnitCalls(dict(recorded.calls), dict(recorded.dues))

    def start(self, role: Role, view: View) -> Session:
        """A session that needs no model; `view` is not looked at."""
        return _ReplaySession(self, role)

    def check(self) -> None:
        """Raise `ReplayMismatch` if there was one, or if the run ended before it asked for all that was recorded."""
        if self.mismatch is not None:
            raise self.mismatch
        if self._left.calls:
            call = min(self._left.calls.values(), key=lambda call: (call.turn, ROLES.index(call.role), call.index))
            count = len(self._left.calls)
            rest = f", and {count - 1} more" if count > 1 else ""
            raise self._differs(call.role, call.index, call.turn, f"this recorded call was not made{rest}")
        if self._left.dues:
            due = min(self._left.dues.values(), key=lambda due: (ROLES.index(due.role), due.ask))
            raise self._differs(due.role, None, None, f"question {due.ask} when it will act was not put to it")

    def answer(self, request: Request) -> Response:
        """The recorded answer to `request`; a recorded error is raised."""
        call = self._left.calls.pop((request.role, request.index), None)
        if call is None:
            self.ended = not self._left.calls
            raise self._differs(request.role, request.index, request.turn, "the recording ends before this call")
        sampling = self.sampling.get(request.role, call.sampling)
        if request.hash != call.request or sampling != call.sampling:
            what = request_difference(self.recording, call, request)
            raise self._differs(request.role, request.index, request.turn, what or _sampling(call, sampling))
        self.calls += 1
        if isinstance(call.answer, Failure):
            raise call.answer.error()
        return call.answer

    def due(self, role: Role, ask: int, calls: int) -> float | None:
        """The recorded answer to the `ask`-th question when `role` will act by itself, put after `calls` calls."""
        due = self._left.dues.pop((role, ask), None)
        if due is None:
            return None
        if due.calls != calls:
            what = f"question {ask} when it will act comes after {calls} calls; recorded after {due.calls}"
            raise self._differs(role, None, None, what)
        return due.time

    def _differs(self, role: Role, index: int | None, turn: int | None, what: str) -> ReplayMismatch:
        self.mismatch = ReplayMismatch(self.unit, role, index, turn, what)
        return self.mismatch


class _ReplaySession:
    __slots__ = ("_asked", "_calls", "_policy", "_role")

    def __init__(self, policy: ReplayPolicy, role: Role) -> None:
        self._policy = policy
        self._role: Role = role
        self._calls = 0
        self._asked = 0

    async def complete(self, request: Request) -> Response:
        self._calls += 1
        return self._policy.answer(request)

    def next_due(self) -> float | None:
        self._asked += 1
        return self._policy.due(self._role, self._asked - 1, self._calls)


def _sampling(call: Call, now: str) -> str:
    hashes = f"hash of both: recorded {call.sampling or 'none'}, now {now or 'none'}"
    return f"the model or its settings are not the recorded ones ({hashes})"
