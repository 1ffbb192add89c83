"""Which documented fields a composition may set today.

The models hold every documented field; one that nothing reads yet must not look as if it worked.
"""

from __future__ import annotations

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.errors import ConfigError

DORMANT = frozenset(
    {
        "user_engine_config",
        "user_max_iterations",
        "agent_type",
        "user_type",
        "observe_engine_config",
        "observe_max_iterations",
        "execute_engine_config",
        "execute_max_iterations",
        "max_turns",
        "use_custom_logger",
        "simulated_generation_time_mode",
        "tool_augmentation_config",
        "env_events_config",
        "judge_only",
        "judge_engine_config",
        "max_scenario_duration",
        "user_model_alias",
        "observe_model_alias",
        "execute_model_alias",
        "max_concurrent_scenarios",
        "timeout_seconds",
        "executor_type",
        "enable_caching",
    }
)
"""Fields that have no effect yet: they cannot be set from a composition."""


def is_live(name: str) -> bool:
    """Whether the configuration field `name` has an effect."""
    return name in MultiScenarioRunnerConfig.model_fields and name not in DORMANT


def check_supported(config: MultiScenarioRunnerConfig) -> None:
    """Refuse, with a ConfigError, a valid configuration that asks for what does not exist yet."""
    if not config.oracle:
        raise ConfigError("oracle=false needs agents, and there are none yet: only oracle runs are possible")
    if config.export and config.trace_dump_format != "hf":
        raise ConfigError(f"trace_dump_format={config.trace_dump_format} cannot be written yet", hint="use export=hf")
