"""The group `pare traces`."""

from __future__ import annotations

import typer

from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group

_HERE = "pare_runner.cli.traces"

COMMANDS: Commands = {
    "show": (f"{_HERE}.show:show", "Show a run as a conversation on its time line."),
    "stats": (f"{_HERE}.stats:stats", "Count what happened in many runs."),
    "convert": (f"{_HERE}.convert:convert", "Write native traces in another format."),
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
    pare traces show dinner_headcount_change
    pare traces stats outputs/my_sweep
    pare traces convert outputs/my_sweep --to hf
    pare traces decision-points outputs/my_sweep
    """
