"""A policy that lets another one answer, and records what it says."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.errors import Abandoned
from pare_runner.llm.recording.kept import CallSink
from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Due, Failure, UnitCalls, UnitKey
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import ModelError, Request, Response, Role, Usage

OnCall = Callable[[Role, Usage], None]
"""Told of each call that was made, as it ends and after it has been recorded: who asked, and its tokens.

A call that came to nothing has none. Calls whose answers are taken from a recording are not told of: nobody made them.
"""


class TakeoverMismatch(Abandoned):
    """A run that was taken up again asks something else than before it broke off, so it cannot go on from there.

    It is abandoned, to be made afresh under the number of the next attempt.
    """

    def __init__(self, unit: UnitKey, role: Role, index: int, turn: int, what: str) -> None:
        super().__init__(f"{unit}, turn {turn}, {role} call {index}: {what}")
        self.unit = unit
        self.role: Role = role
        self.index = index
        self.turn = turn


class RecordingPolicy:
    """`policy` in one unit, with every reply and every `ModelError` recorded before anybody sees it.

    `sampling` stands for how the model is asked: whatever of its configuration shapes a reply, as a hash. What the
    policy answers to `next_due` is recorded too, unless it is None: a replay has no other way to know it.

    `known` is what stands in the recording of this attempt already. It is for policies that keep something between
    calls or look at the episode: they are asked again, and what they say again is not recorded twice. If they say
    something else, TakeoverMismatch is raised. Policies of models take over their answers instead (`takeover`).
    """

    def __init__(
        self,
        policy: Policy,
        store: CallSink,
        unit: UnitKey,
        sampling: str = "",
        attempt: int = FIRST_ATTEMPT,
        *,
        on_call: OnCall | None = None,
        known: UnitCalls | None = None,
    ) -> None:
        self._policy = policy
        self._store = store
        self._unit = unit
        self._sampling = sampling
        self._attempt = attempt
        self._on_call = on_call
        self._known = known

    def start(self, role: Role, view: View) -> Session:
        """A recorded session; a role is started once in a unit."""
        return _RecordingSession(
            self._policy.start(role, view),
            role,
            self._store,
            self._unit,
            self._sampling,
            self._attempt,
            self._on_call,
            self._known,
        )


class _RecordingSession:
    __slots__ = (
        "_asked",
        "_attempt",
        "_calls",
        "_known",
        "_on_call",
        "_role",
        "_sampling",
        "_session",
        "_store",
        "_unit",
    )

    def __init__(
        self,
        session: Session,
        role: Role,
        store: CallSink,
        unit: UnitKey,
        sampling: str,
        attempt: int,
        on_call: OnCall | None,
        known: UnitCalls | None,
    ) -> None:
        self._session = session
        self._role: Role = role
        self._store = store
        self._unit = unit
        self._sampling = sampling
        self._attempt = attempt
        self._on_call = on_call
        self._known = known
        self._calls = 0
        self._asked = 0

    async def complete(self, request: Request) -> Response:
        try:
            response = await self._session.complete(request)
        except ModelError as error:
            self._record(request, error, Usage())
            await self._store.settled()
            raise
        self._record(request, response, response.usage)
        await self._store.settled()
        return response

    def next_due(self) -> float | None:
        time = self._session.next_due()
        if time is not None:
            due = Due(self._role, self._asked, self._calls, time)
            if self._known is None or self._known.dues.get((due.role, due.ask)) != due:
                self._store.record_due(self._unit, due, self._attempt)
        self._asked += 1
        return time

    def _record(self, request: Request, answer: Response | ModelError, usage: Usage) -> None:
        self._calls += 1
        if self._known is None or not self._is_known(self._known, request, answer):
            self._store.record(self._unit, request, self._sampling, answer, self._attempt)
            if self._on_call is not None:
                self._on_call(self._role, usage)

    def _is_known(self, known: UnitCalls, request: Request, answer: Response | ModelError) -> bool:
        call = known.calls.get((request.role, request.index))
        if call is None:
            return False
        said = Failure(answer.kind, answer.message, answer.retries) if isinstance(answer, ModelError) else answer
        if (call.request, call.sampling, call.answer) != (request.hash, self._sampling, said):
            raise TakeoverMismatch(
                self._unit, request.role, request.index, request.turn, "it is not what was recorded before"
            )
        return True
