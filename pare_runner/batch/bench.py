"""The bench: where runs are made, of any job of an invocation, on one event loop.

It is the worker's side of every executor. It writes nothing but the recording of model calls.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from io import StringIO
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from pare_runner.batch.again import Again, ReplayedCalls
from pare_runner.batch.agents import AgentFactory, noise_settings, online_engines
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.logs import forget_frames, job_context, log_outcome, unit_log
from pare_runner.batch.rendering import Renderer
from pare_runner.batch.time_limit import time_limit
from pare_runner.batch.work import JobSpec, Report, Task
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import fill, new_outcome
from pare_runner.errors import InputError, PareError
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.http.endpoints import Endpoints, own_limiter
from pare_runner.llm.http.limiter import MakeSlots
from pare_runner.llm.http.presence import Away
from pare_runner.llm.recording.kept import CallSink, KeptCalls
from pare_runner.llm.recording.recorder import TakeoverMismatch
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.replay import ReplayPolicy
from pare_runner.llm.recording.store import CallStore
from pare_runner.llm.secrets import environment
from pare_runner.noise.settings import NoiseSettings
from pare_runner.policy.request import Role, Usage
from pare_runner.scenarios.scenario import PAREScenario

log = logging.getLogger(__name__)

FindScenario = Callable[[int, str], PAREScenario]
"""The scenario of a job by its id."""
OnUsage = Callable[[int, Role, Usage], None]
"""Told of each model call as it ends: the job, the role that asked, and the tokens."""


class UnitTimeout(PareError):
    """A run took longer, by the wall clock, than `timeout_seconds` allows."""


@dataclass(slots=True)
class _Place:
    """One job at the bench; what it needs for runs of agents is made when the first one comes."""

    spec: JobSpec
    renderer: Renderer
    factory: AgentFactory | None = None
    store: CallStore | None = None
    noise: dict[str, NoiseSettings] = field(default_factory=dict)


@dataclass(slots=True)
class Bench:
    """Makes runs; to be used as `async with Bench(...) as bench`, on the loop whose connections it uses.

    `make` may be awaited on other loops as well, by several threads.
    """

    jobs: Mapping[int, JobSpec]
    scenario: FindScenario
    make_limiter: MakeSlots = own_limiter
    on_usage: OnUsage | None = None
    on_expired: Callable[[Task], None] = lambda task: None
    make_store: Callable[[JobSpec], CallStore] = lambda spec: CallStore(Path(spec.directory))
    environ: Callable[[], Mapping[str, str]] = environment
    adapters: Adapters = field(default_factory=Adapters)
    _endpoints: Endpoints | None = field(default=None, init=False)
    _places: dict[int, _Place] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _resources: AsyncExitStack = field(default_factory=AsyncExitStack, init=False)

    async def __aenter__(self) -> Self:
        asking = [spec.config for spec in self.jobs.values() if asks_models(spec.config)]
        if asking:
            endpoints = Endpoints(self.environ(), self.make_limiter, asking[0].offline_patience)
            self._endpoints = await self._resources.enter_async_context(endpoints)
        return self

    def away(self) -> list[Away]:
        """The services that runs here wait for; may be asked by any thread."""
        return [] if self._endpoints is None else self._endpoints.away()

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
            calls: CallSink | None = KeptCalls(place.store) if place.spec.keep_calls else place.store
            try:
                outcome, calls = await self._again(place, task) or (await self._outcome(place, task, calls), calls)
            except TakeoverMismatch as mismatch:
                log.warning("%s is made from its beginning: %s", task.run_id, mismatch)
                task = replace(task, attempt=task.attempt + 1, earlier=None)
                calls = KeptCalls(place.store) if place.spec.keep_calls else place.store
                outcome = await self._outcome(place, task, calls)
            again = isinstance(calls, ReplayedCalls)
            if not again:
                outcome.result.duration = perf_counter() - began
            if place.store is not None:
                place.store.sync()
            report = report_on(place.renderer, task, outcome, collected if config.writes_unit_logs else None)
            report.source = "cache" if again else "run"
            report.calls = calls.lines() if isinstance(calls, KeptCalls) else None
            return report

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
                    place.store = self.make_store(spec)
            return place

    def _factory(self, config: MultiScenarioRunnerConfig) -> AgentFactory:
        factory = AgentFactory.of(config, prompts_dir=config.prompts_dir, replay=config.replay)
        if asks_models(config):
            endpoints = self._endpoints
            assert endpoints is not None
            factory.connect(lambda engine: self.adapters.policy(engine, endpoints))
        return factory

    async def _again(self, place: _Place, task: Task) -> tuple[Outcome, CallSink | None] | None:
        """A run made again from its recorded calls; None for another task, and if they do not fit any more."""
        if task.recorded is None or place.factory is None or place.store is None:
            return None
        scenario, calls = self.scenario(task.job, task.unit.scenario), ReplayedCalls()
        outcome = new_outcome(scenario, seed=place.spec.config.seed, run_number=task.unit.run)
        try:
            recording = Recording.of(task.recorded.calls, Path("the cache"))
            (attempt,) = recording.attempts(task.unit) or [task.attempt]
            judge = place.factory.policies(task.unit).get("judge")
            again = Again(place.factory, recording, task.unit, attempt, judge)
            await again.fill(outcome, self._noise(place, task), calls, task.attempt)
        except InputError as error:
            log.warning("%s is run: its calls in the cache do not fit any more (%s)", task.run_id, error)
            return None
        outcome.result.duration = task.recorded.duration
        place.store.append(calls.lines())
        return outcome, calls

    def _noise(self, place: _Place, task: Task) -> NoiseSettings:
        noise = place.noise.get(task.unit.scenario)
        if noise is None:
            scenario = self.scenario(task.job, task.unit.scenario)
            noise = place.noise[task.unit.scenario] = noise_settings(place.spec.config, scenario)
        return noise

    async def _outcome(self, place: _Place, task: Task, store: CallSink | None) -> Outcome:
        config, scenario = place.spec.config, self.scenario(task.job, task.unit.scenario)
        noise = self._noise(place, task)
        if place.factory is None:
            return run_oracle(scenario, seed=config.seed, run_number=task.unit.run, noise=noise)
        outcome = new_outcome(scenario, seed=config.seed, run_number=task.unit.run)
        try:
            async with time_limit(config.timeout_seconds, partial(self.on_expired, task)):
                await self._fill(outcome, noise, place.factory, store, task)
        except TimeoutError:
            outcome.result.exception = timed_out(config)
        return outcome

    async def _fill(
        self, outcome: Outcome, noise: NoiseSettings, factory: AgentFactory, store: CallSink | None, task: Task
    ) -> None:
        policies = factory.policies(task.unit)
        earlier = None if task.earlier is None else task.earlier.calls
        tell = None if self.on_usage is None else partial(self.on_usage, task.job)
        agents = factory.agents(outcome.scenario, task.unit.run, store, policies, task.attempt, earlier, tell)
        await fill(outcome, agents, noise)
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
        return report_on(Renderer.of(config), task, outcome, collected if config.writes_unit_logs else None)


def report_on(renderer: Renderer, task: Task, outcome: Outcome, collected: StringIO | None) -> Report:
    """The report on `outcome`, whose end is logged; `collected` is the run's own log, None if it is not wanted."""
    report = renderer.report(task, outcome)
    log_outcome(outcome)
    forget_frames(outcome.result.exception)
    return replace(report, log=None if collected is None else collected.getvalue())
