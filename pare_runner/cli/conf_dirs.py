"""Where the configuration files are."""

from __future__ import annotations

from pathlib import Path

from pare_runner.cli.flags import CommandLine
from pare_runner.errors import ConfigError, did_you_mean

PRIMARY = "config"
"""Name of the primary configuration."""


def packaged_conf_dir() -> Path:
    """Our own configuration folder: inside the installed package, else beside it in a source checkout."""
    package = Path(__file__).resolve().parent.parent
    for candidate in (package / "conf", package.parent / "conf"):
        if (candidate / f"{PRIMARY}.yaml").is_file():
            return candidate
    raise ConfigError("the configuration folder is missing from this installation", hint="give one with --config-path")


def conf_dirs(line: CommandLine) -> list[Path]:
    """The folders a command line composes from, absolute; in an earlier one a file wins over its namesakes."""
    main = line.value("--config-path")
    extra = line.value("--config-dir")
    found = [_existing("--config-dir", extra)] if extra is not None else []
    return [*found, packaged_conf_dir() if main is None else _existing("--config-path", main)]


def primary_name(line: CommandLine, folders: list[Path]) -> str:
    """Name of the primary configuration, which must exist in one of `folders`."""
    name = line.value("--config-name") or PRIMARY
    name = name.removesuffix(".yaml")
    if not any((folder / f"{name}.yaml").is_file() for folder in folders):
        known = [path.stem for folder in folders for path in folder.glob("*.yaml")]
        raise ConfigError(f"there is no primary configuration {name!r}", hint=did_you_mean(name, known))
    return name


def _existing(flag: str, given: str) -> Path:
    path = Path(given).absolute()
    if not path.is_dir():
        raise ConfigError(f"{flag}: there is no directory {given}")
    return path
