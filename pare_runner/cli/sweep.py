"""The jobs of a sweep: all composed and validated before the first one runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.types import Override, RangeSweep, ValueType
from hydra.core.utils import JobReturn, filter_overrides, run_job
from hydra.types import HydraContext
from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from pare_runner.atomic import writing
from pare_runner.batch.ending import begin
from pare_runner.batch.identity import experiment_key
from pare_runner.batch.interrupts import INTERRUPTED
from pare_runner.batch.plan import Plan, find_plan
from pare_runner.batch.request import JobRequest
from pare_runner.batch.resuming import check_resumable, placed
from pare_runner.batch.sweep_files import write_sweep
from pare_runner.cli.body import JobBody
from pare_runner.cli.explain import Context, composition_error
from pare_runner.cli.folder_names import may_be_swept, unnamed_keys
from pare_runner.errors import ConfigError, InputError
from pare_runner.llm.keyless import masked

_LABEL = 120
_BASE_URL = "base_url="
_SERVERS = "an address names no folder: give each server a file with its model.alias, and sweep over model="
_RANGE = "range(START,STOP,STEP) ends before STOP"
_ESCAPED = re.compile(r"\\([\\()\[\]{}:=,\s])")
_EXCLUDED = "hydra.job.config.override_dirname.exclude_keys"


class SweepStopped(SystemExit):
    """Leaves a sweep that a job, or Ctrl-C between two, has ended; its files in `directory` are written."""

    def __init__(self, code: int | str | None, directory: Path) -> None:
        super().__init__(code)
        self.directory = directory


@dataclass(frozen=True, slots=True)
class ComposedJob:
    """One job, ready to run: its number, its own overrides, its whole configuration, and its sub-folder."""

    number: int
    overrides: tuple[str, ...]
    config: DictConfig
    folder: str
    request: JobRequest | None = None

    @property
    def label(self) -> str:
        """How messages call the job."""
        return job_label(self.number, self.overrides)


def job_label(number: int, overrides: Sequence[str]) -> str:
    """`job #3 (seed=1)`, cut when there are very many overrides."""
    own = masked(readable(" ".join(filter_overrides(overrides))))
    return f"job #{number}" + (f" ({own if len(own) <= _LABEL else own[:_LABEL] + '...'})" if own else "")


def compose_jobs(
    loader: ConfigLoader, sweep: DictConfig, job_overrides: Iterable[Sequence[str]], body: JobBody
) -> list[ComposedJob]:
    """Compose and validate every job of `sweep`; nothing is written.

    Raises InputError, naming the job, for the first one that is wrong, and for two that are the same experiment or
    would write into the same folder.
    """
    _ = sweep.hydra.sweep.dir  # resolved now, so that all jobs inherit this one moment as ${now:...}
    jobs: list[ComposedJob] = []
    known: dict[str, ComposedJob] = {}
    for number, overrides in enumerate(job_overrides):
        job = _compose(loader, sweep, number, tuple(overrides))
        try:
            experiment = body.prepare(job.config)
        except InputError as error:
            raise ConfigError(f"{job.label}: {error}") from error
        for claim, what in (
            (f"experiment {experiment_key(experiment.config)}", "are the same experiment"),
            (f"folder {job.folder}", f"would write into the same folder {job.folder}"),
        ):
            other = known.setdefault(claim, job)
            if other is not job:
                hint = _SERVERS if _BASE_URL in " ".join(overrides) else ""
                raise ConfigError(f"{other.label} and {job.label} {what}: leave one out", hint=hint)
        # What cannot change a result is no difference between jobs, nor between two starts of a sweep.
        apart = set(job.config.hydra.job.config.override_dirname.exclude_keys)
        own = tuple(text for text in job.overrides if text.partition("=")[0].lstrip("+~") not in apart)
        request = JobRequest(experiment.config, experiment.units, job.folder, own, job.label)
        jobs.append(replace(job, request=request))
    return jobs


def refuse_unlisted(overrides: Iterable[Override]) -> None:
    """ConfigError for the first of `overrides` with values that cannot be gone through, or none at all."""
    for override in overrides:
        if not override.is_sweep_override():
            continue
        shown = masked(override.input_line or "")
        if not override.is_discrete_sweep():
            hint = "list them, as in 0,0.1,0.2, or give their steps, as in range(0,0.5,0.1)"
            raise ConfigError(f"{shown} names no single values, and each job needs one", hint=hint)
        value = override.value()
        if isinstance(value, RangeSweep) and not value.step:
            raise ConfigError(f"{shown} never ends: its step is 0", hint=_RANGE)
        if next(override.sweep_string_iterator(), None) is None:
            hint = (
                "glob(PATTERN) chooses options of a group"
                if override.value_type is ValueType.GLOB_CHOICE_SWEEP
                else _RANGE
            )
            raise ConfigError(f"{shown} gives no value at all, and no job", hint=hint)


def naming(sweep: DictConfig, overrides: Sequence[Override]) -> list[str]:
    """The override that says which keys name no folder, where these are not just those of `sweep`.

    A key that has several values does name folders, unless it is one for all jobs; a key inside of one that names none,
    as of a mapping, does not either.
    """
    quiet = [str(key) for key in OmegaConf.select(sweep, _EXCLUDED)]
    typed = dict.fromkeys(item.key_or_group for item in overrides)
    inside = [key for key in typed if key not in quiet and key.startswith(tuple(f"{name}." for name in quiet))]
    nameable = {*may_be_swept(), *inside}
    swept = [item.key_or_group for item in overrides if item.is_sweep_override() and item.key_or_group in nameable]
    kept = [key for key in (*quiet, *inside) if key not in swept]
    if kept == quiet:
        return []
    named, further = (",".join(keys) for keys in (swept, inside))
    ours = f"${{pare_unnamed_keys:[{named}],[{further}]}}"  # Hydra would take 50 ms a job to read the list itself
    return [f"{_EXCLUDED}={ours}" if quiet == unnamed_keys() else f"{_EXCLUDED}=[{','.join(kept)}]"]


def readable(override: str) -> str:
    """An override without the backslashes that Hydra puts before characters of its grammar."""
    return _ESCAPED.sub(r"\1", override)


def placed_jobs(directory: Path, jobs: Sequence[ComposedJob]) -> list[ComposedJob]:
    """`jobs` in the folders that they have in a sweep that goes on; ConfigError if another one has the folder."""
    plan = find_plan(directory)
    if plan is None:
        return list(jobs)
    asked = [job.request for job in jobs if job.request is not None]
    check_resumable(directory, asked, sweep=True)
    requests = placed(asked, plan, directory)
    found = []
    for job, request in zip(jobs, requests, strict=True):
        with read_write(job.config), open_dict(job.config):
            job.config.hydra.sweep.subdir = request.folder
        found.append(replace(job, folder=request.folder, request=request))
    return found


def check_budgets(jobs: Sequence[ComposedJob]) -> None:
    """ConfigError if a budget is set: jobs that a launcher starts one by one would each have it for themselves."""
    for job in jobs:
        config = None if job.request is None else job.request.config
        if config is not None and (config.max_cost_usd, config.max_total_tokens, config.max_wall) != (None,) * 3:
            raise ConfigError(
                "a budget (limits.max_cost_usd, limits.max_tokens, limits.max_wall) is one for all jobs of a sweep, "
                "which this launcher starts one by one",
                hint="leave hydra/launcher out",
            )


@contextmanager
def sweep_files(directory: Path, jobs: Sequence[ComposedJob], *, plan: bool) -> Iterator[None]:
    """`plan.json` before anything inside runs, if asked for; `sweep.json` and `results.parquet` after it, however it
    ended. The caller says when all is `ending.ended`.

    Raises SweepStopped for SystemExit and Ctrl-C, but these themselves if nothing had begun.
    """
    if plan:
        former = find_plan(directory) or Plan((), True, tuple(sys.argv), str(Path.cwd()))
        with writing(directory):
            begin(directory)
        former.joined(job.request.planned for job in jobs if job.request is not None).write(directory)
    try:
        yield
    except (SystemExit, KeyboardInterrupt) as stop:
        if find_plan(directory) is None:
            raise
        raise SweepStopped(stop.code if isinstance(stop, SystemExit) else INTERRUPTED, directory) from stop
    finally:
        written = find_plan(directory)
        if written is not None:
            write_sweep(directory, written.jobs)


def run_composed(job: ComposedJob, context: HydraContext, body: JobBody) -> JobReturn:
    """Run one job the way Hydra runs it: same directory, same files in `.hydra/`."""
    return run_job(
        hydra_context=context,
        task_function=body,
        config=job.config,
        job_dir_key="hydra.sweep.dir",
        job_subdir_key="hydra.sweep.subdir",
    )


def _compose(loader: ConfigLoader, sweep: DictConfig, number: int, overrides: tuple[str, ...]) -> ComposedJob:
    try:
        config = loader.load_sweep_config(sweep, list(overrides))
        with open_dict(config):
            config.hydra.job.id = str(number)
            config.hydra.job.num = number
        return ComposedJob(number, overrides, config, str(OmegaConf.select(config, "hydra.sweep.subdir")))
    except Exception as error:
        inherited = list(sweep.hydra.overrides.hydra)
        found = composition_error(error, Context(loader, sweep.hydra.job.config_name, [*inherited, *overrides]))
        raise ConfigError(f"{job_label(number, overrides)}: {found}") from error
