"""Episodes whose model's service goes away: it comes back and nothing shows, or the runs are abandoned."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.agents.contract import Phase
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, fill, new_outcome
from pare_runner.errors import Abandoned
from pare_runner.library.prompts import load_prompts
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.presence import EndpointGone
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.recorder import RecordingPolicy
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.store import CallStore
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.faults.picnic import CHECKS, TEMPLATE, playing
from tests.llm.fault_server import Fault, FaultServer, Reply, Script
from tests.llm.http.conftest import config_for

UNIT = UnitKey("picnic_plates", 1)


class Stubborn(ObserveExecuteAssistant):
    """An assistant that lets nothing stop it."""

    async def observe(self, phase: Phase) -> None:
        try:
            await super().observe(phase)
        except BaseException:
            return


def vanishing(at: int, seconds: float, server: list[FaultServer]) -> Script:
    """A good model whose server vanishes when it is asked for the `at`-th time, the request in its hands."""

    def script(body: dict[str, Any], n: int) -> Reply | Fault:
        reply = playing()(body, n)
        assert isinstance(reply, Reply)
        if n == at:
            server[0].vanish_for(seconds)
        return Fault(body=reply.body, stall=0.05) if n == at else reply

    return script


def play(folder: Path, seconds: float, patience: float, **members: Any) -> tuple[Outcome, BaseException | None]:
    """A run whose server vanishes in the midst: what it leaves, and what it raised."""
    scenario = compile_scenario((TEMPLATE + CHECKS).format(word="plates"), "plates.yaml")
    outcome = new_outcome(scenario)

    async def work() -> None:
        servers: list[FaultServer] = []
        servers.append(FaultServer(vanishing(3, seconds, servers)))
        async with servers[0] as server, Endpoints({}, offline_patience=patience) as endpoints:
            policy = endpoints.policy(config_for(server, max_retries=0))
            with CallStore(folder) as store:
                recorded = RecordingPolicy(policy, store, UNIT)
                agents = Agents(dict.fromkeys(("user", "observe", "execute"), recorded), load_prompts(), **members)
                await fill(outcome, agents)

    try:
        asyncio.run(work())
    except Abandoned as gone:
        return outcome, gone
    return outcome, None


def test_an_absence_does_not_show_in_a_run(tmp_path: Path) -> None:
    outcome, gone = play(tmp_path / "away", seconds=0.5, patience=30.0)
    same, _ = play(tmp_path / "there", seconds=0.0, patience=30.0)
    assert (gone, outcome.result.exception, outcome.result.success) == (None, None, True)
    assert outcome.end_time == same.end_time
    assert [exchange.seconds for exchange in outcome.exchanges] == [exchange.seconds for exchange in same.exchanges]


@pytest.mark.parametrize("members", [{}, {"make_assistant": Stubborn}], ids=["ours", "one that catches everything"])
def test_a_run_whose_service_is_gone_has_no_outcome(members: dict[str, Any], tmp_path: Path) -> None:
    outcome, gone = play(tmp_path, seconds=60.0, patience=0.3, **members)
    assert isinstance(gone, EndpointGone)
    assert (outcome.result.exception, outcome.result.success) == (None, None)
    recorded = Recording.load(tmp_path, tolerant=True).unit(UNIT)
    assert len(recorded.calls) == 3, "what was paid for is kept"
    assert not recorded.failed
