"""What noise an experiment adds: failing tools and environment events nobody scripted.

Fields and defaults are those PARE documents (Meta-ARE's `ToolAugmentationConfig` and `EnvEventsConfig`). Plain data:
nothing is drawn and no file read here. A value out of range is a `ValueError` that names the field.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar, Literal, get_args

from pare_runner.errors import bracketed_hint

Arrivals = Literal["fixed_count", "poisson", "pare"]

DOCUMENTED_WEIGHTS = MappingProxyType(
    {"StatefulEmailApp": 1.0, "StatefulMessagingApp": 1.0, "StatefulShoppingApp": 1.0}
)
"""Shares of the environment events; an app class that is not named has weight 0."""
EVENT_PREFIX = "env_expansion_"
"""What the id of every environment event of noise begins with."""

_SAME_APP = MappingProxyType(
    {
        "StatefulEmailApp": "StatefulEmailApp",
        "StatefulMessagingApp": "StatefulMessagingApp",
        "StatefulShoppingApp": "StatefulShoppingApp",
        "StatefulApartmentApp": "StatefulApartmentApp",
        "EmailClientApp": "StatefulEmailApp",
        "MessagingApp": "StatefulMessagingApp",
        "MessagingAppV2": "StatefulMessagingApp",
        "ShoppingApp": "StatefulShoppingApp",
        "ApartmentListingApp": "StatefulApartmentApp",
    }
)
"""App class as PARE or Meta-ARE calls it → the class that is on our phones."""


def default_weight_per_app_class() -> dict[str, float]:
    """The documented weights: email, messaging and shopping 1; apartments come only if they are asked for."""
    return dict(DOCUMENTED_WEIGHTS)


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

    `env_events_seed=None` means the experiment's own `seed`. `arrivals` is how many come and when: `fixed_count` as
    many as rate and time say, at uniform times; `poisson` by chance; `pare` by PARE's documented formulas. Classes may
    have Meta-ARE's names; of two names of one class the greater weight counts. `switched_off` are ids of single events
    that do not happen; all others stay as they are.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    num_env_events_per_minute: int = 10
    env_events_seed: int | None = 0
    n_message_events_per_conversation: int = 4
    n_item_events_per_product: int = 2
    weight_per_app_class: dict[str, float] = field(default_factory=default_weight_per_app_class)
    arrivals: Arrivals = "fixed_count"
    switched_off: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name in ("num_env_events_per_minute", "n_message_events_per_conversation", "n_item_events_per_product"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, not {getattr(self, name)}")
        for app_class, weight in self.weight_per_app_class.items():
            if not (weight >= 0.0 and math.isfinite(weight)):
                raise ValueError(f"weight_per_app_class[{app_class!r}] must be a number >= 0, not {weight}")
            if weight and app_class not in _SAME_APP:
                hint = bracketed_hint(app_class, _SAME_APP)
                raise ValueError(f"weight_per_app_class: there are no environment events for {app_class!r}{hint}")
        if self.num_env_events_per_minute and not any(self.weight_per_app_class.values()):
            raise ValueError(
                "weight_per_app_class gives every app the weight 0, so no event could arrive "
                "(for none at all set num_env_events_per_minute to 0)"
            )
        if self.arrivals not in get_args(Arrivals):
            raise ValueError(f"arrivals must be one of {', '.join(get_args(Arrivals))}, not {self.arrivals!r}")
        for event_id in self.switched_off:
            if not event_id.startswith(EVENT_PREFIX):
                raise ValueError(f"switched_off: ids of environment events begin with {EVENT_PREFIX}, not {event_id!r}")

    def weights(self) -> Mapping[str, float]:
        """Class on our phones → its weight, those above 0 only."""
        found: dict[str, float] = {}
        for app_class, weight in self.weight_per_app_class.items():
            if weight:
                known = _SAME_APP[app_class]
                found[known] = max(weight, found.get(known, 0.0))
        return found
