"""`pare config save`."""

from __future__ import annotations

import re
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer
import yaml

from pare_runner.atomic import write_atomic, writing
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.batch.invocation import library_suite
from pare_runner.cli.conf_dirs import PRIMARY
from pare_runner.cli.config.saved import saved_text
from pare_runner.cli.config.sources import compose, one
from pare_runner.cli.console import mark, say, say_json, warn
from pare_runner.cli.next_steps import program
from pare_runner.errors import InputError, Problem
from pare_runner.library.files import shown

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_OVERRIDES = Path(".hydra", "overrides.yaml")


def save(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the configuration: NAME.yaml.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="OVERRIDE", help="What an experiment is given.")
    ] = None,
    directory: Annotated[str, typer.Option("--dir", metavar="DIR", help="Folder of the file.")] = ".",
    source: Annotated[
        str | None, typer.Option("--from", metavar="DIR", help="Take that of a finished job instead.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a configuration into a file that runs and gives the same config_hash.

    Where results go is left out. Options of your own that are in DIR can be used. Scenarios that are not found are
    warned of, and so are relative paths, which stay as they are: the command says where to run it.

    \b
    pare config save mine model=gpt5 noise=tfp_0.1 --dir conf
    pare config save mine --from outputs/my_run --dir conf
    python -m pare_runner --config-dir conf --config-name mine
    """
    name = name.removesuffix(".yaml")
    if not _NAME.fullmatch(name) or name == PRIMARY:
        raise InputError(f"{name!r} cannot be the name of a configuration", hint="letters, digits and _ . -")
    if source is not None and overrides:
        raise InputError("--from takes the configuration of a job as it is: leave the overrides out")
    folder = Path(directory)
    path = folder / f"{name}.yaml"
    if path.exists() and not force:
        raise InputError(f"{shown(path)} exists already", hint="choose another name, or replace it with --force")
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{directory} is no folder")
    folders = [folder.absolute()] if folder.is_dir() else []
    ran_in = Path()
    if source is None:
        words: list[str] | None = list(overrides or ())
        _, config = compose(words or (), directory if folders else None)
    else:
        job = one(Path(source))
        config, words = job.config, _typed(job.folder)
        ran_in = job.ran_in if job.ran_in.is_dir() else ran_in
    with chdir(ran_in):  # prompts and assistants are named from there
        text = saved_text(name, config, words, folders)
        missing = _missing(config)
        relative = _relative(config)
    warn(missing)
    with writing(folder):
        write_atomic(path, text.encode())
    place = ran_in.absolute()
    away = bool(relative) and place != Path.cwd()
    start, where = (f"cd {quote(str(place))} && ", quote(str(folder.absolute()))) if away else ("", shown(folder))
    command = f"{start}{program('python')} -m pare_runner --config-dir {where} --config-name {name}"
    if relative:
        message = f"{', '.join(relative)}: relative, so it counts from where the file runs, as here from {place}"
        warn([Problem(message, hint="whoever gets the file needs it too", severity="warning")])
    if as_json:
        say_json({"file": str(path), "config_hash": config_hash(config), "command": command})
        return
    say(mark(f"{shown(path)}: config_hash {config_hash(config)}", "ok"))
    say(f"run it: {command}")


def _relative(config: MultiScenarioRunnerConfig) -> list[str]:
    """What `config` takes from files that are named from the working directory, as it is typed."""
    prompts = [] if config.prompts_dir is None else [config.prompts_dir]
    scenarios = [name for name in config.scenarios if Path(name).exists()]
    named = [*(("prompts_dir", path) for path in prompts), *(("scenarios", path) for path in scenarios)]
    return [f"{key}={path}" for key, path in named if not Path(path).is_absolute()]


def _missing(config: MultiScenarioRunnerConfig) -> list[Problem]:
    """What is wrong with the scenarios that `config` chooses, as warnings: they may be elsewhere when it runs."""
    if not (config.scenarios or config.suite.ids or config.suite.tags or config.suite.apps):
        return []  # all that is installed
    try:
        library_suite(config)
    except InputError as error:
        return [replace(problem, severity="warning") for problem in error.problems]
    return []


def _typed(folder: Path) -> list[str] | None:
    """The overrides of a job as Hydra recorded them; None if they cannot be known."""
    try:
        words = yaml.safe_load((folder / _OVERRIDES).read_bytes())
    except (OSError, yaml.YAMLError):
        return None
    if not isinstance(words, list):
        return None
    return [str(word) for word in words]
