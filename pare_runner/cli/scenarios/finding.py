"""Finding the scenarios a command line names."""

from __future__ import annotations

from collections.abc import Sequence

from pare_runner.cli.console import warn
from pare_runner.errors import InputError
from pare_runner.library.catalog import Catalog
from pare_runner.library.selection import Choice
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario


def find_all(names: Sequence[str]) -> list[PAREScenario]:
    """The scenarios called `names`, ids or paths, in the order of their ids; warnings go to standard error."""
    catalog = Catalog.named(names)
    try:
        return catalog.select(Choice())
    finally:
        warn(catalog.warnings)


def find_one(name: str) -> PAREScenario:
    """The one scenario called `name`, an id or the path of a file; InputError if it holds none or several."""
    found = find_all([name])
    if len(found) != 1:
        hint = "name one of " + ", ".join(_ids(found)) if found else ""
        raise InputError(f"{name} holds {len(found)} scenarios", hint=hint)
    return found[0]


def handles_of(scenario: PAREScenario) -> dict[str, str]:
    """Handle → app name: the file's handles, or for a Python scenario the names themselves."""
    if isinstance(scenario, YamlScenario):
        return scenario.handles
    scenario.initialize()
    return {app.name: app.name for app in scenario.apps}


def _ids(scenarios: Sequence[PAREScenario]) -> list[str]:
    return [scenario.scenario_id for scenario in scenarios]
