"""What noise draws from: states of apps that hold texts of everyday life, and other names and descriptions of tools.

The layout is the documented one of augmentation data files: `{apps: [{name, app_state}], tool_names_mapping,
tool_descriptions_mapping}`, each key optional. A tool is named `<App class>__<tool>` in the mappings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class AugmentationData:
    """An augmentation data file: app name → app state, and the two mappings; `digest` stands for all of it."""

    apps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tool_names_mapping: Mapping[str, str] = field(default_factory=dict)
    tool_descriptions_mapping: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


NO_DATA = AugmentationData()
