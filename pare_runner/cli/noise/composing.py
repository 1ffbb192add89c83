"""The configuration that a few overrides give, for commands that run no experiment."""

from __future__ import annotations

from collections.abc import Sequence

from hydra.types import RunMode

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.body import runner_config
from pare_runner.cli.compose import Composer
from pare_runner.cli.explain import Context, composition_error, parse
from pare_runner.cli.flags import CommandLine

NOISE = "noise="


def composed(overrides: Sequence[str]) -> MultiScenarioRunnerConfig:
    """The validated configuration of `python -m pare_runner` with `overrides`; `noise=a,b` adds a and b up.

    InputError for anything wrong with them.
    """
    given = [_added_up(text) for text in overrides]
    composer = Composer.for_line(CommandLine(overrides=given))
    try:
        for text in given:
            parse(text, composer.loader)
        config = composer.loader.load_configuration(composer.config_name, given, run_mode=RunMode.RUN)
        return runner_config(config)
    except Exception as error:  # whatever goes wrong here is the input's fault, and becomes one message
        raise composition_error(error, Context(composer.loader, composer.config_name, given)) from error


def _added_up(text: str) -> str:
    """Nothing is swept here, so several options can only mean that all of them hold."""
    value = text.removeprefix(NOISE)
    return f"{NOISE}[{value}]" if text.startswith(NOISE) and "," in value and not value.startswith("[") else text
