"""Configurations that are named on the command line: of finished runs, in files, composed, or the documented ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.manifest import MANIFEST
from pare_runner.batch.plan import PLAN, read_plan
from pare_runner.batch.verification import usable_job
from pare_runner.cli.compose import Composer
from pare_runner.cli.flags import CommandLine
from pare_runner.errors import InputError, did_you_mean
from pare_runner.library.files import shown

DEFAULTS = "defaults"
"""Stands for the documented defaults of every field, which are not those of a composition."""
_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Job:
    """A recorded job: its folder, its configuration, and the directory it ran in, which may be gone."""

    folder: Path
    config: MultiScenarioRunnerConfig
    ran_in: Path


def compose(
    overrides: Sequence[str] = (), config_dir: str | None = None, config_name: str | None = None
) -> tuple[DictConfig, MultiScenarioRunnerConfig]:
    """What `python -m pare_runner` with these arguments composes to, and validates to; InputError for a sweep."""
    given = {"--config-dir": config_dir, "--config-name": config_name}
    flags: dict[str, str | bool] = {name: value for name, value in given.items() if value is not None}
    return Composer.for_line(CommandLine(flags, list(overrides))).one_job()


def recorded(directory: Path) -> list[Job]:
    """The jobs in a directory of results, in order of their plan; InputError if there is none."""
    if (directory / MANIFEST).exists():
        return [Job(directory, *usable_job(directory))]
    if not (directory / PLAN).exists():
        raise InputError(f"{shown(directory)} holds no results: neither {PLAN} nor {MANIFEST}")
    folders = [directory / job.folder for job in read_plan(directory).jobs]
    found = [Job(folder, *usable_job(folder)) for folder in folders if (folder / MANIFEST).exists()]
    if not found:
        raise InputError(f"{shown(directory)}: none of its jobs was begun")
    return found


def one(directory: Path) -> Job:
    """The only job in a directory; InputError that names some if there are several."""
    jobs = recorded(directory)
    if len(jobs) > 1:
        names = "".join(f"\n  {shown(job.folder)}" for job in jobs[:8])
        raise InputError(f"{shown(directory)} holds {len(jobs)} jobs, name one of them:{names}")
    return jobs[0]


def named(name: str) -> MultiScenarioRunnerConfig:
    """The configuration called `name`: of a job, in a saved file, or `defaults`."""
    path = Path(name)
    if name == DEFAULTS and not path.exists():
        return MultiScenarioRunnerConfig()
    if path.is_dir():
        return one(path).config
    if is_saved(path):
        return compose_saved(path)[1]
    if path.exists():
        raise InputError(
            f"{name} is no configuration",
            hint=f"a saved one is a file NAME.yaml; a directory of results and {DEFAULTS!r} can be named too",
        )
    hint = did_you_mean(name, [DEFAULTS, *_neighbours(path)], limit=0)
    raise InputError(f"{name} is neither results, a saved configuration (.yaml) nor {DEFAULTS!r}", hint=hint)


def is_saved(path: Path) -> bool:
    """Whether `path` may be a saved configuration, by its name."""
    return path.suffix in _ENDINGS and path.is_file()


def compose_saved(path: Path, overrides: Sequence[str] = ()) -> tuple[DictConfig, MultiScenarioRunnerConfig]:
    """What the saved configuration in `path` composes to with `overrides`."""
    return compose(overrides, str(path.absolute().parent), path.stem)


def _neighbours(path: Path) -> list[str]:
    """What could be meant instead of a file that is not there: directories and saved configurations beside it."""
    try:
        return [str(path.parent / item.name) for item in path.parent.iterdir() if item.is_dir() or is_saved(item)]
    except OSError:
        return []
