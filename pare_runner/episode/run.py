"""One run of one scenario by two agents: scenario, agents, policies and a seed in, an outcome out."""

from __future__ import annotations

import copy
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.agents.contract import AgentSetup, Assistant, UserAgent
from pare_runner.agents.conversation import observed
from pare_runner.agents.prompts import PromptSet
from pare_runner.agents.protocols.contract import MessageProtocol
from pare_runner.agents.protocols.native import NativeProtocol
from pare_runner.agents.protocols.react import ReactProtocol
from pare_runner.agents.user import ScreenUser
from pare_runner.apps.core.dates import to_spoken
from pare_runner.episode.judging import ask_judge
from pare_runner.episode.metrics import count_exchanges, first_proposal
from pare_runner.episode.oracle import count_actions
from pare_runner.episode.outcome import Outcome, tried_to_leave
from pare_runner.episode.phase import Stage
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.episode.toolsets import Toolsets
from pare_runner.episode.turns import TurnLoop
from pare_runner.episode.world import EpisodeEnded, World
from pare_runner.noise.env_events.stream import open_stream, with_own_events
from pare_runner.noise.failures import ToolFailures, failed_by_noise
from pare_runner.noise.settings import NO_NOISE, NoiseSettings, with_own_tools
from pare_runner.noise.texts import tool_texts
from pare_runner.policy.policy import Policy, Session
from pare_runner.policy.request import Role
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario

T = TypeVar("T")
FORCED_FAILURES = (
    "limit:context",
    "limit:content_filter",
    "limit:reply_size",
    "limit:format_retries",
    "limit:tokens",
    "limit:max_idle_turns",
)
"""Ends that a model brought about and that no check can make good."""
LAST_MOMENT = 253_370_764_800.0
"""9999-01-01: no episode goes on after it, however long an agent waits, since later times cannot be written."""


@dataclass(frozen=True, slots=True)
class Agents:
    """Who acts: what answers each role, and what makes the user and the assistant of a run."""

    policies: Mapping[Role, Policy]
    prompts: PromptSet
    settings: EpisodeSettings = field(default_factory=EpisodeSettings)
    make_assistant: Callable[[AgentSetup], Assistant] = ObserveExecuteAssistant
    make_user: Callable[[AgentSetup], UserAgent] = ScreenUser

    @property
    def protocol(self) -> MessageProtocol:
        """The message protocol of the settings."""
        return NativeProtocol() if self.settings.protocol == "native" else ReactProtocol(observed(self.prompts.render))


def new_outcome(scenario: PAREScenario, *, seed: int = 0, run_number: int = 1) -> Outcome:
    """The outcome of a run that has not begun."""
    return Outcome(scenario, run_number, seed, False, PAREScenarioValidationResult(success=None), 0.0)


async def run_episode(
    scenario: PAREScenario, agents: Agents, *, seed: int = 0, run_number: int = 1, noise: NoiseSettings = NO_NOISE
) -> Outcome:
    """Run `scenario` with `agents` under `noise` and judge it; see `fill`."""
    outcome = new_outcome(scenario, seed=seed, run_number=run_number)
    await fill(outcome, agents, noise)
    return outcome


async def fill(outcome: Outcome, agents: Agents, noise: NoiseSettings = NO_NOISE) -> None:
    """Run the scenario of a new `outcome` with `agents` under `noise`, and put into it what comes of that.

    A part of `noise` that is absent is what a Python scenario says of itself, if it does. Whatever the scenario, a
    check or a model does is told by the outcome. Cancellation passes; the outcome then holds what had happened, and no
    verdict.
    """
    try:
        await _run(outcome, agents, noise)
    except Exception as error:  # whatever is raised is the outcome of the run
        outcome.result.exception = error
        outcome.result.success = None
    except SystemExit as error:  # a run must not end the others, either
        outcome.result.exception = tried_to_leave(error)
        outcome.result.success = None
    finally:
        if outcome.phone is not None:
            outcome.end_time = outcome.phone.services.clock.now
            outcome.log = list(outcome.phone.log)
            outcome.failed_events = [event for event in outcome.log if event.scheduled and event.failed()]
        count_exchanges(outcome.metrics, outcome.exchanges)


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never has to wait, such as an episode of offline policies."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    coroutine.close()
    raise RuntimeError("a policy that has to wait needs an event loop")


