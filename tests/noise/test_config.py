"""What a configuration of noise may say."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.noise.config import ToolAugmentationConfig


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"tool_failure_probability": 1.1}, "tool_failure_probability must be between 0 and 1, not 1.1"),
        ({"pattern": "burst"}, "pattern must be one of iid, outage, not 'burst'"),
        ({"outage_seconds": 0.0}, "outage_seconds must be above 0, not 0.0"),
        ({"outage_seconds": float("inf")}, "outage_seconds must be above 0, not inf"),
        ({"outage_seconds": float("nan")}, "outage_seconds must be above 0, not nan"),
    ],
)
def test_values_out_of_range(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToolAugmentationConfig(**fields)


def test_a_config_that_does_nothing_says_so() -> None:
    off = {"apply_tool_name_augmentation": False, "apply_tool_description_augmentation": False}
    assert ToolAugmentationConfig(tool_failure_probability=0.0, pattern="outage", **off).is_idle
    assert not ToolAugmentationConfig(tool_failure_probability=0.1, **off).is_idle
    for name in off:
        assert not ToolAugmentationConfig(tool_failure_probability=0.0, **{**off, name: True}).is_idle
