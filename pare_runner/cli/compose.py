"""The one module that drives Hydra's machinery: search path, composition, one job or a sweep.

Hydra's own entry prints its errors itself, exits with 1 and hides what a task returned; so its parts are called here in
the order its entry calls them (1.3.8: `hydra._internal.utils._run_hydra`, `Hydra.run`, `Hydra.multirun`), and errors
reach our caller as exceptions. A job is composed once where Hydra composes it three times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hydra import version
from hydra._internal.callbacks import Callbacks
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path, get_args_parser
from hydra.core.config_loader import ConfigLoader
from hydra.core.config_search_path import SearchPathQuery
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, run_job
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, OmegaConf

from pare_runner.batch.asked import LAST, same_place
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.lock import refuse_in_use
from pare_runner.batch.request import JobRequest
from pare_runner.batch.resuming import check_resumable
from pare_runner.cli.body import JobBody, forecast_lines, runner_config
from pare_runner.cli.conf_dirs import conf_dirs, primary_name
from pare_runner.cli.explain import Context, composition_error, refuse_keys, sweep_without_flag
from pare_runner.cli.flags import CommandLine
from pare_runner.cli.folder_names import INVOCATION_ONLY
from pare_runner.cli.overrides import read_overrides
from pare_runner.errors import ConfigError

if TYPE_CHECKING:
    from hydra_plugins.pare_pool.sweeper import PareSweeper

JOB_NAME = "pare_runner"
SWEEP_GROUP = "sweep"
"""Group whose options are whole grids: choosing one asks for a sweep."""


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the configuration a command line asks for, and runs or shows it."""

    hydra: Hydra
    config_name: str
    overrides: tuple[str, ...]

    @classmethod
    def for_line(cls, line: CommandLine) -> Composer:
        """Set Hydra up for `line`: its folders, then ours. ConfigError for a line that holds a key of a service."""
        refuse_keys(line.overrides)
        version.setbase("1.3")
        folders = conf_dirs(line)
        name = primary_name(line, folders)
        search_path = create_config_search_path(str(folders[-1]))
        for folder in reversed(folders[:-1]):
            search_path.prepend("command-line", f"file://{folder}", SearchPathQuery(provider="main"))
        return cls(Hydra(JOB_NAME, ConfigLoaderImpl(search_path)), name, tuple(line.overrides))

    @property
    def loader(self) -> ConfigLoader:
        return self.hydra.config_loader

    def run(self, body: JobBody, *, multirun: bool) -> list[JobReturn]:
        """Run what was asked for: one job, or with `multirun` (or `hydra.mode=MULTIRUN` in a file) a sweep.

        Raises InputError for anything wrong with the configuration of any job, before the first one starts and before
        a file is written.
        """
        with self._explained():
            config = self._compose(multirun)
            sweep = config.hydra.mode == RunMode.MULTIRUN
            directory = _directory(config, sweep=sweep)
        resumes = config.resume not in (None, "")
        if resumes:
            refuse_in_use(directory)
        experiment = None if sweep else body.prepare(config)
        if not resumes:
            check_fresh(directory)
        elif experiment is not None:
            check_resumable(directory, [JobRequest(experiment.config, experiment.units)], sweep=False)
        try:
            return self._sweep(config, body) if sweep else [self._single(config, body)]
        except OSError as error:  # what a job raises comes back in its JobReturn; this is Hydra's own writing
            raise ConfigError(f"cannot write the results: {error}") from error

    def one_job(self) -> tuple[DictConfig, MultiScenarioRunnerConfig]:
        """The composition of a single job with Hydra's own part, and what it validates to; nothing is written.

        InputError for anything wrong with it, and for a sweep.
        """
        with self._explained():
            self._refuse_sweeps(self.overrides)
            config = self.loader.load_configuration(self.config_name, list(self.overrides), run_mode=RunMode.RUN)
            grid = config.hydra.runtime.choices.get(SWEEP_GROUP)
            if grid not in (None, "none"):
                raise ConfigError(f"{SWEEP_GROUP}={grid} is many jobs, and one is needed", hint="leave it out")
            return config, runner_config(config)

    def forecast(self, body: JobBody, *, multirun: bool) -> list[str]:
        """What the run or sweep would need, line by line; nothing is written and no model is asked."""
        with self._explained():
            config = self._compose(multirun)
            sweep = config.hydra.mode == RunMode.MULTIRUN
            directory = _directory(config, sweep=sweep)
        if sweep:
            jobs, _ = self._sweeper(config, body).composed(list(config.hydra.overrides.task))
            requests = [job.request for job in jobs if job.request is not None]
        else:
            experiment = body.prepare(config)
            requests = [JobRequest(experiment.config, experiment.units)]
        lines, warning = forecast_lines(requests, directory)
        return lines if warning is None else [*lines, f"warning: {warning}"]

    def show(self, line: CommandLine) -> None:
        """Print what `--cfg`, `--info` or `--hydra-help` ask for."""
        with self._explained():
            overrides = list(self.overrides)
            match line.action:
                case "--cfg":
                    self._refuse_sweeps(overrides)
                    self._show_config(line, overrides)
                case "--info":
                    self.hydra.show_info(
                        line.value("--info") or "all", config_name=self.config_name, overrides=overrides
                    )
                case "--hydra-help":
                    parser = get_args_parser()
                    self.hydra.hydra_help(self.config_name, parser, parser.parse_args(overrides))

    def _show_config(self, line: CommandLine, overrides: list[str]) -> None:
        package = line.value("--package")
        try:
            self.hydra.show_cfg(
                config_name=self.config_name,
                overrides=overrides,
                cfg_type=line.value("--cfg") or "job",
                package=package,
                resolve="--resolve" in line.flags,
            )
        except SystemExit as error:  # Hydra has said so itself, without a suggestion
            raise SystemExit(ConfigError.exit_status if error.code else 0) from error

    def _compose(self, multirun: bool) -> DictConfig:
        """The configuration of the job, or of the sweep as a whole; `hydra.mode` says which."""
        choices = [item for item in read_overrides(self.overrides, self.loader) if item.is_sweep_override()]
        for override in choices:
            if override.key_or_group in INVOCATION_ONLY:
                raise ConfigError(f"{override.key_or_group} is one for the whole sweep and cannot take several values")
        mode = RunMode.MULTIRUN if multirun or choices else RunMode.RUN
        config = self._load(mode, explicit=multirun)
        grid = config.hydra.runtime.choices.get(SWEEP_GROUP) not in (None, "none")  # a file with or without hydra.mode
        if (grid or config.hydra.mode == RunMode.MULTIRUN) and not multirun:
            config = self._load(RunMode.MULTIRUN, explicit=True)
        elif choices and not multirun:
            raise sweep_without_flag(choices[0], self._context(self.overrides))
        if config.hydra.mode is None:
            config.hydra.mode = RunMode.RUN
        if config.hydra.job.env_copy:
            raise ConfigError("hydra.job.env_copy would write values of the environment into files: it cannot be used")
        return config

    def _load(self, mode: RunMode, *, explicit: bool) -> DictConfig:
        overrides = [*self.overrides, f"hydra.mode={mode.name}"] if explicit else list(self.overrides)
        return self.hydra.compose_config(
            config_name=self.config_name, overrides=overrides, run_mode=mode, with_log_configuration=False
        )

    def _single(self, config: DictConfig, body: JobBody) -> JobReturn:
        callbacks = Callbacks(config)
        callbacks.on_run_start(config=config, config_name=self.config_name)
        returned = run_job(
            hydra_context=HydraContext(config_loader=self.loader, callbacks=callbacks),
            task_function=body,
            config=config,
            job_dir_key="hydra.run.dir",
            job_subdir_key=None,
        )
        callbacks.on_run_end(config=config, config_name=self.config_name, job_return=returned)
        return returned

    def _sweep(self, config: DictConfig, body: JobBody) -> list[JobReturn]:
        callbacks = Callbacks(config)
        callbacks.on_multirun_start(config=config, config_name=self.config_name)
        sweeper = self._sweeper(config, body, callbacks)
        batches = sweeper.sweep(arguments=list(config.hydra.overrides.task))
        callbacks.on_multirun_end(config=config, config_name=self.config_name)
        return [returned for batch in batches for returned in batch]

    def _sweeper(self, config: DictConfig, body: JobBody, callbacks: Callbacks | None = None) -> PareSweeper:
        with self._explained():
            sweeper = Plugins.instance().instantiate_sweeper(
                config=config,
                hydra_context=HydraContext(config_loader=self.loader, callbacks=callbacks or Callbacks()),
                task_function=body,
            )
            if not hasattr(sweeper, "composed"):  # by what it can do: Hydra loads plugins in its own way
                name = config.hydra.runtime.choices.get("hydra/sweeper")
                raise ConfigError(
                    f"hydra/sweeper={name} cannot be used: it checks no job before the first one runs, and leaves no "
                    "files of the sweep",
                    hint="leave hydra/sweeper out: values given as a,b make the same grid",
                )
            return cast("PareSweeper", sweeper)

    def _refuse_sweeps(self, overrides: Sequence[str]) -> None:
        for override in read_overrides(overrides, self.loader):
            if override.is_sweep_override():
                raise sweep_without_flag(override, self._context(overrides))

    def _context(self, overrides: Sequence[str]) -> Context:
        return Context(self.loader, self.config_name, overrides)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Whatever goes wrong inside is the input's fault and becomes one message."""
        try:
            yield
        except BrokenPipeError:
            raise
        except Exception as error:
            raise composition_error(error, self._context(self.overrides)) from error


def _directory(config: DictConfig, *, sweep: bool) -> Path:
    """Where results go; ConfigError if Hydra's own key for that names another directory than ours does."""
    key = "hydra.sweep.dir" if sweep else "hydra.run.dir"
    place = str(OmegaConf.select(config, key))
    for ours in ("resume", "output_dir"):
        named = config.get(ours)
        if named not in (None, "", LAST) and not same_place(str(named), place):
            raise ConfigError(f"{key}={place} and {ours}={named} name two directories", hint="give one of them")
    return Path(place)


def check_fresh(directory: Path) -> None:
    """Refuse a directory that holds anything: results are never mixed or overwritten."""
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise ConfigError(
                f"{directory} is not an empty directory: results are never mixed",
                hint=f"choose another, or go on with what is there: resume={directory}",
            )
    except OSError as error:
        raise ConfigError(f"cannot use {directory!s:.60} for results: {error.strerror}") from error
