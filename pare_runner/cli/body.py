"""What Hydra calls for each job: the composed configuration becomes an experiment, and the experiment is run."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException
from pydantic import ValidationError

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.request import JobRequest
from pare_runner.batch.units import LoadSuite, Unit, plan_units, remembered
from pare_runner.cli import resolvers as resolvers  # every process that runs a job needs the functions of conf/
from pare_runner.cli.explain import unknown_key
from pare_runner.cli.findings import validation_error
from pare_runner.cli.live import DERIVED, DORMANT, MAX_TURNS_FIXED, check_supported
from pare_runner.cli.nodes import (
    ENGINES,
    as_fields,
    check_doubled,
    check_nodes,
    check_renamed,
    check_whole,
    followed,
    node_keys,
    unknown_keys,
)
from pare_runner.cli.unused import unused
from pare_runner.errors import ConfigError
from pare_runner.llm.config import OFFLINE, LLMEngineConfig

if TYPE_CHECKING:
    from pare_runner.batch.observer import Observer

log = logging.getLogger(__name__)

STOPPED = (75, 130)
"""Exit statuses of a job after which a sweep starts no other."""


class JobReport(Protocol):
    """What is left to say when a job is over."""

    @property
    def exit_status(self) -> int:
        """0 all ran, 1 some runs ended in an exception, 2 bad input, 75 stopped and resumable, 130 interrupted."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """A few figures by name, for one line on the terminal."""


RunJob = Callable[[MultiScenarioRunnerConfig, Path], JobReport]
RunAll = Callable[[Sequence[JobRequest], Path], Sequence[JobReport]]
CheckJob = Callable[[MultiScenarioRunnerConfig], Sequence[Unit]]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A job that can start: its configuration and the units it consists of."""

    config: MultiScenarioRunnerConfig
    units: Sequence[Unit]


@dataclass(frozen=True, slots=True)
class JobBody:
    """The task function given to Hydra.

    `check_job` gives the units of an experiment and raises an InputError for one that cannot start; it is called for
    every job of a sweep before the first one runs. `run_all` runs the jobs of a sweep as one queue; without it they run
    one after another.
    """

    run_job: RunJob
    check_job: CheckJob | None = None
    run_all: RunAll | None = None

    def prepare(self, composed: DictConfig) -> Experiment:
        """The validated experiment of one job; nothing is written."""
        if OmegaConf.select(composed, "hydra.job.chdir"):
            raise ConfigError(
                "hydra.job.chdir cannot be used: the paths of an experiment count from where its command is typed",
                hint="leave it out; output_dir=DIR says where results go",
            )
        config = runner_config(composed)
        return Experiment(config, () if self.check_job is None else self.check_job(config))

    def __call__(self, composed: DictConfig) -> JobReport:
        """Run one job in the directory Hydra made for it; a job that was stopped leaves by SystemExit."""
        output_dir = Path(HydraConfig.get().runtime.output_dir)
        config = runner_config(composed)
        if HydraConfig.get().mode != RunMode.MULTIRUN:  # what one job does not use another may
            for text in unused(composed, typed_keys(composed)):
                log.warning("%s", text)
        report = self.run_job(config, output_dir)
        if report.exit_status in STOPPED:  # every launcher lets SystemExit through, and no further job starts
            raise SystemExit(report.exit_status)
        return report


def runner_config(composed: DictConfig) -> MultiScenarioRunnerConfig:
    """The composed configuration as validated models.

    Raises ConfigError for unknown keys, wrong types and values, and for what does not work yet.
    """
    try:
        values = _resolved(composed)
    except OmegaConfBaseException as error:
        where = f"{error.full_key}: " if error.full_key else ""
        raise ConfigError(where + str(error).splitlines()[0]) from error
    typed = typed_keys(composed)
    check_renamed(typed, values)
    check_doubled(typed, values)
    saved = MAX_TURNS_FIXED not in typed and values.pop(MAX_TURNS_FIXED, None) is True
    fixed = saved or "max_turns" in typed
    for key in (*values, *unknown_keys(values)):
        if key in DORMANT or key in DERIVED or "." in key:
            raise unknown_key(key, node_keys())
    fields = as_fields(values)
    fields[MAX_TURNS_FIXED] = fixed
    try:
        config = MultiScenarioRunnerConfig.model_validate(fields)
    except ValidationError as error:
        raise validation_error(error, composed) from error
    check_supported(config)
    if config.oracle:
        return config
    # Slow to import, and a configuration that is refused needs none of it.
    hashed: MultiScenarioRunnerConfig = importlib.import_module("pare_runner.batch.agents").with_hashes(config)
    return hashed


