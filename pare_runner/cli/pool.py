"""All jobs of a sweep as one queue, each with the files and callbacks that Hydra gives a job of its own.

Follows `hydra.core.utils.run_job` (1.3.8) step by step; what that does around a task is done around the queue.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import yaml
from hydra.core.utils import JobReturn, JobStatus, env_override
from hydra.types import HydraContext
from omegaconf import OmegaConf, open_dict, read_write
from omegaconf._utils import get_omega_conf_dumper

from pare_runner.cli.body import JobBody, JobReport, RunAll, typed_keys
from pare_runner.cli.sweep import ComposedJob
from pare_runner.cli.unused import unused_by_all
from pare_runner.errors import ConfigError, InputError

log = logging.getLogger(__name__)


def run_pool(jobs: Sequence[ComposedJob], context: HydraContext, body: JobBody, run_all: RunAll) -> list[JobReturn]:
    """Run `jobs`, which are composed and validated, in one queue.

    ConfigError for settings that Hydra would make for one job and that cannot differ within a process.
    """
    directory = Path(str(OmegaConf.select(jobs[0].config, "hydra.sweep.dir")))
    environment = _shared_environment(jobs)
    returned = [_opened(job, directory, bool(context.callbacks.callbacks)) for job in jobs]
    requests = [job.request for job in jobs if job.request is not None]
    for text in unused_by_all((job.config, typed_keys(job.config)) for job in jobs):
        log.warning("%s", text)
    with env_override(environment):
        for job in jobs:
            context.callbacks.on_job_start(config=job.config, task_function=body)
        outcome: Sequence[JobReport] | InputError
        try:
            outcome = run_all(requests, directory)
        except InputError as error:
            outcome = error
        for number, (job, result) in enumerate(zip(jobs, returned, strict=True)):
            failed = isinstance(outcome, InputError)
            result.return_value = outcome if isinstance(outcome, InputError) else outcome[number]
            result.status = JobStatus.FAILED if failed else JobStatus.COMPLETED
            context.callbacks.on_job_end(config=job.config, job_return=result)
    # One message is enough for what stopped them all.
    return returned[:1] if isinstance(outcome, InputError) else returned


def _opened(job: ComposedJob, directory: Path, watched: bool) -> JobReturn:
    """The folder of a job with its `.hydra/`, and what Hydra hands back for it; `watched` if callbacks look at that."""
    folder = directory / job.folder
    with read_write(job.config.hydra.runtime), open_dict(job.config.hydra.runtime):
        job.config.hydra.runtime.output_dir = str(folder.absolute())
    whole = OmegaConf.to_container(job.config, resolve=False, enum_to_str=True)
    assert isinstance(whole, dict)
    hydra = whole.pop("hydra")
    overrides = list(hydra["overrides"]["task"])
    returned = JobReturn()
    returned.hydra_cfg, returned.overrides = job.config, overrides
    if watched:  # a copy costs as much as all the rest of this
        returned.cfg = OmegaConf.masked_copy(job.config, [str(key) for key in whole])
    returned.working_dir, returned.task_name = str(Path.cwd()), str(job.config.hydra.job.name)
    subdir = job.config.hydra.output_subdir
    if subdir is not None and not (folder / subdir / "overrides.yaml").exists():
        (folder / subdir).mkdir(parents=True, exist_ok=True)
        for name, content in (("config", whole), ("hydra", {"hydra": hydra}), ("overrides", overrides)):
            (folder / subdir / f"{name}.yaml").write_text(to_yaml(content), encoding="utf-8")
    return returned


def to_yaml(content: object) -> str:
    """The text of `OmegaConf.to_yaml`, for plain values and several times faster: a sweep writes three for each job."""
    text: str = yaml.dump(
        content, default_flow_style=False, allow_unicode=True, sort_keys=False, width=80, Dumper=_Dumper
    )
    return text


class _Dumper(yaml.CDumper):
    """OmegaConf's way of writing strings, with the quick emitter."""


_Dumper.add_representer(str, get_omega_conf_dumper().str_representer)  # type: ignore[arg-type]  # both dumpers represent alike


def _shared_environment(jobs: Sequence[ComposedJob]) -> dict[str, str]:
    environments = [{str(key): str(value) for key, value in job.config.hydra.job.env_set.items()} for job in jobs]
    if any(environment != environments[0] for environment in environments):
        hint = "hydra/launcher=basic runs them one after another"
        raise ConfigError("hydra.job.env_set must be the same in all jobs of a sweep", hint=hint)
    return environments[0]
