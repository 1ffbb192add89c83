"""The configuration that a few overrides give, for commands that run no experiment."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.body import typed_keys
from pare_runner.cli.compose import Composer
from pare_runner.cli.console import warn
from pare_runner.cli.flags import CommandLine
from pare_runner.cli.unused import unused
from pare_runner.errors import Problem

NOISE = "noise="


def composed(overrides: Sequence[str]) -> MultiScenarioRunnerConfig:
    """The validated configuration of `python -m pare_runner` with `overrides`; `noise=a,b` adds a and b up.

    InputError for anything wrong with them; what they set in vain is warned of.
    """
    whole, config = Composer.for_line(CommandLine(overrides=[_added_up(text) for text in overrides])).one_job()
    warn(Problem(text, severity="warning") for text in unused(whole, typed_keys(whole)))
    return config


def _added_up(text: str) -> str:
    """Nothing is swept here, so several options can only mean that all of them hold."""
    value = text.removeprefix(NOISE)
    return f"{NOISE}[{value}]" if text.startswith(NOISE) and "," in value and not value.startswith("[") else text
