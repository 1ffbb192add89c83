"""The units of an experiment."""

from __future__ import annotations

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.batch.units import MAX_ID_BYTES, plan_units, remembered
from pare_runner.errors import ConfigError
from pare_runner.scenarios.scenario import PAREScenario
from tests.batch.situations import FailingScenario, NotesScenario, oracle_config


def test_every_scenario_once_then_every_scenario_again() -> None:
    config = oracle_config(suite={"runs": 2})
    digest = config_hash(config)[:8]

    units = plan_units(config, [NotesScenario(), FailingScenario()])

    assert [unit.run_id for unit in units] == [
        *(f"notes_run_1_{digest}", f"failing_run_1_{digest}", f"notes_run_2_{digest}", f"failing_run_2_{digest}")
    ]


def test_a_single_run_shows_no_number() -> None:
    config = oracle_config()

    assert [unit.run_id for unit in plan_units(config, [NotesScenario()])] == [f"notes_{config_hash(config)[:8]}"]


def test_nothing_to_run() -> None:
    with pytest.raises(ConfigError, match="there is no scenario to run"):
        plan_units(oracle_config(), [])


def test_two_scenarios_with_one_id() -> None:
    with pytest.raises(ConfigError, match="two scenarios are called 'notes'"):
        plan_units(oracle_config(), [NotesScenario(), NotesScenario()])


@pytest.mark.parametrize(
    "name", ["../up", "a/b", ".hidden", "a b", "a\n", "x" * (MAX_ID_BYTES + 1), "é" * 91, "\ud800"]
)
def test_an_id_that_cannot_name_a_file(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a file"):
        plan_units(oracle_config(), [NotesScenario(scenario_id=name)])


def test_jobs_of_a_sweep_share_what_was_loaded_for_the_same_choice() -> None:
    loaded = []

    def load(config: MultiScenarioRunnerConfig) -> list[PAREScenario]:
        loaded.append(config.scenarios)
        return [NotesScenario()]

    once = remembered(load)
    same = [once(oracle_config(seed=seed, suite={"runs": seed + 1})) for seed in (0, 1)]
    once(oracle_config(suite={"limit": 1}))
    once(oracle_config(scenarios=["notes"]))

    assert same[0][0] is same[1][0]
    assert loaded == [(), (), ("notes",)]
