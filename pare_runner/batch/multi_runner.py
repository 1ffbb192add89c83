"""Many runs of many scenarios from Python: the documented entry, over the engine."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pare_runner.batch.agents import with_hashes
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import run_job
from pare_runner.batch.observer import Observer
from pare_runner.batch.readiness import probe_models
from pare_runner.batch.results import PAREMultiScenarioValidationResult
from pare_runner.batch.status import newest_unfinished
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.scenarios.scenario import PAREScenario


@dataclass(slots=True)
class MultiScenarioRunner:
    """Runs experiments; may be made and used on any thread, and handles no signal there.

    Models that need a network are probed before the first experiment that asks them, once for each runner.
    """

    observer: Observer = field(default_factory=Observer)
    _answered: list[LLMEngineConfig] = field(default_factory=list, init=False)

    def run(
        self, config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario] | None = None
    ) -> PAREMultiScenarioValidationResult:
        """Run every unit of `config` and return what they came to.

        `scenarios` are run instead of those that the configuration names. Results go to `config.output_dir`, or below a
        new folder in the operating system's temporary directory; with `config.resume` what is there goes on.

        What a scenario or a model does is told by the results. Raises InputError for what cannot run at all, and
        RuntimeError inside a running event loop.
        """
        if config.resume == "last":
            config = config.model_copy(update={"resume": str(newest_unfinished(Path("outputs")))})
        directory = Path(config.resume or config.output_dir or tempfile.mkdtemp(prefix="pare_runner_"))
        config = with_hashes(config)
        probe_models(config, self._answered, None if config.resume is None else directory)
        report = run_job(
            config,
            directory,
            load=None if scenarios is None else lambda config: scenarios,
            observer=self.observer,
            resume=config.resume is not None,
            only_exceptions=config.only is not None,
        )
        return report.results

    def run_with_scenarios(
        self, config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario]
    ) -> PAREMultiScenarioValidationResult:
        """The same as `run` with `scenarios`, under the other name it is known by."""
        return self.run(config, scenarios)
