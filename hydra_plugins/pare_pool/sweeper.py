"""`hydra/sweeper=pare_pool`: Hydra's grid of overrides, but nothing is written before every job has been validated.

Hydra runs this module before it is in `sys.modules`; a dataclass with postponed annotations would fail here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper, BasicSweeperConf
from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, OmegaConf

from pare_runner.cli.body import JobBody
from pare_runner.cli.explain import parse
from pare_runner.cli.sweep import (
    ComposedJob,
    check_budgets,
    compose_jobs,
    naming,
    placed_jobs,
    refuse_unlisted,
    sweep_files,
)
from pare_runner.errors import ConfigError


@dataclass
class PareSweeperConf(BasicSweeperConf):
    """The settings of Hydra's basic sweeper: `params`, `max_batch_size`."""

    _target_: str = "hydra_plugins.pare_pool.sweeper.PareSweeper"


ConfigStore.instance().store(group="hydra/sweeper", name="pare_pool", node=PareSweeperConf, provider="pare_runner")


class PareSweeper(BasicSweeper):
    """Composes all jobs once; hands them to a launcher that takes composed jobs, else their overrides."""

    task_function: TaskFunction | None = None

    def setup(self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig) -> None:
        """Take what Hydra hands to every sweeper; the base class passes the task on without keeping it."""
        super().setup(hydra_context=hydra_context, task_function=task_function, config=config)
        self.task_function = task_function

    def composed(self, arguments: list[str]) -> tuple[list[ComposedJob], list[list[list[str]]]]:
        """The jobs of the sweep, composed and validated, and their overrides in batches; nothing is written."""
        assert self.hydra_context is not None
        assert self.config is not None
        assert isinstance(self.task_function, JobBody)
        loader = self.hydra_context.config_loader
        if self.max_batch_size is not None and self.max_batch_size < 1:
            raise ConfigError(f"hydra.sweeper.max_batch_size={self.max_batch_size}: a batch has at least one job")
        overrides = [parse(text, loader) for text in (*self._parse_config(), *arguments)]
        refuse_unlisted(overrides)
        overrides += [parse(text, loader) for text in naming(self.config, overrides)]
        batches = self.split_arguments(overrides, self.max_batch_size)
        jobs = compose_jobs(loader, self.config, (job for batch in batches for job in batch), self.task_function)
        return jobs, batches

    def sweep(self, arguments: list[str]) -> list[Sequence[JobReturn]]:
        """Run the product of all values in `arguments` and in `params`; an argument wins over a parameter."""
        assert self.config is not None
        assert self.launcher is not None
        assert isinstance(self.task_function, JobBody)
        jobs, batches = self.composed(arguments)
        sweep_dir = Path(str(self.config.hydra.sweep.dir))
        jobs = placed_jobs(sweep_dir, jobs)
        launch_composed = getattr(self.launcher, "launch_composed", None)
        pooled = launch_composed is not None and self.task_function.run_all is not None
        if launch_composed is None:
            check_budgets(jobs)
        sweep_dir.mkdir(parents=True, exist_ok=True)
        OmegaConf.save(self.config, sweep_dir / "multirun.yaml")

        with sweep_files(sweep_dir, jobs, plan=not pooled):  # a pool writes the plan when all it needs is there
            if launch_composed is not None:
                return [launch_composed(jobs)]
            returned, first = [], 0
            for batch in batches:
                returned.append(self.launcher.launch(batch, initial_job_idx=first))
                first += len(batch)
            return returned
