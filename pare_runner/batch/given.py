"""Scenarios that Python code hands over, checked before anything is done with them."""

from __future__ import annotations

from collections.abc import Iterable

from pare_runner.errors import ConfigError
from pare_runner.scenarios.scenario import PAREScenario

_CONFIGURED = "ids and paths go into the configuration: MultiScenarioRunnerConfig(scenarios=[...])"


def given_scenarios(scenarios: Iterable[object]) -> list[PAREScenario]:
    """All of `scenarios`, in order; of a class that needs no argument a new instance. ConfigError for anything else."""
    if isinstance(scenarios, str):
        raise ConfigError(f"scenarios must be a list of scenarios, not the text {scenarios!r:.60}", hint=_CONFIGURED)
    if not isinstance(scenarios, Iterable):
        raise ConfigError(f"scenarios must be a list of scenarios, not {_called(scenarios)}")
    return [given_scenario(item, f"scenarios[{number}]") for number, item in enumerate(scenarios)]


def given_scenario(item: object, place: str = "scenario") -> PAREScenario:
    """`item` if it is a scenario, a new instance if it is a class of them; ConfigError, naming `place`, if neither."""
    if isinstance(item, PAREScenario):
        return item
    if isinstance(item, str):
        raise ConfigError(f"{place} is the text {item!r:.60}, not a scenario", hint=_CONFIGURED)
    if not (isinstance(item, type) and issubclass(item, PAREScenario)):
        raise ConfigError(f"{place} is {_called(item)}, not a scenario")
    try:
        return item()
    except TypeError as error:
        raise ConfigError(f"{place} is the class {item.__name__}: {error}", hint="give an instance of it") from error


def _called(item: object) -> str:
    return f"the class {item.__name__}" if isinstance(item, type) else f"of type {type(item).__name__}"
