"""The group `pare scenarios`."""

from __future__ import annotations

import typer

from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group

_HERE = "pare_runner.cli.scenarios"

COMMANDS: Commands = {
    "list": (f"{_HERE}.listing:list_scenarios", "List the scenarios there are."),
    "show": (f"{_HERE}.show:show", "Show a scenario's flow, as a table or as Mermaid text."),
    "new": (f"{_HERE}.new:new", "Write a scenario file to start from."),
    "import": (f"{_HERE}.importing:import_scenarios", "Make scenario files of hf traces."),
    "check": (f"{_HERE}.check:check", "Find every mistake in scenario files."),
    "prove": (f"{_HERE}.prove:prove_scenarios", "Prove that doing right passes and anything else fails."),
    "export-from-pare": (
        f"{_HERE}.from_pare:export_from_pare",
        "Write the scenarios of an installed PARE as hf traces.",
    ),
    "state": (f"{_HERE}.state:state", "Show the phone at a moment of the oracle run."),
    "schema": (f"{_HERE}.schema:schema", "Write the JSON Schema that editors use for scenarios."),
}

app = typer.Typer(name="scenarios", cls=lazy_group(COMMANDS), no_args_is_help=True, **SETTINGS)


@app.callback()
def scenarios() -> None:
    """List, show, check, prove, import and write scenarios.

    \b
    pare scenarios list --tag calendar
    pare scenarios show dinner_headcount_change
    """
