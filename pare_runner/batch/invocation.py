"""An invocation: one or many jobs in one directory, started or gone on with, as one queue of units.

directory/.scenarios/    the texts of the scenarios, once for all jobs
directory/plan.json      all units; its existence makes the directory one of results
directory/<folder>/…     a job each, or the job's files in the directory itself
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from pare_runner.atomic import writing
from pare_runner.batch.asked import check_asked
from pare_runner.batch.cache.store import CacheStore
from pare_runner.batch.cache.use import CacheUse, cache_mode
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.ending import begin, ended
from pare_runner.batch.engine import Engine
from pare_runner.batch.executors.contract import Executor
from pare_runner.batch.executors.registry import make_executor
from pare_runner.batch.identity import config_hash
from pare_runner.batch.job import Job, JobReport
from pare_runner.batch.lock import locked
from pare_runner.batch.logs import logging_runs
from pare_runner.batch.manifest import MANIFEST, Manifest, read_manifest
from pare_runner.batch.observer import Observer
from pare_runner.batch.plan import HERE, Plan, find_plan
from pare_runner.batch.readiness import check_agents, check_noise
from pare_runner.batch.request import JobRequest
from pare_runner.batch.resuming import check_same, other_experiment, placed
from pare_runner.batch.scenario_texts import ScenarioTexts
from pare_runner.batch.spent import budget_of
from pare_runner.batch.staging import settle
from pare_runner.batch.units import LoadSuite, Unit, plan_units
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.catalog import load_suite
from pare_runner.library.files import shown
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.registry import trace_writers

log = logging.getLogger(__name__)

SHARED = (
    "executor_type",
    "ray_address",
    "max_concurrent_scenarios",
    "log_level",
    "log_to_file",
    "max_cost_usd",
    "max_total_tokens",
    "max_wall",
    "offline_patience",
    "cache",
    "enable_caching",
    "use_custom_logger",
)
"""Fields that must be equal in all jobs of an invocation, since one engine runs them."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """How jobs are run.

    `resume` goes on with what the directory holds; else it must hold no results. `only_exceptions` makes nothing but
    runs that ended in an exception. Without `plans` somebody else has written the plan, above the directory. `executor`
    takes the place of the one that the jobs name. With `more_follows` the caller writes further files that stand at the
    end, and says when they are `ending.ended`. Once `cancelled` is set, by any thread, no further run starts.
    """

    directory: Path
    observer: Observer = field(default_factory=Observer)
    command_line: Sequence[str] | None = None
    resume: bool = False
    only_exceptions: bool = False
    plans: bool = True
    executor: Executor | None = None
    more_follows: bool = False
    cancelled: threading.Event = field(default_factory=threading.Event)

    def run(self, requests: Sequence[JobRequest]) -> list[JobReport]:
        """Run all of `requests` and leave the files of docs/outputs.md; their reports, in order.

        Ctrl-C ends it soon, with a summary of what had finished. Raises InputError if it cannot start, if the directory
        holds results and is not resumed, is in use, or cannot be written to.
        """
        for name in SHARED:
            if len({getattr(request.config, name) for request in requests}) > 1:
                raise ConfigError(f"{name} must be the same in all jobs of an invocation")
        first = requests[0].config
        executor = self.executor or make_executor(first.executor_type)
        with ExitStack() as resources, writing(self.directory):
            lock = resources.enter_context(locked(self.directory, _say_waiting))
            resources.enter_context(logging_runs(first.log_level, first.writes_unit_logs))
            jobs = self._opened(requests, resources)
            former = {job.directory: (job.config, job.rows.values()) for job in jobs}
            budget = budget_of(self.directory, former, resume=self.resume)
            engine = Engine(jobs, self.observer, budget, _cache(jobs), self.cancelled)
            reports = engine.run(executor, only_exceptions=self.only_exceptions, lock=lock)
            if self.plans and not self.more_follows:
                ended(self.directory)
            return reports

    def _opened(self, requests: Sequence[JobRequest], resources: ExitStack) -> list[Job]:
        """The open jobs. All they need is on disk before the plan is, and the plan before the first journal."""
        former = find_plan(self.directory)
        if former is not None and not self.resume:
            raise InputError(
                f"{self.directory} holds results already: they are never mixed",
                hint=f"choose another directory, or go on with resume={self.directory}",
            )
        if former is None and self.resume:
            log.warning("%s holds nothing to go on with: all is made from the beginning", self.directory)
        words = tuple(sys.argv if self.command_line is None else self.command_line)
        sweep = any(request.folder != HERE for request in requests)
        plan = former or Plan((), sweep, words, str(Path.cwd()))
        requests = placed(requests, plan, self.directory)
        plan = plan.joined(request.planned for request in requests)
        every = (unit.scenario for request in requests for unit in request.units)
        texts = ScenarioTexts.of(self.directory, every)
        texts.keep()
        opened = [self._manifest(request, words, texts) for request in requests]
        if self.plans:
            begin(self.directory)
            plan.write(self.directory)
        jobs = []
        for number, (request, (manifest, resumed)) in enumerate(zip(requests, opened, strict=True)):
            known = plan.in_folder(request.folder)
            jobs.append(
                Job.open(
                    number,
                    request.config,
                    self.directory / request.folder,
                    request.units,
                    request.planned.planned if known is None else known.planned,
                    manifest,
                    label=request.label,
                    resumed=resumed,
                )
            )
            resources.callback(jobs[-1].close)
        if any(job.manifest.repriced and job.rows for job in jobs):
            log.warning("%s began at other prices: runs that are finished keep what they cost", shown(self.directory))
        return jobs

    def _manifest(self, request: JobRequest, words: Sequence[str], texts: ScenarioTexts) -> tuple[Manifest, bool]:
        """The manifest of a job, on disk, and whether the job was begun before."""
        directory = self.directory / request.folder
        file_of = texts.seen_from(directory)
        settle(directory)
        if self.resume and (directory / MANIFEST).exists():
            manifest = read_manifest(directory)
            if manifest.get("config_hash") == config_hash(request.config):
                check_same(directory, manifest, request.config, request.units, self.directory)
                return Manifest.resume(directory, request.units, request.config, file_of), True
            if not self.plans:
                raise other_experiment(directory, request.config)
        return Manifest.start(directory, request.config, request.units, words, file_of), False


def _cache(jobs: Sequence[Job]) -> CacheUse | None:
    """The cache, if any of `jobs` uses it; these are to keep their calls for it."""
    using = [job for job in jobs if cache_mode(job.config) != "bypass"]
    for job in using:
        job.keep_calls = not job.config.oracle
    return CacheUse(CacheStore.here()) if using else None


def job_units(config: MultiScenarioRunnerConfig, *, load: LoadSuite | None = None) -> list[Unit]:
    """The units of an experiment, in the order they run; InputError if it cannot start. Nothing is written."""
    check_asked(config)
    check_agents(config)
    if config.export:
        trace_writers(config.trace_dump_format)
    make_executor(config.executor_type)
    units = plan_units(config, (load or library_suite)(config))
    check_noise(config, [unit.scenario for unit in units])
    return units


def run_job(
    config: MultiScenarioRunnerConfig,
    output_dir: Path,
    *,
    load: LoadSuite | None = None,
    observer: Observer | None = None,
    command_line: Sequence[str] | None = None,
    resume: bool = False,
    only_exceptions: bool = False,
    plans: bool = True,
    more_follows: bool = False,
) -> JobReport:
    """Run every unit of `config` in `output_dir`: an invocation of one job; see `Invocation.run`."""
    request = JobRequest(config, job_units(config, load=load))
    invocation = Invocation(
        output_dir,
        observer or Observer(),
        command_line,
        resume=resume,
        only_exceptions=only_exceptions,
        plans=plans,
        more_follows=more_follows,
    )
    (report,) = invocation.run([request])
    return report


def library_suite(config: MultiScenarioRunnerConfig) -> Sequence[PAREScenario]:
    """The scenarios that the library offers for `config`."""
    return load_suite(config.suite, config.scenarios)


def _say_waiting() -> None:
    log.warning("waiting for workers of a former invocation to end")
