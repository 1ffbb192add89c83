"""A finished run made again from its recorded calls: to the same end, which is judged as the scenario judges now.

No model is asked but a judge, and that only for what its recorded answers do not settle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pare_runner.batch.agents import AgentFactory
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import fill
from pare_runner.llm.recording.kept import CallSink, KeptCalls
from pare_runner.llm.recording.keys import Call, Failure, UnitCalls, UnitKey
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.replay import ReplayPolicy
from pare_runner.noise.settings import NoiseSettings
from pare_runner.policy.policy import Policy, Session, View
from pare_runner.policy.request import Request, Response, Role

JUDGE: Role = "judge"


class ReplayedCalls(KeptCalls):
    """The calls of a run that was made again; they are handed on when it has come to its end, and not before."""


@dataclass(slots=True)
class Again:
    """Attempt `attempt` at `unit` in `recording`, to be made again; `judge` answers what no recorded verdict does."""

    factory: AgentFactory
    recording: Recording
    unit: UnitKey
    attempt: int
    judge: Policy | None = None

    async def fill(self, outcome: Outcome, noise: NoiseSettings, calls: CallSink, attempt: int) -> ReplayPolicy:
        """Put what comes of the run into a new `outcome`; its calls go into `calls` as those of `attempt`.

        Raises ReplayMismatch if the run asks anything else than what was recorded, but for the judge.
        """
        replay = self._replay()
        policies: dict[Role, Policy] = {role: replay for role in self.factory.sampling if role != JUDGE}
        if JUDGE in self.factory.sampling:
            policies[JUDGE] = KnownVerdicts(self._verdicts(), self.judge)
        agents = self.factory.agents(outcome.scenario, self.unit.run, calls, policies, attempt)
        await fill(outcome, agents, noise)
        replay.check()
        return replay

    def _replay(self) -> ReplayPolicy:
        """Answers everybody but the judge."""
        recorded = self.recording.unit(self.unit, self.attempt)
        played = UnitCalls({key: call for key, call in recorded.calls.items() if key[0] != JUDGE}, recorded.dues)
        source = self.recording
        shown = Recording(source.directory, source.messages, source.tools, source.tool_lists)
        shown.units[self.unit, self.attempt] = played
        return ReplayPolicy(shown, self.unit, self.factory.sampling, self.attempt)

    def _verdicts(self) -> dict[str, Call]:
        """Recorded answers of this very judge by the hash of what it was asked."""
        recorded = self.recording.unit(self.unit, self.attempt).calls.values()
        sampling = self.factory.sampling[JUDGE]
        return {
            call.request: call
            for call in recorded
            if call.role == JUDGE and call.sampling == sampling and not isinstance(call.answer, Failure)
        }


@dataclass(slots=True)
class KnownVerdicts:
    """A judge that says again what it has said, and asks `live` for the rest."""

    known: Mapping[str, Call]
    live: Policy | None

    def start(self, role: Role, view: View) -> Session:
        """A session of the judge."""
        return _JudgeSession(self.known, None if self.live is None else self.live.start(role, view))


class _JudgeSession:
    __slots__ = ("_known", "_live")

    def __init__(self, known: Mapping[str, Call], live: Session | None) -> None:
        self._known = known
        self._live = live

    async def complete(self, request: Request) -> Response:
        call = self._known.get(request.hash)
        if call is not None and not isinstance(call.answer, Failure):
            return call.answer
        if self._live is None:
            raise RuntimeError("a judge is asked, and none was connected")
        return await self._live.complete(request)

    def next_due(self) -> float | None:
        return None
