"""What executors are put to the test with: scenarios that tell an assistant how to behave, and one that does."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

from pare_runner.agents.contract import AgentSetup, Phase
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.llm.config import OFFLINE, LLMEngineConfig
from pare_runner.prove.assistants.situations import BUSY, QUIET
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario

FOREVER = 3600
"""Seconds that no test waits for."""
TOLD = """\
id: {name}
title: Somebody tells the assistant what to do
start_time: 2025-11-18T09:00:00Z
duration: 30m
apps:
  messages:
    type: StatefulMessagingApp
    users: {{ines: Ines Duarte}}
    conversations:
      - {{id: ines, participants: [ines], messages: [{{from: ines, at: -1d, content: Until tomorrow.}}]}}
events:
  - id: told
    env: messages.create_and_add_message
    at: 30s
    args: {{conversation_id: ines, sender_id: ines, content: "Please {what} ."}}
checks:
  - {{not: {{proposed: true}}}}
"""


class Obedient:
    """Proposes nothing, and does in its first phase what a message asks it for.

    `wait S`: awaits for S seconds; `block S`: keeps its thread busy that long; `die`: ends its process; `die_once
    FILE`: the same unless FILE exists, which it creates before.
    """

    def __init__(self, setup: AgentSetup) -> None:
        pass

    async def observe(self, phase: Phase) -> None:
        """Do what the news say."""
        for news in phase.news():
            words = news.message.partition("Please ")[2].split()
            match words[:2]:
                case ["wait", seconds]:
                    await asyncio.sleep(float(seconds))
                case ["block", seconds]:
                    time.sleep(float(seconds))
                case ["die", _]:
                    os.kill(os.getpid(), signal.SIGKILL)
                case ["die_once", file] if not Path(file).exists():
                    Path(file).touch()
                    os._exit(3)

    async def execute(self, phase: Phase) -> None:
        """There is nothing to carry out."""


def told(name: str, what: str) -> PAREScenario:
    """A scenario called `name` in which an `Obedient` assistant does `what`; it succeeds."""
    return compile_scenario(TOLD.format(name=name, what=what), name)


def ordinary() -> list[PAREScenario]:
    """Scenarios for the assistant of the documented turn loop."""
    return [compile_scenario(text, "contract") for text in (BUSY, QUIET)]


def experiment(**fields: Any) -> MultiScenarioRunnerConfig:
    """An experiment without a network that exports traces, keeps logs, and makes every run."""
    offline = LLMEngineConfig(adapter=OFFLINE, model_name="scripted")
    values: dict[str, Any] = {
        "user_engine_config": offline,
        "observe_engine_config": offline,
        "execute_engine_config": offline,
        "execute_max_iterations": 10,
        "simulated_generation_time_mode": "fixed",
        "export": True,
        "log_level": "DEBUG",
        "cache": "bypass",
    }
    return MultiScenarioRunnerConfig.model_validate(values | fields)


def obeying(**fields: Any) -> MultiScenarioRunnerConfig:
    """The same with an `Obedient` assistant."""
    return experiment(agent_type=f"{__name__}:{Obedient.__name__}", **fields)
