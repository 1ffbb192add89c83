"""Going on with a run that was broken off: the answers it had got are given again, and the model is asked for the rest.

A run depends on nothing but its scenario, its seed and the answers it gets, so it comes to where it was without asking
anybody. A killed process continues the attempt: what is recorded of it stands. An attempt that ended in an exception is
over; the next one takes over the answers before the first error, as calls of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from pare_runner.llm.recording.kept import CallSink
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Call, Failure, UnitCalls, UnitKey
from pare_runner.llm.recording.recorder import OnCall, RecordingPolicy, TakeoverMismatch
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Request, Response, Role


@dataclass(slots=True)
class Takeover:
    """One broken-off attempt at a unit, for the sessions of all `models`, the roles that models play.

    `rerecord`: the answers are recorded again, under `attempt`; else they stand there already, and `attempt` is theirs.
    As soon as one role has asked for something that is not there, all are asked live. `calls` counts what was taken
    over.
    """

    recorded: UnitCalls
    models: Collection[Role]
    store: CallSink
    unit: UnitKey
    attempt: int = FIRST_ATTEMPT
    rerecord: bool = False
    calls: int = field(default=0, init=False)
    _left: dict[tuple[Role, int], Call] = field(init=False)

    def __post_init__(self) -> None:
        self._left = {key: call for key, call in self.recorded.calls.items() if call.role in self.models}

    def answer(self, request: Request, sampling: str) -> Response | None:
        """The recorded answer; None if there is none, or only an error: from here on the model is asked.

        TakeoverMismatch if something else was asked then, or the model was another one; also if calls were recorded
        after this one, which is missing or failed, and the attempt is to go on: they would be there twice, differently.
        """
        call = self._left.pop((request.role, request.index), None)
        if call is None or isinstance(call.answer, Failure):
            if not self.rerecord and (call is not None or self._left):
                raise self._mismatch(request, "the recording of this attempt has an error or a gap here")
            self._left.clear()
            return None
        if request.hash != call.request:
            raise self._mismatch(request, "it is not the request that was recorded")
        if sampling != call.sampling:
            raise self._mismatch(request, "the model or its settings are not the recorded ones")
        if self.rerecord:
            self.store.record(self.unit, request, sampling, call.answer, self.attempt)
        self.calls += 1
        return call.answer

    def policies(
        self,
        policies: Mapping[Role, Policy],
        sampling: Mapping[Role, str],
        on_call: Callable[[Role], OnCall | None] = lambda role: None,
    ) -> dict[Role, Policy]:
        """What answers each role: `policies`, recorded, after what can be taken over.

        A role that is no model's is asked again for what it has said before: its policy may keep something, and costs
        nothing. `on_call` gives what is told of a role's calls.
        """
        known = None if self.rerecord else self.recorded
        return {
            role: TakeoverPolicy(policy, self, sampling[role], on_call(role))
            if role in self.models
            else RecordingPolicy(
                policy, self.store, self.unit, sampling[role], self.attempt, on_call=on_call(role), known=known
            )
            for role, policy in policies.items()
        }

    def _mismatch(self, request: Request, what: str) -> TakeoverMismatch:
        return TakeoverMismatch(self.unit, request.role, request.index, request.turn, what)


class TakeoverPolicy:
    """The answers of `takeover` for as long as they last, then those of `policy`, which are recorded.

    `policy` is a model's: its sessions keep nothing between calls, so that one can be started at once and be asked for
    the first time in the middle of a run.
    """

    def __init__(self, policy: Policy, takeover: Takeover, sampling: str = "", on_call: OnCall | None = None) -> None:
        self._takeover = takeover
        self._sampling = sampling
        self._live = RecordingPolicy(policy, takeover.store, takeover.unit, sampling, takeover.attempt, on_call=on_call)

    def start(self, role: Role, view: View) -> Session:
        """A session; a role is started once in a unit."""
        return _TakeoverSession(self._takeover, self._sampling, self._live.start(role, view))


class _TakeoverSession:
    __slots__ = ("_live", "_sampling", "_takeover")

    def __init__(self, takeover: Takeover, sampling: str, live: Session) -> None:
        self._takeover = takeover
        self._sampling = sampling
        self._live = live

    async def complete(self, request: Request) -> Response:
        answer = self._takeover.answer(request, self._sampling)
        return await self._live.complete(request) if answer is None else answer

    def next_due(self) -> float | None:
        return self._live.next_due()
