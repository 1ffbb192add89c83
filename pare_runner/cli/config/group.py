"""The group `pare config`."""

from __future__ import annotations

import typer

from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group

_HERE = "pare_runner.cli.config"

COMMANDS: Commands = {
    "show": (f"{_HERE}.show:show", "Print a configuration, and which keys are its identity."),
    "save": (f"{_HERE}.save:save", "Write a configuration into a file that runs."),
    "diff": (f"{_HERE}.diff:diff", "Print the keys in which two configurations differ."),
}

app = typer.Typer(name="config", cls=lazy_group(COMMANDS), no_args_is_help=True, **SETTINGS)


@app.callback()
def config() -> None:
    """Show, save and compare configurations of experiments, composed or of finished runs.

    \b
    pare config show model=gpt5 noise=tfp_0.1
    pare config save mine --from outputs/my_run --dir conf
    pare config diff outputs/a outputs/b
    """
