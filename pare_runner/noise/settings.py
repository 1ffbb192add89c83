"""The noise of a run: what was configured, and the data it draws from."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.noise.config import EnvEventsConfig, ToolAugmentationConfig
from pare_runner.noise.data import NO_DATA, AugmentationData


@dataclass(frozen=True, slots=True)
class NoiseSettings:
    """Each part may be absent; `data` is what names, descriptions and environment events come from."""

    tools: ToolAugmentationConfig | None = None
    events: EnvEventsConfig | None = None
    data: AugmentationData = NO_DATA


NO_NOISE = NoiseSettings()
