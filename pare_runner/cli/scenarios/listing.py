"""`pare scenarios list`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pare_runner.cli.console import plural, say, say_json, table, warn
from pare_runner.library.catalog import Catalog
from pare_runner.library.selection import Choice
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import scoring_of

BAD_INPUT = 2


def list_scenarios(
    app: Annotated[
        list[str] | None,
        typer.Option("--app", metavar="APP", help="Only those that use this app (class, name or handle)."),
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="Only those with this tag.")] = None,
    id: Annotated[
        list[str] | None, typer.Option("--id", metavar="GLOB", help="Only those whose id fits, like 'dinner_*'.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the scenarios there are: shipped, from installed packages, and in the folders of PARE_SCENARIOS_DIR.

    An option given several times keeps what fits any of its values. Exit status 2 if a shipped file is broken.

    \b
    pare scenarios list --app calendar --tag messaging
    """
    catalog = Catalog.installed()
    found, broken = catalog.collect(Choice(ids=id or (), tags=tag or (), apps=app or ()))
    if as_json:
        say_json([_described(scenario, catalog) for scenario in found])
    else:
        rows = [(scenario.scenario_id, scenario.title, ", ".join(map(str, scenario.tags))) for scenario in found]
        if rows:
            table(("id", "title", "tags"), rows)
        say(plural(len(rows), "scenario"))
    warn([*catalog.warnings, *broken])
    if broken:
        raise typer.Exit(BAD_INPUT)


def _described(scenario: PAREScenario, catalog: Catalog) -> dict[str, Any]:
    entry = catalog.entries[scenario.scenario_id]
    scenario.initialize()
    return {
        "id": scenario.scenario_id,
        "title": scenario.title,
        "tags": list(map(str, scenario.tags)),
        "apps": [type(app).__name__ for app in scenario.apps],
        "origin": entry.origin,
        "place": entry.place,
        "scoring": scoring_of(scenario),
    }
