"""What the loop costs for a model call: a model that answers at once, hashing and recording included, no export."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.agents import LookUp, agents, scenario
from benchmarks.harness import benchmark, cpu_seconds
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.recorder import RecordingPolicy
from pare_runner.llm.recording.store import CallStore

EPISODES = 40


@benchmark("loop, CPU per model call", target="≤ 0.25", unit="ms")
def loop_per_call() -> float:
    played = scenario()
    made = agents(LookUp())
    check(finish(run_episode(played, made)))
    calls = 0

    def work() -> None:
        nonlocal calls
        with tempfile.TemporaryDirectory() as folder, CallStore(Path(folder)) as store:
            for number in range(1, EPISODES + 1):
                unit = UnitKey("bench_agents", number)
                policies = {role: RecordingPolicy(policy, store, unit) for role, policy in made.policies.items()}
                outcome = finish(run_episode(played, Agents(policies, made.prompts, made.settings), run_number=number))
                calls += len(outcome.exchanges)

    return 1000 * cpu_seconds(work) / calls


def check(outcome: Outcome) -> None:
    """The benchmark must be what its name says: about 20 messages and 30 tools a request."""
    asked = [exchange.request for exchange in outcome.exchanges if exchange.request.role == "observe"]
    messages = sum(len(request.messages) for request in asked) / len(asked)
    tools = len(asked[0].tools)
    if not (18 <= messages <= 26 and 27 <= tools <= 40 and not outcome.metrics.errors):
        raise RuntimeError(f"{messages:.0f} messages, {tools} tools, errors {outcome.metrics.errors}")
