"""What noise an experiment adds: failing tools and environment events nobody scripted.

Fields and defaults are those PARE documents (Meta-ARE's `ToolAugmentationConfig` and `EnvEventsConfig`). Plain data: it
imports nothing, draws nothing and reads no file. A value out of range is a `ValueError` that names the field.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, get_args

DOCUMENTED_WEIGHTS = MappingProxyType(
    {"StatefulEmailApp": 1.0, "StatefulMessagingApp": 1.0, "StatefulShoppingApp": 1.0}
)
"""Shares of the environment events; an app class that is not named has weight 0."""


FailurePattern = Literal["iid", "outage"]
"""Each call on its own, or a tool that stays down for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolAugmentationConfig:
    """Tools that fail before they act, are renamed, or are described in other words: three separate treatments.

    `outage_seconds` are virtual: how long a tool stays as it is with the pattern `outage`, up or down, before the next
    draw. PARE has neither of the two last fields.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}  # for readers of configurations: an unknown key is an error

    tool_failure_probability: float = 0.1
    apply_tool_name_augmentation: bool = True
    apply_tool_description_augmentation: bool = True
    pattern: FailurePattern = "iid"
    outage_seconds: float = 60.0

    @property
    def is_idle(self) -> bool:
        """Whether nothing fails, is renamed or described in other words."""
        rewrites = self.apply_tool_name_augmentation or self.apply_tool_description_augmentation
        return not (rewrites or self.tool_failure_probability)

    def __post_init__(self) -> None:
        if not 0.0 <= self.tool_failure_probability <= 1.0:  # NaN fails this too
            raise ValueError(f"tool_failure_probability must be between 0 and 1, not {self.tool_failure_probability}")
        if self.pattern not in get_args(FailurePattern):
            raise ValueError(f"pattern must be one of {', '.join(get_args(FailurePattern))}, not {self.pattern!r}")
        if not (self.outage_seconds > 0.0 and math.isfinite(self.outage_seconds)):
            raise ValueError(f"outage_seconds must be above 0, not {self.outage_seconds}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvEventsConfig:
    """Environment events that arrive by chance: how many in a virtual minute, and for which app classes.

    `env_events_seed=None` means the experiment's own `seed`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    num_env_events_per_minute: int = 10
    env_events_seed: int | None = 0
    n_message_events_per_conversation: int = 4
    n_item_events_per_product: int = 2
    weight_per_app_class: dict[str, float] = field(default_factory=lambda: dict(DOCUMENTED_WEIGHTS))

    def __post_init__(self) -> None:
        for name in ("num_env_events_per_minute", "n_message_events_per_conversation", "n_item_events_per_product"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
        for app_class, weight in self.weight_per_app_class.items():
            if not (weight >= 0.0 and math.isfinite(weight)):
                raise ValueError(f"weight_per_app_class[{app_class!r}] must be a number >= 0, not {weight}")
