"""The public names, and the module that defines each; packages offer them and import nothing before it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

APPS: Mapping[str, str] = {
    "HomeScreenSystemApp": "pare_runner.apps.system.app",
    "PAREAgentUserInterface": "pare_runner.apps.agent_ui.app",
    "SandboxLocalFileSystem": "pare_runner.apps.files.app",
    "StatefulApartmentApp": "pare_runner.apps.apartment.app",
    "StatefulCabApp": "pare_runner.apps.cab.app",
    "StatefulCalendarApp": "pare_runner.apps.calendar.app",
    "StatefulContactsApp": "pare_runner.apps.contacts.app",
    "StatefulEmailApp": "pare_runner.apps.email.app",
    "StatefulMessagingApp": "pare_runner.apps.messaging.app",
    "StatefulNotesApp": "pare_runner.apps.notes.app",
    "StatefulReminderApp": "pare_runner.apps.reminder.app",
    "StatefulShoppingApp": "pare_runner.apps.shopping.app",
}
"""App class → its module."""

SCENARIOS: Mapping[str, str] = {
    "Environment": "pare_runner.scenarios.environment",
    "PAREScenario": "pare_runner.scenarios.scenario",
    "PAREScenarioValidationResult": "pare_runner.scenarios.result",
    "ScenarioRegistry": "pare_runner.scenarios.registration",
    "YamlScenario": "pare_runner.scenarios.yaml_scenario",
    "compile_scenario": "pare_runner.scenarios.compiler.compile",
    "register_scenario": "pare_runner.scenarios.registration",
    "registry": "pare_runner.scenarios.registration",
}
"""What a scenario is written with → its module."""

PUBLIC: Mapping[str, str] = {
    **APPS,
    **SCENARIOS,
    "ConditionCheckEvent": "pare_runner.kernel.events",
    "EnvEventsConfig": "pare_runner.noise.config",
    "Event": "pare_runner.kernel.events",
    "EventRegisterer": "pare_runner.apps.core.capture",
    "EventType": "pare_runner.kernel.events",
    "LLMEngineConfig": "pare_runner.llm.config",
    "MultiScenarioRunner": "pare_runner.batch.multi_runner",
    "MultiScenarioRunnerConfig": "pare_runner.batch.config",
    "OperationType": "pare_runner.kernel.events",
    "OracleEvent": "pare_runner.kernel.events",
    "PAREEnvEventsExpander": "pare_runner.noise.env_events.expander",
    "PAREMultiScenarioValidationResult": "pare_runner.batch.results",
    "PARE_RESULT_SCHEMA": "pare_runner.batch.frame",
    "Ref": "pare_runner.kernel.references",
    "ScenarioRunnerConfig": "pare_runner.batch.config",
    "StopEvent": "pare_runner.kernel.events",
    "ToolAugmentationConfig": "pare_runner.noise.config",
    "TwoAgentScenarioRunner": "pare_runner.batch.runner",
    "ValidationEvent": "pare_runner.kernel.events",
    "default_weight_per_app_class": "pare_runner.noise.config",
    "diff": "pare_runner.analysis.diff.compare",
    "load_results": "pare_runner.analysis.frame",
    "register_pare_scenarios": "pare_runner.library.catalog",
    "report": "pare_runner.analysis.report.document",
    "run_oracle": "pare_runner.episode.oracle",
}
"""Every public name → its module; `pare_runner` offers them all."""


def facade(module: str, names: Mapping[str, str]) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package `module` that offers `names` (name → module) on first use."""

    def find(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name)
        return getattr(importlib.import_module(names[name]), name)

    return find, lambda: sorted(names)
