"""The noise of a run: what was configured, and the data it draws from."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pare_runner.errors import ConfigError
from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.data import NO_DATA, AugmentationData, parse_augmentation_data
from pare_runner.scenarios.scenario import PAREScenario


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """Each part may be absent; `data` is what names, descriptions and environment events come from."""

    tools: ToolAugmentationConfig | None = None
    events: EnvEventsConfig | None = None
    data: AugmentationData = NO_DATA


NO_NOISE = NoiseSettings()


def with_own_tools(noise: NoiseSettings, scenario: PAREScenario) -> NoiseSettings:
    """`noise`, with the scenario's own `tool_augmentation_config` if the run has none.

    It draws from what the scenario's `load_augmentation_data` gave, if that is not empty. Initialize the scenario
    first. Raises ConfigError for a config of another class, InputError for data of another layout.
    """
    own = scenario.tool_augmentation_config
    if noise.tools is not None or own is None:
        return noise
    if not isinstance(own, ToolAugmentationConfig):
        message = f"tool_augmentation_config must be a ToolAugmentationConfig, not {type(own).__name__}"
        raise ConfigError(message, where=scenario.scenario_id)
    data = scenario.augmentation_data
    parsed = parse_augmentation_data(data, f"{scenario.scenario_id}, augmentation_data") if data else noise.data
    return replace(noise, tools=own, data=parsed)
