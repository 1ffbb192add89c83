"""How a worker comes by a scenario."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.executors.situations import told
from pare_runner.batch.scenario_sources import (
    ScenarioMaker,
    ScenarioName,
    ScenarioObject,
    ScenarioSource,
    ScenarioText,
    source_of,
)
from pare_runner.errors import ConfigError, InputError
from pare_runner.library.catalog import load_suite
from pare_runner.scenarios.yaml_scenario import YamlScenario
from tests.batch.situations import NotesScenario, oracle_config

MODULE = """
from pare_runner import PAREScenario, register_scenario

@register_scenario("lodger")
class Lodger(PAREScenario):
    def init_and_populate_apps(self, *args, **kwargs):
        self.apps = []
    def build_events_flow(self):
        self.events = []
"""


def sent(source: ScenarioSource) -> ScenarioSource:
    """As it arrives in another process."""
    found: ScenarioSource = pickle.loads(pickle.dumps(source))
    return found


def test_a_file_goes_as_its_text() -> None:
    scenario = told("polite", "wait 0")
    source = source_of(scenario)
    assert isinstance(source, ScenarioText)

    made = ScenarioMaker().make(sent(source), oracle_config())

    assert isinstance(made, YamlScenario)
    assert isinstance(scenario, YamlScenario)
    assert (made.scenario_id, made.world_hash) == ("polite", scenario.world_hash)


def test_each_source_is_made_once() -> None:
    maker, source = ScenarioMaker(), source_of(told("polite", "wait 0"))

    assert maker.make(sent(source), oracle_config()) is maker.make(sent(source), oracle_config(seed=1))


@pytest.fixture
def lodger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A scenario in a module, as the library finds it, and the configuration that names it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "lodger_module.py").write_text(MODULE)
    known = set(sys.modules)
    config = oracle_config(scenarios=(str(tmp_path / "lodger_module.py"),), suite={"source": "listed"})
    (scenario,) = load_suite(config.suite, config.scenarios)
    yield scenario, config
    for name in set(sys.modules) - known:
        del sys.modules[name]


def test_a_scenario_in_python_goes_by_its_name(lodger: Any) -> None:
    scenario, config = lodger
    source = source_of(scenario)
    assert source == ScenarioName("lodger", scenario.world_hash)

    made = ScenarioMaker().make(sent(source), config)

    assert made is not scenario
    assert (made.scenario_id, getattr(made, "world_hash", None)) == ("lodger", scenario.world_hash)


def test_source_that_has_changed_meanwhile_is_refused(lodger: Any) -> None:
    _, config = lodger

    with pytest.raises(InputError, match="source of scenario 'lodger' has changed while it ran"):
        ScenarioMaker().make(ScenarioName("lodger", "another hash"), config)


def test_a_scenario_that_nobody_knows_goes_as_it_is() -> None:
    source = source_of(NotesScenario(seed=3))
    assert isinstance(source, ScenarioObject)

    made = ScenarioMaker().make(sent(source), oracle_config())

    assert isinstance(made, NotesScenario)
    assert made.seed == 3


def test_one_that_cannot_be_sent_is_told() -> None:
    class Local(NotesScenario):
        scenario_id = "local"

    with pytest.raises(ConfigError, match="scenario 'local' cannot be sent to another process") as caught:
        source_of(Local())
    assert "executor=async" in str(caught.value)
