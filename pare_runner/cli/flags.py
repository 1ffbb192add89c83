"""The flags of the experiment command, wherever they stand on the line.

Hydra's own parser stops understanding the line when an override follows `-m`. Here every flag is taken out with its
value, and what remains, in its order, are the overrides. Nothing of Hydra is imported, so that `--help` is quick.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pare_runner.errors import ConfigError, did_you_mean

Arity = Literal["none", "one", "optional"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag: its names, what it does, and the value it takes."""

    name: str
    short: str
    help: str
    arity: Arity = "none"
    choices: tuple[str, ...] = ()
    metavar: str = ""

    @property
    def usage(self) -> str:
        """The flag as the help shows it."""
        names = ", ".join(name for name in (self.short, self.name) if name)
        return f"{names} {self.metavar}".rstrip()


FLAGS = (
    Flag("--help", "-h", "show this text"),
    Flag("--version", "", "show the version"),
    Flag("--multirun", "-m", "run a sweep: every combination of the values given as a,b"),
    Flag("--run", "-r", "run one job (the default)"),
    Flag("--cfg", "-c", "print the composed configuration and stop", "one", ("job", "hydra", "all"), "job|hydra|all"),
    Flag("--package", "-p", "with --cfg: print only this part", "one", (), "KEY"),
    Flag("--resolve", "", "with --cfg: print values instead of interpolations"),
    Flag(
        "--forecast", "", "print what the run or sweep would need (calls, tokens, dollars) and stop; no model is asked"
    ),
    Flag("--config-dir", "-cd", "add a directory of your own options; they win over ours", "one", (), "DIR"),
    Flag("--config-name", "-cn", "start from this primary configuration", "one", (), "NAME"),
    Flag("--config-path", "-cp", "take all configuration from this directory instead of ours", "one", (), "DIR"),
    Flag(
        "--info",
        "-i",
        "print what Hydra found and stop",
        "optional",
        ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
        "[TOPIC]",
    ),
    Flag(
        "--shell-completion",
        "-sc",
        "install=bash|zsh|fish, uninstall=: print a script for the shell to evaluate",
    ),
    Flag("--hydra-help", "", "show Hydra's own options"),
)

_BY_NAME = {name: flag for flag in FLAGS for name in (flag.name, flag.short) if name}
_ACTIONS = ("--help", "--version", "--multirun", "--run", "--cfg", "--info", "--shell-completion", "--hydra-help")


@dataclass(slots=True)
class CommandLine:
    """A command line taken apart: values by flag name (True for a flag without one), and the overrides in order."""

    flags: dict[str, str | bool] = field(default_factory=dict)
    overrides: list[str] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """The value given to a flag, or None."""
        found = self.flags.get(name)
        return found if isinstance(found, str) else None

    @property
    def action(self) -> str:
        """The flag that says what to do; `--run` if none does."""
        return next((name for name in _ACTIONS if name in self.flags), "--run")


def parse(argv: Sequence[str]) -> CommandLine:
    """Take `argv` apart.

    A flag may stand anywhere, with its value after it or behind `=`; after `--` everything is an override. Raises
    ConfigError for an unknown flag, a missing or unknown value, and two flags that ask for different things.
    """
    line = CommandLine()
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        if word == "--":
            line.overrides.extend(rest)
            break
        if not word.startswith("-"):
            line.overrides.append(word)
            continue
        name, equals, given = word.partition("=")
        flag = _BY_NAME.get(name)
        if flag is None:
            raise ConfigError(f"unknown flag {name}", hint=did_you_mean(name, _BY_NAME, limit=0))
        line.flags[flag.name] = _value(flag, given if equals else None, rest)
    _check_actions(line)
    return line


def _value(flag: Flag, given: str | None, rest: list[str]) -> str | bool:
    """The value of `flag`: what stood behind `=`, else the next word, which is taken from `rest`."""
    if flag.arity == "none":
        if given is not None:
            raise ConfigError(f"{flag.name} takes no value, got {given!r}")
        return True
    if flag.arity == "optional":
        if given is None:
            return rest.pop(0) if rest and rest[0] in flag.choices else flag.choices[0]
    elif given is None:
        if not rest:
            raise ConfigError(f"{flag.name} needs a value", hint=flag.usage)
        given = rest.pop(0)
    if flag.choices and given not in flag.choices:
        raise ConfigError(f"{flag.name}: unknown value {given!r}", hint=did_you_mean(given, flag.choices))
    return given


def _check_actions(line: CommandLine) -> None:
    asked = [name for name in _ACTIONS if name in line.flags]
    if len(asked) > 1 and "--help" not in asked:
        raise ConfigError(f"{' and '.join(asked)} exclude each other: give one of them")
    if "--forecast" in line.flags and line.action not in ("--run", "--multirun", "--help", "--version"):
        raise ConfigError(f"--forecast and {line.action} exclude each other: give one of them")
    if "--cfg" not in line.flags:
        for name in ("--package", "--resolve"):
            if name in line.flags:
                raise ConfigError(f"{name} goes with --cfg only")
