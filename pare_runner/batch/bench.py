"""The bench: where runs are made, of any job of an invocation, on one event loop.

It is the worker's side of every executor. It writes nothing but the recording of model calls.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from pare_runner.batch.agents import AgentFactory, online_engines
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.logs import forget_frames, job_context, log_outcome, unit_log
from pare_runner.batch.rendering import Renderer
from pare_runner.batch.work import JobSpec, Report, Task
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import fill, new_outcome
from pare_runner.errors import PareError
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.recording.replay import ReplayPolicy
from pare_runner.llm.recording.store import CallStore
from pare_runner.llm.secrets import environment
from pare_runner.scenarios.scenario import PAREScenario

log = logging.getLogger(__name__)

FindScenario = Callable[[int, str], PAREScenario]
"""The scenario of a job by its id."""
MakeEndpoints = Callable[[], Endpoints]


class UnitTimeout(PareError):
    """A run took longer, by the wall clock, than `timeout_seconds` allows."""


@dataclass(slots=True)
class _Place:
    """One job at the bench; what it needs for runs of agents is made when the first one comes."""

    spec: JobSpec
    renderer: Renderer
    factory: AgentFactory | None = None
    store: CallStore | None = None


@dataclass(slots=True)
class Bench:
    """Makes runs; to be used as `async with Bench(...) as bench`, on the loop whose connections it uses.

    `make` may be awaited on other loops as well, by several threads.
    """

    jobs: Mapping[int, JobSpec]
    scenario: FindScenario
    make_endpoints: MakeEndpoints = lambda: Endpoints(environment())
    adapters: Adapters = field(default_factory=Adapters)
    _endpoints: Endpoints | None = field(default=None, init=False)
    _places: dict[int, _Place] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _resources: AsyncExitStack = field(default_factory=AsyncExitStack, init=False)

    async def __aenter__(self) -> Self:
        if any(asks_models(spec.config) for spec in self.jobs.values()):
            self._endpoints = await self._resources.enter_async_context(self.make_endpoints())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in list(self._places):
            self.close(number)
        await self._resources.__aexit__(kind, error, trace)

    async def make(self, task: Task) -> Report:
        """Make one run and report on it; what it recorded is on disk by then.

        Raises ReplayMismatch, OSError where calls cannot be recorded, and whatever abandons a run; never for what a
        scenario or a model does.
        """
        place = self._place(task.job)
        config = place.spec.config
        with ExitStack() as contexts:
            contexts.enter_context(job_context(task.job))
            collected = contexts.enter_context(unit_log())
            began = perf_counter()
            outcome = await self._outcome(place, task)
            outcome.result.duration = perf_counter() - began
            if place.store is not None:
                place.store.sync()
            return _report(place.renderer, task, outcome, collected if config.writes_unit_logs else None)

    def close(self, job: int) -> None:
        """Let go of a job: no more of its runs are going to be made."""
        place = self._places.pop(job, None)
        if place is not None and place.store is not None:
            place.store.close()

    def _place(self, job: int) -> _Place:
        with self._lock:
            place = self._places.get(job)
            if place is None:
                spec = self.jobs[job]
                place = self._places[job] = _Place(spec, Renderer.of(spec.config))
                if not spec.config.oracle:
                    place.factory = self._factory(spec.config)
                    place.store = CallStore(Path(spec.directory))
            return place

    def _factory(self, config: MultiScenarioRunnerConfig) -> AgentFactory:
        factory = AgentFactory.of(config, prompts_dir=config.prompts_dir, replay=config.replay)
        if asks_models(config):
            endpoints = self._endpoints
            assert endpoints is not None
            factory.connect(lambda engine: self.adapters.policy(engine, endpoints))
        return factory

    async def _outcome(self, place: _Place, task: Task) -> Outcome:
        config, scenario = place.spec.config, self.scenario(task.job, task.unit.scenario)
        if place.factory is None:
            return run_oracle(scenario, seed=config.seed, run_number=task.unit.run)
        outcome = new_outcome(scenario, seed=config.seed, run_number=task.unit.run)
        try:
            async with asyncio.timeout(config.timeout_seconds):
                await self._fill(outcome, place.factory, place.store, task)
        except TimeoutError:
            outcome.result.exception = timed_out(config)
        return outcome

    async def _fill(self, outcome: Outcome, factory: AgentFactory, store: CallStore | None, task: Task) -> None:
        policies = factory.policies(task.unit)
        await fill(outcome, factory.agents(outcome.scenario, task.unit.run, store, policies, task.attempt))
        replay = policies["user"]
        if isinstance(replay, ReplayPolicy):
            replay.check()  # a run that asked something else is no result of anybody's


def asks_models(config: MultiScenarioRunnerConfig) -> bool:
    """Whether runs of `config` wait for a network."""
    return not config.oracle and config.replay is None and bool(online_engines(config))


def timed_out(config: MultiScenarioRunnerConfig) -> UnitTimeout:
    """What a run that took too long ends in."""
    return UnitTimeout(f"the run took longer than {config.timeout_seconds} s")


def lost(config: MultiScenarioRunnerConfig, scenario: PAREScenario, task: Task, error: Exception) -> Report:
    """The report on a run that was cut off from outside, with `error` as what it died of."""
    outcome = new_outcome(scenario, seed=config.seed, run_number=task.unit.run)
    outcome.oracle = config.oracle
    outcome.result.exception = error
    with unit_log() as collected:
        return _report(Renderer.of(config), task, outcome, collected if config.writes_unit_logs else None)


def _report(renderer: Renderer, task: Task, outcome: Outcome, collected: StringIO | None) -> Report:
    report = renderer.report(task, outcome)
    log_outcome(outcome)
    forget_frames(outcome.result.exception)
    return replace(report, log=None if collected is None else collected.getvalue())
