"""The group `pare traces`."""

from __future__ import annotations

import typer

from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group

_HERE = "pare_runner.cli.traces"

COMMANDS: Commands = {
    "decision-points": (
        f"{_HERE}.decision_points:decision_points",
        "Write what users decided on proposals, to annotate.",
    ),
}

app = typer.Typer(name="traces", cls=lazy_group(COMMANDS), no_args_is_help=True, **SETTINGS)


@app.callback()
def traces() -> None:
    """Show, convert and read traces of runs.

    \b
    pare traces decision-points outputs/my_sweep
    """
