"""Scenarios: the language, its compiler, checks, and the classes scenarios are written with (`names.SCENARIOS`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pare_runner.names import SCENARIOS, facade

if TYPE_CHECKING:
    from pare_runner.scenarios.compiler.compile import compile_scenario as compile_scenario
    from pare_runner.scenarios.environment import Environment as Environment
    from pare_runner.scenarios.registration import ScenarioRegistry as ScenarioRegistry
    from pare_runner.scenarios.registration import register_scenario as register_scenario
    from pare_runner.scenarios.registration import registry as registry
    from pare_runner.scenarios.result import PAREScenarioValidationResult as PAREScenarioValidationResult
    from pare_runner.scenarios.scenario import PAREScenario as PAREScenario
    from pare_runner.scenarios.yaml_scenario import YamlScenario as YamlScenario
else:
    __getattr__, __dir__ = facade(__name__, SCENARIOS)
