"""Shell completion of `python -m pare_runner`: what could stand on its line next.

Hydra's own scripts know a program by its file or its name, and this one has neither; what they answer leaves out our
flags and roles. Nothing of Hydra is imported, so that an answer is quick.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, Literal, get_args, get_origin

from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.cli.completion_scripts import INSTALL, UNINSTALL
from pare_runner.cli.conf_dirs import conf_dirs
from pare_runner.cli.flags import FLAGS, CommandLine, parse
from pare_runner.cli.help import group_options
from pare_runner.cli.live import is_live
from pare_runner.cli.nodes import ENGINES, VIEWS, node_keys
from pare_runner.errors import ConfigError, InputError, did_you_mean

_ASKED = ("install", "uninstall", "query")
_VIEWED = {f"{node}.{key}": field for node, keys in VIEWS.items() for key, field in keys.items()}


def shell_completion(line: CommandLine) -> str:
    """What `--shell-completion` prints: a script for a shell, or for `query=` the words that fit COMP_LINE, one a line.

    ConfigError for anything but one of `install=`, `uninstall=`, `query=` with a shell that there are scripts for.
    """
    asked, _, shell = line.overrides[0].partition("=") if len(line.overrides) == 1 else ("", "", "")
    if asked not in _ASKED:
        shells = "|".join(INSTALL)
        raise ConfigError("--shell-completion prints a script", hint=f"install={shells}, or uninstall={shells}")
    if shell not in INSTALL:
        raise ConfigError(f"there is no completion for the shell {shell!r}", hint=did_you_mean(shell, INSTALL))
    if asked == "query":
        return "\n".join(candidates(os.environ.get("COMP_LINE", "")))
    return (INSTALL if asked == "install" else UNINSTALL)[shell]


def candidates(typed: str) -> list[str]:
    """The words that could stand for the last one of `typed`, the program and what follows it up to the cursor.

    Names are given up to their next dot. There is none for a word in quotes, nor where a path would stand.
    """
    words = typed.split()[1:]
    last = words.pop() if words and not typed[-1].isspace() else ""
    before = next((flag for flag in FLAGS if words and words[-1] in (flag.name, flag.short)), None)
    if before is not None and before.arity != "none":
        found: Iterator[str] = iter(before.choices)
    elif last.startswith("-"):
        found = (flag.name for flag in FLAGS)
    elif "=" in last:
        found = _values(last, words)
    else:
        found = _names(last, words)
    return sorted({word for word in found if word.startswith(last)})


def _values(last: str, words: Sequence[str]) -> Iterator[str]:
    """`last` with each option of its group, or value of its key, behind what is listed already."""
    key, _, given = last.partition("=")
    listed = given[: max(given.rfind(","), given.rfind("[")) + 1]
    options = _groups(words).get(key.partition("@")[0])
    for option in _closed(_annotation(key)) if options is None else options:
        if option not in listed.lstrip("[").split(","):
            yield f"{key}={listed}{option}"


def _names(last: str, words: Sequence[str]) -> Iterator[str]:
    names = [f"{group}=" for group in _groups(words)]
    names += [f"model@{role}=" for role in ENGINES]
    names += [f"{key}=" for key in node_keys()]
    for name, info in MultiScenarioRunnerConfig.model_fields.items():
        if is_live(name):
            parts = [part.name for kind in get_args(info.annotation) if is_dataclass(kind) for part in fields(kind)]
            names += [f"{name}.{part}=" for part in parts] or [f"{name}="]
    names += [f"suite.{part}=" for part in SuiteConfig.model_fields]
    for name in names:
        if name.startswith(last):
            step, dot, _ = name[len(last) :].partition(".")
            yield f"{last}{step}{dot}"


def _groups(words: Sequence[str]) -> dict[str, dict[str, str]]:
    """The groups of a line with `words`, those of folders it names included."""
    try:
        return group_options(conf_dirs(parse(words)))
    except InputError:
        return group_options(conf_dirs(CommandLine()))


def _annotation(key: str) -> Any:
    info = MultiScenarioRunnerConfig.model_fields.get(_VIEWED.get(key, key))
    return None if info is None else info.annotation


def _closed(annotation: Any) -> Iterator[str]:
    """The values of a type that has few."""
    if annotation is bool:
        yield from ("true", "false")
    elif get_origin(annotation) is Literal:
        yield from get_args(annotation)
    else:
        for part in get_args(annotation):
            yield from _closed(part)
