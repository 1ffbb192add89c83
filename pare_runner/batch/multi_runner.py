"""Many runs of many scenarios from Python: the documented entry, over the engine."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from pare_runner.batch.agents import with_hashes
from pare_runner.batch.asked import LAST
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.given import given_scenarios
from pare_runner.batch.interrupts import inside_a_loop
from pare_runner.batch.invocation import Invocation, job_units
from pare_runner.batch.observer import Observer
from pare_runner.batch.readiness import probe_models
from pare_runner.batch.request import JobRequest
from pare_runner.batch.results import PAREMultiScenarioValidationResult
from pare_runner.batch.status import newest_unfinished
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.scenarios.scenario import PAREScenario

Scenarios = Iterable[PAREScenario | type[PAREScenario]]


@dataclass(slots=True)
class MultiScenarioRunner:
    """Runs experiments; may be made and used on any thread, and handles no signal there.

    Models that need a network are probed before the first experiment that asks them, once for each runner.
    """

    observer: Observer = field(default_factory=Observer)
    _answered: list[LLMEngineConfig] = field(default_factory=list, init=False)

    def run(
        self, config: MultiScenarioRunnerConfig, scenarios: Scenarios | None = None
    ) -> PAREMultiScenarioValidationResult:
        """Run every unit of `config` and return what they came to.

        `scenarios` are run instead of those that the configuration names; a class stands for an instance made without
        arguments. Results go to `config.output_dir`, or below a new folder in the operating system's temporary
        directory; with `config.resume` what is there goes on.

        What a scenario or a model does is told by the results. Raises InputError for what cannot run at all, before
        anything is written. Where an event loop is running (a notebook) the work is done on a thread beside it, and the
        loop waits; Ctrl-C then lets the runs in flight end and starts no other.
        """
        cancelled = Event()
        if not inside_a_loop():
            return self._run(config, scenarios, cancelled)
        with ThreadPoolExecutor(1, "pare_runner") as beside:  # left when the thread is done, whatever came of it
            made = beside.submit(copy_context().run, self._run, config, scenarios, cancelled)
            try:
                return made.result()
            finally:
                cancelled.set()

    async def arun(
        self, config: MultiScenarioRunnerConfig, scenarios: Scenarios | None = None
    ) -> PAREMultiScenarioValidationResult:
        """Like `run`, on a thread beside the running event loop, which goes on meanwhile.

        Cancelled, it starts no further run and waits for those in flight; cancelled again, it does not wait.
        """
        cancelled = Event()
        made = asyncio.create_task(asyncio.to_thread(self._run, config, scenarios, cancelled))
        try:
            return await asyncio.shield(made)
        finally:
            cancelled.set()
            await asyncio.gather(made, return_exceptions=True)

    def run_with_scenarios(
        self, config: MultiScenarioRunnerConfig, scenarios: Scenarios
    ) -> PAREMultiScenarioValidationResult:
        """The same as `run` with `scenarios`, under the other name it is known by."""
        return self.run(config, scenarios)

    def _run(
        self, config: MultiScenarioRunnerConfig, scenarios: Scenarios | None, cancelled: Event
    ) -> PAREMultiScenarioValidationResult:
        given = None if scenarios is None else given_scenarios(scenarios)
        if config.resume == LAST:
            config = config.model_copy(update={"resume": str(newest_unfinished(Path("outputs")))})
        config = with_hashes(config)
        units = job_units(config, load=None if given is None else lambda config: given)
        probe_models(config, self._answered, None if config.resume is None else Path(config.resume))
        invocation = Invocation(
            Path(config.resume or config.output_dir or tempfile.mkdtemp(prefix="pare_runner_")),
            self.observer,
            resume=config.resume is not None,
            only_exceptions=config.only is not None,
            cancelled=cancelled,
        )
        (report,) = invocation.run([JobRequest(config, units)])
        return report.results
