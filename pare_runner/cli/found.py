"""Directories of results that somebody names on the command line, and what to type for those without a plan."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omegaconf import OmegaConf

from pare_runner.batch.plan import PLAN, Plan, read_plan
from pare_runner.batch.status import newest_unfinished
from pare_runner.cli.next_steps import PLACES, experiment, pare
from pare_runner.errors import InputError

LAST = "last"
OUTPUTS = Path("outputs")
"""Where experiments go unless they are told otherwise."""


def results(name: str) -> Path:
    """The directory called `name`; `last` is the newest one below outputs/ that is not finished."""
    return newest_unfinished(OUTPUTS) if name == LAST else Path(name)


def planned(directory: Path) -> Plan:
    """The plan of `directory`; InputError that says what to do if it has none."""
    if not directory.exists():
        raise InputError(f"there is no {directory}")
    if (directory / PLAN).exists():
        return read_plan(directory)
    above = next((folder for folder in directory.absolute().parents if (folder / PLAN).exists()), None)
    if above is not None and any((above / job.folder) == directory.absolute() for job in read_plan(above).jobs):
        raise InputError(f"{directory} is one job of a sweep", hint=f"name the sweep: {pare('resume', above)}")
    words = _overrides(directory)
    what = f"{directory} has no {PLAN}, so nothing was begun there"
    if words is None:
        raise InputError(what, hint=f"type the original command, with resume={directory}")
    raise InputError(f"{what}; start it with\n  {experiment(*words, f'resume={directory}')}")


def _overrides(directory: Path) -> list[str] | None:
    """What was typed for the invocation in `directory`, as Hydra's files tell; None if there are none."""
    multirun, single = directory / "multirun.yaml", directory / ".hydra" / "overrides.yaml"
    try:
        if multirun.exists():
            given: Any = OmegaConf.select(OmegaConf.load(multirun), "hydra.overrides.task")
            flags = ["-m"]
        elif single.exists():
            given, flags = OmegaConf.load(single), []
        else:
            return None
        return [word for word in map(str, given or ()) if word.partition("=")[0] not in PLACES] + flags
    except Exception:  # whatever a damaged file makes the reader raise: there is a message without it
        return None
