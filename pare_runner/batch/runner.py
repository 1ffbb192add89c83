"""One run of one scenario from Python: the documented entry, thin over `episode`."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path

from pare_runner.batch.agents import AgentFactory, noise_settings, online_engines, with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig, ScenarioRunnerConfig
from pare_runner.batch.given import given_scenario
from pare_runner.batch.identity import config_hash, get_run_id
from pare_runner.batch.interrupts import inside_a_loop
from pare_runner.batch.readiness import probe_new
from pare_runner.batch.rendering import Renderer
from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import run_episode
from pare_runner.errors import ConfigError
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.secrets import environment
from pare_runner.scenarios.result import PAREScenarioValidationResult
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.exporter import PAREJsonScenarioExporter
from pare_runner.traces.registry import check_format


@dataclass(slots=True)
class TwoAgentScenarioRunner:
    """Runs scenarios one at a time, with a simulated user and an assistant, or their own solution.

    Models that need a network are probed before the first run that asks them, once for each runner. Nothing is
    recorded and no results are written but traces, and runs awaited at the same time share neither connections nor
    limits; whole experiments are `python -m pare_runner`.
    """

    adapters: Adapters = field(default_factory=Adapters)
    _answered: list[LLMEngineConfig] = field(default_factory=list, init=False)

    def run(
        self,
        config: ScenarioRunnerConfig,
        scenario: PAREScenario,
        *,
        run_number: int = 1,
        prompts_dir: str | None = None,
        replay: str | None = None,
    ) -> PAREScenarioValidationResult:
        """Run `scenario` on an event loop of its own and return the verdict.

        With `config.oracle` the scenario's own solution is played. `prompts_dir` is a folder of prompt templates that
        replace ours, `replay` the directory of a job whose recorded replies are played instead of asking models; both
        default to those of a `MultiScenarioRunnerConfig`. With `config.export` the trace is written to
        `config.output_dir`, or to the operating system's temporary directory, and `export_path` names it: see
        `PAREJsonScenarioExporter`. `duration` is wall clock in seconds.

        What a scenario or a model does is told by the result. Raises InputError for what cannot run at all: no such
        assistant, folder or recording, a model that does not answer, an `output_dir` that cannot be written to; and
        RuntimeError inside a running event loop.
        """
        if inside_a_loop():
            raise RuntimeError(
                "TwoAgentScenarioRunner.run() starts an event loop and there is one running here "
                "(a notebook, an async function): use `await runner.arun(...)`"
            )
        return asyncio.run(self.arun(config, scenario, run_number=run_number, prompts_dir=prompts_dir, replay=replay))

    async def arun(
        self,
        config: ScenarioRunnerConfig,
        scenario: PAREScenario,
        *,
        run_number: int = 1,
        prompts_dir: str | None = None,
        replay: str | None = None,
    ) -> PAREScenarioValidationResult:
        """Like `run`, on the event loop that runs already."""
        _check(config, run_number)
        scenario = given_scenario(scenario)
        started = time.perf_counter()
        if config.oracle:
            outcome = run_oracle(
                scenario, seed=config.seed, run_number=run_number, noise=noise_settings(config, scenario)
            )
        else:
            if isinstance(config, MultiScenarioRunnerConfig):
                prompts_dir, replay = prompts_dir or config.prompts_dir, replay or config.replay
            factory = AgentFactory.of(config, prompts_dir=prompts_dir, replay=replay)
            config = with_hashes(config, prompts_dir)
            outcome = await self._episode(factory, scenario, run_number)
        result = outcome.result
        result.duration = time.perf_counter() - started
        if config.export:
            result.export_path = str(_write_trace(config, outcome))
        return result

    async def _episode(self, factory: AgentFactory, scenario: PAREScenario, run_number: int) -> Outcome:
        async with Endpoints(environment()) as endpoints:
            if factory.recording is None:
                await probe_new(online_engines(factory.config).values(), self._answered, self.adapters, endpoints)
                factory.connect(lambda engine: self.adapters.policy(engine, endpoints))
            agents = factory.agents(scenario, run_number)
            noise = noise_settings(factory.config, scenario)
            return await run_episode(scenario, agents, seed=factory.config.seed, run_number=run_number, noise=noise)


def _check(config: ScenarioRunnerConfig, run_number: int) -> None:
    """Refuse what would otherwise be found out only after the run, or not at all."""
    if run_number < 1:
        raise ConfigError(f"run_number={run_number}: run numbers start at 1")
    if config.judge_only:
        raise ConfigError(
            "judge_only: a single run is judged when it is made", hint="`pare rescore DIR` judges recorded runs anew"
        )
    if config.export:
        check_format(config.trace_dump_format)


def _write_trace(config: ScenarioRunnerConfig, outcome: Outcome) -> Path:
    """Write the trace; of several formats the file of the first."""
    run_id = get_run_id(outcome.scenario.scenario_id, outcome.run_number, config_hash(config))
    whole = MultiScenarioRunnerConfig.model_validate(config.model_dump(include=set(ScenarioRunnerConfig.model_fields)))
    trace = Renderer.of(whole).record(run_id, outcome)
    return PAREJsonScenarioExporter().export_to_json_file(trace, config.output_dir, config.trace_dump_format)
