"""How the runs of a job are made: one after another, or several in flight on one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractContextManager, AsyncExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from pare_runner.batch.agents import AgentFactory, online_engines
from pare_runner.batch.collector import patient_collector
from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig
from pare_runner.batch.units import Unit
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import fill, new_outcome
from pare_runner.errors import ConfigError, PareError
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.replay import ReplayPolicy
from pare_runner.llm.recording.store import CallStore
from pare_runner.llm.secrets import environment
from pare_runner.scenarios.scenario import PAREScenario

T = TypeVar("T")
IN_FLIGHT = 64
"""Runs in flight where models are asked and the configuration leaves it open."""

Around = Callable[[Unit], AbstractContextManager[None]]
Done = Callable[[Unit, Outcome], None]


class UnitTimeout(PareError):
    """A run took longer, by the wall clock, than `timeout_seconds` allows."""


class RunOracle(Protocol):
    """Runs a scenario's oracle once; never raises for what the scenario does."""

    def __call__(self, scenario: PAREScenario, *, seed: int, run_number: int) -> Outcome: ...


class Runs(Protocol):
    """Makes the runs of a job."""

    def run(self, units: Sequence[Unit], around: Around, done: Done) -> None:
        """Run every unit inside `around(unit)` and hand each outcome to `done` there.

        Raises what `done` raises, and ReplayMismatch; never for what a scenario or a model does.
        """


@dataclass(frozen=True, slots=True)
class OracleRuns:
    """The flows as written, one after another."""

    config: ScenarioRunnerConfig
    play: RunOracle = run_oracle

    def run(self, units: Sequence[Unit], around: Around, done: Done) -> None:
        """See `Runs`."""
        for unit in units:
            with around(unit):
                done(unit, self.play(unit.scenario, seed=self.config.seed, run_number=unit.run_number))


@dataclass(frozen=True, slots=True)
class AgentRuns:
    """Runs of agents; every model call is recorded below `directory`."""

    config: MultiScenarioRunnerConfig
    factory: AgentFactory
    directory: Path

    def run(self, units: Sequence[Unit], around: Around, done: Done) -> None:
        """See `Runs`. The recording holds every finished call however this ends, sorted if it ends well."""
        with CallStore(self.directory) as store, patient_collector():
            asyncio.run(self._run_all(units, store, around, done))
            store.finish()

    async def _run_all(self, units: Sequence[Unit], store: CallStore, around: Around, done: Done) -> None:
        waits = self.factory.recording is None and bool(online_engines(self.config))
        async with AsyncExitStack() as resources:
            if waits:
                endpoints = await resources.enter_async_context(Endpoints(environment()))
                adapters = Adapters()
                self.factory.connect(lambda engine: adapters.policy(engine, endpoints))
            in_flight = self.config.max_concurrent_scenarios or (IN_FLIGHT if waits else 1)
            await work_off(units, in_flight, lambda unit: self._one(unit, store, around, done))

    async def _one(self, unit: Unit, store: CallStore, around: Around, done: Done) -> None:
        with around(unit):
            outcome = new_outcome(unit.scenario, seed=self.config.seed, run_number=unit.run_number)
            try:
                async with asyncio.timeout(self.config.timeout_seconds):
                    await self._fill(outcome, unit, store)
            except TimeoutError:
                outcome.result.exception = UnitTimeout(f"the run took longer than {self.config.timeout_seconds} s")
            store.sync()  # what is finished is on disk before it counts
            done(unit, outcome)

    async def _fill(self, outcome: Outcome, unit: Unit, store: CallStore) -> None:
        policies = self.factory.policies(UnitKey(unit.scenario.scenario_id, unit.run_number))
        await fill(outcome, self.factory.agents(unit.scenario, unit.run_number, store, policies))
        replay = policies["user"]
        if isinstance(replay, ReplayPolicy):
            replay.check()  # a run that asked something else is no result of anybody's


async def work_off(items: Iterable[T], at_once: int, work: Callable[[T], Awaitable[None]]) -> None:
    """Do `work` on every item, at most `at_once` of them at a time; the first error cancels the rest and is raised.

    Each start and each item lets the event loop look around: all starts in one go would keep the first replies waiting,
    and work that never waits would not hear Ctrl-C.
    """
    waiting = iter(items)

    async def go_on(item: T) -> None:
        await work(item)
        for following in waiting:
            await asyncio.sleep(0)
            await work(following)

    try:
        async with asyncio.TaskGroup() as group:
            for item in islice(waiting, at_once):
                group.create_task(go_on(item))
                await asyncio.sleep(0)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def runs_of(config: MultiScenarioRunnerConfig, directory: Path) -> Runs:
    """What makes the runs of a job in `directory`.

    InputError if its agents cannot be made or a key they need is not set; nothing is sent, nothing is written.
    """
    if config.oracle:
        return OracleRuns(config)
    factory = AgentFactory.of(config, prompts_dir=config.prompts_dir, replay=config.replay)
    if config.replay is None:
        _check_keys(config)
    return AgentRuns(config, factory, directory)


def probe_models(config: MultiScenarioRunnerConfig, answered: list[LLMEngineConfig]) -> None:
    """Ask every model of `config` whether it is there; see `probe_new`. It is an error inside a running event loop."""
    models = [] if config.oracle or config.replay is not None else list(online_engines(config).values())

    async def ask() -> None:
        async with Endpoints(environment()) as endpoints:
            await probe_new(models, answered, Adapters(), endpoints)

    if models:
        asyncio.run(ask())


async def probe_new(
    models: Iterable[LLMEngineConfig], answered: list[LLMEngineConfig], adapters: Adapters, endpoints: Endpoints
) -> None:
    """Ask those of `models` that are not `answered` yet, and add them; ConfigError for the first that is not there."""
    for engine in models:
        if engine not in answered:
            await adapters.probe(engine, endpoints)
            answered.append(engine)


def _check_keys(config: ScenarioRunnerConfig) -> None:
    endpoints, adapters = Endpoints(environment()), Adapters()
    wrong: dict[str, list[str]] = {}
    for role, engine in online_engines(config).items():
        try:
            adapters.policy(engine, endpoints)
        except ConfigError as error:
            # Nobody types the user's model: say how another one is chosen.
            asked = "user (another one: model@user=...)" if role == "user" else role
            wrong.setdefault(str(error), []).append(asked)
    if wrong:
        raise ConfigError("\n".join(f"{', '.join(roles)}: {message}" for message, roles in wrong.items()))
