"""`hydra/launcher=pare_pool`: runs the units of all jobs of a sweep as one queue; each job is composed once.

Hydra runs this module before it is in `sys.modules`; a dataclass with postponed annotations would fail here.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hydra._internal.core_plugins.basic_launcher import BasicLauncher
from hydra.core.config_store import ConfigStore
from hydra.core.utils import JobReturn, configure_log, setup_globals

from pare_runner.cli.body import JobBody
from pare_runner.cli.pool import run_pool
from pare_runner.cli.sweep import ComposedJob, run_composed

log = logging.getLogger(__name__)


@dataclass
class PareLauncherConf:
    """The launcher's configuration: it has no settings yet."""

    _target_: str = "hydra_plugins.pare_pool.launcher.PareLauncher"


ConfigStore.instance().store(group="hydra/launcher", name="pare_pool", node=PareLauncherConf, provider="pare_runner")


class PareLauncher(BasicLauncher):
    """Runs jobs that our sweeper has composed and validated."""

    def launch_composed(self, jobs: Sequence[ComposedJob]) -> Sequence[JobReturn]:
        """Run `jobs`, all in one queue if the task can."""
        assert self.hydra_context is not None
        assert self.config is not None
        assert isinstance(self.task_function, JobBody)
        setup_globals()
        if self.task_function.run_all is not None:
            configure_log(self.config.hydra.hydra_logging, self.config.hydra.verbose)
            return run_pool(jobs, self.hydra_context, self.task_function, self.task_function.run_all)
        returned = []
        for job in jobs:
            configure_log(self.config.hydra.hydra_logging, self.config.hydra.verbose)
            log.info("%s: %s", job.label, job.folder)
            returned.append(run_composed(job, self.hydra_context, self.task_function))
        configure_log(self.config.hydra.hydra_logging, self.config.hydra.verbose)
        return returned
