"""The configuration that a few overrides give, for commands that run no experiment."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.compose import Composer
from pare_runner.cli.flags import CommandLine

NOISE = "noise="


def composed(overrides: Sequence[str]) -> MultiScenarioRunnerConfig:
    """The validated configuration of `python -m pare_runner` with `overrides`; `noise=a,b` adds a and b up.

    InputError for anything wrong with them.
    """
    _, config = Composer.for_line(CommandLine(overrides=[_added_up(text) for text in overrides])).one_job()
    return config


def _added_up(text: str) -> str:
    """Nothing is swept here, so several options can only mean that all of them hold."""
    value = text.removeprefix(NOISE)
    return f"{NOISE}[{value}]" if text.startswith(NOISE) and "," in value and not value.startswith("[") else text
