"""Units: what a job consists of, one run of one scenario each."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash, get_run_id
from pare_runner.errors import ConfigError
from pare_runner.scenarios.scenario import PAREScenario

LoadSuite = Callable[[MultiScenarioRunnerConfig], Sequence[PAREScenario]]
"""The scenarios an experiment asks for, in order; InputError for what cannot be found or used."""

MAX_ID_BYTES = 180
"""Longest scenario id, in UTF-8: with run number, hash and endings it still has to be the name of a file."""

_FILE_NAME = re.compile(r"\w[\w.+=@-]*")


@dataclass(frozen=True, slots=True)
class Unit:
    """One run of one scenario; `run_id` names its files."""

    scenario: PAREScenario
    run_number: int
    run_id: str


def remembered(load: LoadSuite) -> LoadSuite:
    """`load`, asked once for each choice of scenarios: for the jobs of one sweep, checked first and run later.

    So they all run what was checked, even if a file is changed meanwhile, and share the scenarios.
    """
    known: dict[tuple[object, ...], Sequence[PAREScenario]] = {}

    def load_once(config: MultiScenarioRunnerConfig) -> Sequence[PAREScenario]:
        key = (config.suite.model_copy(update={"name": "", "runs": 1}), config.scenarios)
        if key not in known:
            known[key] = load(config)
        return known[key]

    return load_once


def plan_units(config: MultiScenarioRunnerConfig, scenarios: Sequence[PAREScenario]) -> list[Unit]:
    """All units of an experiment: every scenario once in the given order, then every one a second time, …

    Raises ConfigError when there is none, when two scenarios share an id, and for an id that cannot name a file.
    """
    if not scenarios:
        raise ConfigError("there is no scenario to run")
    seen: set[str] = set()
    for scenario in scenarios:
        name = scenario.scenario_id
        if not _FILE_NAME.fullmatch(name) or len(name.encode(errors="replace")) > MAX_ID_BYTES:
            raise ConfigError(
                f"a scenario is called {name!r:.80}, which cannot name a file",
                hint=f"letters, digits and . _ - + = @, starting with a letter or digit, {MAX_ID_BYTES} bytes at most",
            )
        if name in seen:
            raise ConfigError(f"two scenarios are called {name!r}")
        seen.add(name)
    runs, digest = config.suite.runs, config_hash(config)
    return [
        Unit(scenario, number, get_run_id(scenario.scenario_id, number, digest, runs))
        for number in range(1, runs + 1)
        for scenario in scenarios
    ]
