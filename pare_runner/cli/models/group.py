"""The group `pare models`."""

from __future__ import annotations

import typer

from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group

_HERE = "pare_runner.cli.models"

COMMANDS: Commands = {
    "list": (f"{_HERE}.listing:list_models", "List the models there are."),
    "probe": (f"{_HERE}.probe:probe_model", "See whether a model answers, before a run does."),
}

app = typer.Typer(name="models", cls=lazy_group(COMMANDS), no_args_is_help=True, **SETTINGS)


@app.callback()
def models() -> None:
    """List models, and see whether one answers.

    \b
    pare models list
    pare models probe gpt5
    """
