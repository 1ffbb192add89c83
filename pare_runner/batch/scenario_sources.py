"""How a worker in another process comes by a scenario: from the text that was checked, or by its name."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.catalog import Catalog
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario


@dataclass(frozen=True, slots=True)
class ScenarioText:
    """A scenario as the text of its file: what was checked is what runs, even if the file has changed meanwhile."""

    scenario_id: str
    text: str


@dataclass(frozen=True, slots=True)
class ScenarioName:
    """A scenario written in Python, known to the library under its id; `hash` is that of its source."""

    scenario_id: str
    hash: str | None


@dataclass(frozen=True, slots=True)
class ScenarioObject:
    """A scenario that only the script which made it knows, pickled."""

    scenario_id: str
    data: bytes


ScenarioSource = ScenarioText | ScenarioName | ScenarioObject
FindSource = Callable[[int, str], ScenarioSource]
"""The source of a job's scenario by its id; ConfigError if no other process could make it."""


def source_of(scenario: PAREScenario) -> ScenarioSource:
    """What another process makes `scenario` from; ConfigError if it cannot be sent there."""
    if isinstance(scenario, YamlScenario):
        return ScenarioText(scenario.scenario_id, scenario.source)
    if hasattr(scenario, "world_hash"):
        return ScenarioName(scenario.scenario_id, scenario.world_hash)
    try:
        return ScenarioObject(scenario.scenario_id, pickle.dumps(scenario))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ConfigError(
            f"scenario {scenario.scenario_id!r} cannot be sent to another process: {error}",
            hint="register it with @register_scenario in a module, or use executor=async",
        ) from error


class ScenarioMaker:
    """Makes scenarios in a worker; each source is read once, and the Python that `config` names is imported first."""

    def __init__(self) -> None:
        self._catalogs: dict[tuple[str, ...], Catalog] = {}
        self._known: dict[ScenarioSource, PAREScenario] = {}

    def make(self, source: ScenarioSource, config: MultiScenarioRunnerConfig) -> PAREScenario:
        """The scenario of `source`; InputError if it is not, or no longer, what the parent has."""
        if source not in self._known:
            self._known[source] = self._new(source, self._catalog(config.scenarios))
        return self._known[source]

    def _catalog(self, names: tuple[str, ...]) -> Catalog:
        if names not in self._catalogs:
            self._catalogs[names] = Catalog.named(names) if names else Catalog.installed()
        return self._catalogs[names]

    def _new(self, source: ScenarioSource, catalog: Catalog) -> PAREScenario:
        match source:
            case ScenarioText():
                return compile_scenario(source.text, source.scenario_id)
            case ScenarioObject():
                scenario: PAREScenario = pickle.loads(source.data)
                return scenario
            case ScenarioName():
                scenario = catalog.find(source.scenario_id)()
                if getattr(scenario, "world_hash", None) != source.hash:
                    raise InputError(f"the source of scenario {source.scenario_id!r} has changed while it ran")
                return scenario
