"""Runs an assistant in a situation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from pare_runner.agents.contract import AgentSetup, Assistant
from pare_runner.apps.core.codec import to_json
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import Agents, run_episode
from pare_runner.library.prompts import load_prompts
from pare_runner.prove.assistants.models import user
from pare_runner.prove.assistants.situations import Situation
from pare_runner.prove.assistants.watch import Endless, Watch, WatchedAssistant
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.yaml_scenario import YamlScenario

Make = Callable[[AgentSetup], Assistant]


@dataclass(frozen=True, slots=True)
class Played:
    """What came of one run. `outcome` is None if a phase did not end."""

    situation: Situation
    watch: Watch
    outcome: Outcome | None = field(repr=False)  # asyncio writes the repr of what a main task returns

    def story(self) -> str:
        """Everything that happened and was asked, as text that two equal runs share."""
        if self.outcome is None:
            return "endless"
        requests = [[exchange.request.role, exchange.request.hash] for exchange in self.outcome.exchanges]
        return json.dumps([self.outcome.result.termination_reason, to_json(self.outcome.log), requests])

    def steps(self) -> list[str]:
        """The calls of the log, for a message that shows where two runs part."""
        return [] if self.outcome is None else [_step(to_json(event.action)) for event in self.outcome.log]


def play(make: Make, *situations: Situation) -> list[Played]:
    """Run the assistant in each situation, one after another."""
    return asyncio.run(_one_by_one(make, situations))


def play_together(make: Make, *situations: Situation) -> list[Played]:
    """Run the assistant in all situations at the same time, as a job with several runs in flight does."""
    return asyncio.run(_together(make, situations))


async def _one_by_one(make: Make, situations: Sequence[Situation]) -> list[Played]:
    return [await _play(make, situation) for situation in situations]


async def _together(make: Make, situations: Sequence[Situation]) -> list[Played]:
    return await asyncio.gather(*(_play(make, situation) for situation in situations))


async def _play(make: Make, situation: Situation) -> Played:
    watch = Watch()
    agents = Agents(
        {"user": user(situation.user), "observe": situation.model("observe"), "execute": situation.model("execute")},
        load_prompts(),
        replace(situation.settings, protocol=situation.protocol),
        lambda setup: WatchedAssistant(make, setup, watch),
    )
    try:
        return Played(situation, watch, await run_episode(_compiled(situation.text), agents))
    except Endless:
        return Played(situation, watch, None)


@cache
def _compiled(text: str) -> YamlScenario:
    return compile_scenario(text, "the contract's scenario")


def _step(action: object) -> str:
    if not isinstance(action, dict):
        return "-"
    return f"{action.get('app')}.{action.get('function')} {json.dumps(action.get('args'), ensure_ascii=False)[:120]}"