def typed_keys(composed: DictConfig) -> set[str]:
    """Keys that the command line or a sweep sets for this job."""
    if "hydra" in composed:
        overrides = composed.hydra.overrides.task
    elif HydraConfig.initialized():  # Hydra takes its own part away before it calls the task
        overrides = HydraConfig.get().overrides.task
    else:
        overrides = ()
    return {text.partition("=")[0].lstrip("+~") for text in overrides}


def default_body(*, probing: bool = True) -> JobBody:
    """The body that runs the real thing; without `probing` jobs are checked without a key, and no model is asked."""
    jobs = LibraryJobs()
    return JobBody(jobs.run, jobs.check if probing else jobs.units, jobs.run_all)


class LibraryJobs:
    """Runs jobs on the library's scenarios, which are loaded once for all jobs of a process.

    What is slow to import is imported for a valid configuration only: a refused one is told so at once. A copy sent to
    another process loads for itself.
    """

    def __init__(self) -> None:
        self._load: LoadSuite | None = None
        self._answered: list[LLMEngineConfig] = []

    def __reduce__(self) -> tuple[type[LibraryJobs], tuple[()]]:
        return type(self), ()

    def check(self, config: MultiScenarioRunnerConfig) -> Sequence[Unit]:
        """The units of an experiment; InputError if it cannot start. Models are asked whether they are there, once."""
        units: Sequence[Unit] = _engine().job_units(config, load=self._suite())
        resumed = None
        if config.resume is not None:
            resumed = importlib.import_module("pare_runner.cli.found").results(config.resume)
        importlib.import_module("pare_runner.batch.readiness").probe_models(config, self._answered, resumed)
        return units

    def units(self, config: MultiScenarioRunnerConfig) -> Sequence[Unit]:
        """The units of an experiment; InputError for scenarios that cannot be found or used."""
        return plan_units(config, self._suite()(config))

    def run(self, config: MultiScenarioRunnerConfig, output_dir: Path) -> JobReport:
        """Run a job, showing how far it is, and say what came of it."""
        display = importlib.import_module("pare_runner.cli.display")
        log.info("%s", headline(config))
        units = plan_units(config, self._suite()(config))
        _warn_of_missing_rules(config, units)
        _warn_of_lite(config)
        sweep = HydraConfig.initialized() and HydraConfig.get().mode == RunMode.MULTIRUN
        _say_forecast([JobRequest(config, units)], output_dir)
        with _progress() as observer:
            report: JobReport = _engine().run_job(
                config,
                output_dir,
                load=self._suite(),
                observer=observer,
                command_line=sys.argv,
                resume=config.resume is not None,
                only_exceptions=config.only is not None,
                plans=not sweep,  # the plan of a sweep stands above its jobs
                more_follows=True,
            )
        place = _shown(output_dir)
        # A sweep has one report above its jobs: one for each would cost it more than all else around a job.
        page = None
        if not sweep:
            page = importlib.import_module("pare_runner.cli.reporting").write_reports(place)
            importlib.import_module("pare_runner.batch.ending").ended(output_dir)
        display.show_results(report, place, alone=not sweep, page=page)
        return report

    def run_all(self, requests: Sequence[JobRequest], directory: Path) -> Sequence[JobReport]:
        """Run the jobs of a sweep as one queue, showing how far it is."""
        first = requests[0].config
        for request in requests:
            if first.log_level in ("DEBUG", "INFO"):  # this is still logged as Hydra's own settings say
                log.info("%s: %s; %s", request.label, request.folder, headline(request.config))
            _warn_of_missing_rules(request.config, request.units)
        _warn_of_lite(first)
        _say_forecast(requests, directory)
        with _progress() as observer:
            invocation = _engine().Invocation(
                directory,
                observer,
                sys.argv,
                resume=first.resume is not None,
                only_exceptions=first.only is not None,
                more_follows=True,
            )
            reports: Sequence[JobReport] = invocation.run(requests)
        return reports

    def _suite(self) -> LoadSuite:
        if self._load is None:
            self._load = remembered(_engine().library_suite)
        return self._load


