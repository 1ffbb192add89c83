"""A policy that lets another one answer, and records what it says."""

from __future__ import annotations

from pare_runner.llm.recording.keys import FIRST_ATTEMPT, Due, UnitKey
from pare_runner.llm.recording.kept import CallSink
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import ModelError, Request, Response, Role


class RecordingPolicy:
    """`policy` in one unit, with every reply and every `ModelError` recorded before anybody sees it.

    `sampling` stands for how the model is asked: whatever of its configuration shapes a reply, as a hash. What the
    policy answers to `next_due` is recorded too, unless it is None: a replay has no other way to know it.
    """

    def __init__(
        self, policy: Policy, store: CallSink, unit: UnitKey, sampling: str = "", attempt: int = FIRST_ATTEMPT
    ) -> None:
        self._policy = policy
        self._store = store
        self._unit = unit
        self._sampling = sampling
        self._attempt = attempt

    def start(self, role: Role, view: View) -> Session:
        """A recorded session; a role is started once in a unit."""
        return _RecordingSession(
            self._policy.start(role, view), role, self._store, self._unit, self._sampling, self._attempt
        )


class _RecordingSession:
    __slots__ = ("_asked", "_attempt", "_calls", "_role", "_sampling", "_session", "_store", "_unit")

    def __init__(
        self, session: Session, role: Role, store: CallSink, unit: UnitKey, sampling: str, attempt: int
    ) -> None:
        self._session = session
        self._role: Role = role
        self._store = store
        self._unit = unit
        self._sampling = sampling
        self._attempt = attempt
        self._calls = 0
        self._asked = 0

    async def complete(self, request: Request) -> Response:
        try:
            response = await self._session.complete(request)
        except ModelError as error:
            self._record(request, error)
            raise
        self._record(request, response)
        return response

    def next_due(self) -> float | None:
        time = self._session.next_due()
        if time is not None:
            self._store.record_due(self._unit, Due(self._role, self._asked, self._calls, time), self._attempt)
        self._asked += 1
        return time

    def _record(self, request: Request, answer: Response | ModelError) -> None:
        self._calls += 1
        self._store.record(self._unit, request, self._sampling, answer, self._attempt)