async def _run(outcome: Outcome, agents: Agents, given: NoiseSettings) -> None:
    scenario, settings = outcome.scenario, agents.settings
    scenario.initialize()
    outcome.end_time = scenario.start
    events = with_own_events(given, scenario)
    noise = with_own_tools(given, scenario)  # each part may have data of its own
    if noise.events is not events.events:
        noise = replace(noise, events=events.events)
    outcome.noise = noise
    texts = tool_texts(noise)
    phone = outcome.phone = scenario.new_phone(outcome.seed, outcome.run_number)
    stream = open_stream(events, scenario, phone, seed=outcome.seed, run_number=outcome.run_number)
    durations = (scenario.duration, settings.max_duration, max(LAST_MOMENT - scenario.start, 0.0))
    if noise.tools is not None and noise.tools.tool_failure_probability:
        services = phone.services
        failures = ToolFailures(noise.tools, services.draws, services.clock, scenario.start, outcome.tool_draws)
        phone.obstacle = failures
    world = World(scenario, phone, min(limit for limit in durations if limit is not None), stream)
    sessions = {role: policy.start(role, world) for role, policy in agents.policies.items()}
    acting: dict[Role, Session] = {role: session for role, session in sessions.items() if role != "judge"}
    stage = Stage(world, settings, agents.protocol, acting, Toolsets(scenario, texts), outcome.exchanges)
    setup = AgentSetup(
        agents.prompts,
        agents.protocol,
        world.openable(),
        to_spoken(scenario.start),
        goal=scenario.user_goal,
        additional=scenario.additional_system_prompt,
    )
    loop = TurnLoop(stage, agents.make_user(setup), agents.make_assistant(setup))
    reason: str | None = None
    why = ""
    try:
        await loop.run()
    except EpisodeEnded as end:
        reason, why = end.reason, f"the episode ended by {end}"
    finally:
        outcome.result.termination_reason = reason
        _count(outcome, world, loop)
    world.environment.validation_failure = world.simulation.failed
    if "judge" in sessions and reason not in FORCED_FAILURES:
        world.environment.verdicts = await ask_judge(scenario, world, sessions["judge"], agents, outcome.exchanges)
    result = _judged(outcome, world) if reason not in FORCED_FAILURES else _failed(outcome, world, why)
    result.termination_reason = reason
    outcome.result = result
    _count(outcome, world, loop)


def _failed(outcome: Outcome, world: World, why: str) -> PAREScenarioValidationResult:
    """The verdict on a run that has failed already: its checks are asked for their columns, and one may raise."""
    try:
        result = _judged(outcome, world)
    except Exception as error:  # a check may not be ready for a run that broke off
        return PAREScenarioValidationResult(success=False, rationale=f"{why}; {error}")
    result.success, result.rationale = False, f"{why}; {result.rationale}" if result.rationale else why
    return result


def _judged(outcome: Outcome, world: World) -> PAREScenarioValidationResult:
    # `validate` of a Python scenario may ask its own apps: it gets those of this run.
    judge = copy.copy(outcome.scenario)
    judge.apps = world.environment.apps
    judge.run_number = outcome.run_number
    result = judge.validate(world.environment)
    if not isinstance(result, PAREScenarioValidationResult):
        raise TypeError(f"validate() must return a PAREScenarioValidationResult, not {type(result).__name__}")
    return result


def _count(outcome: Outcome, world: World, loop: TurnLoop) -> None:
    count_actions(outcome.result, world.environment)
    outcome.result.number_of_turns = loop.turns
    metrics = outcome.metrics
    metrics.idle_turns, metrics.lapsed_proposals = loop.idle_turns, world.lapsed
    metrics.unseen_events = world.unseen_events()
    metrics.first_proposal_seconds = first_proposal(world.environment)
    metrics.refused = dict(loop.stage.refused)
    metrics.noise_failures = sum(map(failed_by_noise, world.phone.log))