def roles(config: MultiScenarioRunnerConfig) -> str:
    """Who plays which role, in words."""
    if config.oracle:
        return "oracle, no agents"
    engines = {node: getattr(config, field) for node, field in ENGINES.items()}
    return ", ".join(f"{node}={engine.label}" for node, engine in engines.items() if engine is not None)


def headline(config: MultiScenarioRunnerConfig) -> str:
    """Who plays, and by which rules, in one line."""
    rules = f"protocol={config.protocol} v{config.protocol_version}"
    if config.oracle:
        return f"roles: {roles(config)}; {rules}"
    mode = config.simulated_generation_time_mode
    return f"roles: {roles(config)}; {rules}, messages={config.message_protocol}, time={mode}"


def forecast_lines(requests: Sequence[JobRequest], directory: Path) -> tuple[list[str], str | None]:
    """The forecast of an invocation for people to read, and what its budget will not be enough for."""
    first = requests[0].config
    found, budget = importlib.import_module("pare_runner.batch.outlook").look_ahead(
        requests, _shown(directory), resume=first.resume is not None, only_exceptions=first.only is not None
    )
    return list(found.lines()), found.warning(budget)


def _say_forecast(requests: Sequence[JobRequest], directory: Path) -> None:
    """Say what the runs are going to need, if models are asked."""
    asks_models = importlib.import_module("pare_runner.batch.bench").asks_models
    if any(asks_models(request.config) for request in requests):
        lines, warning = forecast_lines(requests, directory)
        for line in lines:
            log.info("%s", line)
        if warning is not None:
            log.warning("%s", warning)


def _warn_of_missing_rules(config: MultiScenarioRunnerConfig, units: Sequence[Unit]) -> None:
    """Say how many scenarios have no rules for a user who follows rules."""
    user = config.user_engine_config
    if config.oracle or (user.adapter, user.model_name) != (OFFLINE, "rules"):
        return
    without = {unit.scenario.scenario_id for unit in units if getattr(unit.scenario, "rules", None) is None}
    if without:
        known = len({unit.scenario.scenario_id for unit in units})
        log.warning(
            "model@user=rules: %d of %d scenarios have no user.rules, scripted plays there", len(without), known
        )


def _warn_of_lite(config: MultiScenarioRunnerConfig) -> None:
    """Say what traces that are only lite are not good for."""
    if config.export and config.trace_dump_format == "lite":
        log.warning("%s", importlib.import_module("pare_runner.traces.exporter").LITE_WARNING)


def _engine() -> Any:
    return importlib.import_module("pare_runner.batch.invocation")


def _progress() -> AbstractContextManager[Observer]:
    shown: AbstractContextManager[Observer] = importlib.import_module("pare_runner.cli.progress.show").progress()
    return shown


def _resolved(composed: DictConfig) -> dict[str, Any]:
    """All values but Hydra's own, interpolations resolved."""
    # All of it as plain values is many times quicker than a masked copy of the few nodes that are looked at.
    whole: Any = OmegaConf.to_container(composed, resolve=False)
    raw = {node: whole[node] for node in ("model", *ENGINES) if node in whole}
    check_nodes(raw)
    check_whole(whole)
    values = {str(key): _plain(composed[key]) for key in composed if key not in ("hydra", *ENGINES)}
    for node in ENGINES:
        quick = followed(raw[node], values["model"])
        values[node] = _plain(composed[node]) if "${" in str(quick) or "???" in str(quick) else quick
    return values


def _plain(value: object) -> object:
    return OmegaConf.to_container(value, resolve=True, throw_on_missing=True) if OmegaConf.is_config(value) else value


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
