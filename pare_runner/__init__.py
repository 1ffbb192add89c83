"""A declarative experiment runner for proactive assistants; the public names are those of `names.PUBLIC`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pare_runner.names import PUBLIC, facade

if TYPE_CHECKING:
    from pare_runner.analysis.diff.compare import diff as diff
    from pare_runner.analysis.frame import load_results as load_results
    from pare_runner.analysis.report.document import report as report
    from pare_runner.apps.agent_ui.app import PAREAgentUserInterface as PAREAgentUserInterface
    from pare_runner.apps.apartment.app import StatefulApartmentApp as StatefulApartmentApp
    from pare_runner.apps.cab.app import StatefulCabApp as StatefulCabApp
    from pare_runner.apps.calendar.app import StatefulCalendarApp as StatefulCalendarApp
    from pare_runner.apps.contacts.app import StatefulContactsApp as StatefulContactsApp
    from pare_runner.apps.core.capture import EventRegisterer as EventRegisterer
    from pare_runner.apps.email.app import StatefulEmailApp as StatefulEmailApp
    from pare_runner.apps.files.app import SandboxLocalFileSystem as SandboxLocalFileSystem
    from pare_runner.apps.messaging.app import StatefulMessagingApp as StatefulMessagingApp
    from pare_runner.apps.notes.app import StatefulNotesApp as StatefulNotesApp
    from pare_runner.apps.reminder.app import StatefulReminderApp as StatefulReminderApp
    from pare_runner.apps.shopping.app import StatefulShoppingApp as StatefulShoppingApp
    from pare_runner.apps.system.app import HomeScreenSystemApp as HomeScreenSystemApp
    from pare_runner.batch.config import MultiScenarioRunnerConfig as MultiScenarioRunnerConfig
    from pare_runner.batch.config import ScenarioRunnerConfig as ScenarioRunnerConfig
    from pare_runner.batch.frame import PARE_RESULT_SCHEMA as PARE_RESULT_SCHEMA
    from pare_runner.batch.multi_runner import MultiScenarioRunner as MultiScenarioRunner
    from pare_runner.batch.results import PAREMultiScenarioValidationResult as PAREMultiScenarioValidationResult
    from pare_runner.batch.runner import TwoAgentScenarioRunner as TwoAgentScenarioRunner
    from pare_runner.episode.oracle import run_oracle as run_oracle
    from pare_runner.kernel.events import ConditionCheckEvent as ConditionCheckEvent
    from pare_runner.kernel.events import Event as Event
    from pare_runner.kernel.events import EventType as EventType
    from pare_runner.kernel.events import OperationType as OperationType
    from pare_runner.kernel.events import OracleEvent as OracleEvent
    from pare_runner.kernel.events import StopEvent as StopEvent
    from pare_runner.kernel.events import ValidationEvent as ValidationEvent
    from pare_runner.kernel.references import Ref as Ref
    from pare_runner.library.catalog import register_pare_scenarios as register_pare_scenarios
    from pare_runner.llm.config import LLMEngineConfig as LLMEngineConfig
    from pare_runner.noise.config import EnvEventsConfig as EnvEventsConfig
    from pare_runner.noise.config import ToolAugmentationConfig as ToolAugmentationConfig
    from pare_runner.noise.config import default_weight_per_app_class as default_weight_per_app_class
    from pare_runner.noise.env_events.expander import PAREEnvEventsExpander as PAREEnvEventsExpander
    from pare_runner.scenarios.compiler.compile import compile_scenario as compile_scenario
    from pare_runner.scenarios.environment import Environment as Environment
    from pare_runner.scenarios.registration import ScenarioRegistry as ScenarioRegistry
    from pare_runner.scenarios.registration import register_scenario as register_scenario
    from pare_runner.scenarios.registration import registry as registry
    from pare_runner.scenarios.result import PAREScenarioValidationResult as PAREScenarioValidationResult
    from pare_runner.scenarios.scenario import PAREScenario as PAREScenario
    from pare_runner.scenarios.yaml_scenario import YamlScenario as YamlScenario
else:
    __getattr__, __dir__ = facade(__name__, PUBLIC)
