"""What can be said of environment events, and the mistakes in it."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.noise.config import EnvEventsConfig


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"num_env_events_per_minute": -1}, "num_env_events_per_minute must not be negative, not -1"),
        ({"weight_per_app_class": {}}, "gives every app the weight 0, so no event could arrive"),
        ({"weight_per_app_class": {"StatefulEmailApp": 0}}, "gives every app the weight 0"),
        (
            {"weight_per_app_class": {"StatefulEmaiApp": 1.0}},
            r"for 'StatefulEmaiApp' \(did you mean 'StatefulEmailApp'",
        ),
        ({"weight_per_app_class": {"StatefulCalendarApp": 1.0}}, "no environment events for 'StatefulCalendarApp'"),
        ({"weight_per_app_class": {"StatefulEmailApp": float("nan")}}, "must be a number >= 0, not nan"),
        ({"arrivals": "normal"}, "arrivals must be one of fixed_count, poisson, pare, not 'normal'"),
        ({"switched_off": ["Emails-0-1"]}, "ids of environment events begin with env_expansion_, not 'Emails-0-1'"),
    ],
)
def test_mistakes(fields: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        EnvEventsConfig(**fields)


def test_a_rate_of_0_needs_no_weights_and_a_weight_of_0_no_known_app() -> None:
    assert EnvEventsConfig(num_env_events_per_minute=0, weight_per_app_class={}).weights() == {}
    weights = {"StatefulCalendarApp": 0.0, "StatefulEmailApp": 2.0}
    assert EnvEventsConfig(weight_per_app_class=weights).weights() == {"StatefulEmailApp": 2.0}


def test_of_two_names_of_one_app_the_greater_weight_counts() -> None:
    weights = {"MessagingApp": 1.0, "StatefulMessagingApp": 3.0, "MessagingAppV2": 2.0}
    assert EnvEventsConfig(weight_per_app_class=weights).weights() == {"StatefulMessagingApp": 3.0}
