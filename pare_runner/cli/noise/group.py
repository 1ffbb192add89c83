"""The group `pare noise`."""

from __future__ import annotations

import typer

from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group

COMMANDS: Commands = {
    "preview": ("pare_runner.cli.noise.command:preview_noise", "Draw scripted events and noise on a timeline."),
}

app = typer.Typer(name="noise", cls=lazy_group(COMMANDS), no_args_is_help=True, **SETTINGS)


@app.callback()
def noise() -> None:
    """See the noise of a run before it runs.

    \b
    pare noise preview dinner_headcount_change noise=env_4
    """
