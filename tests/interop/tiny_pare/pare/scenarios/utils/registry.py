"""The registry, which finds scenarios when it is asked for them."""

from __future__ import annotations

import importlib
import os

from are.simulation.scenarios.utils.registry import ScenarioRegistry as BaseScenarioRegistry


class ScenarioRegistry(BaseScenarioRegistry):
    """Finds the modules named in TINY_PARE; PARE's looks for entry points."""

    def _discover_and_import_scenarios(self) -> None:
        self._scenarios_discovered = True
        for name in os.environ.get("TINY_PARE", "errand").split():
            importlib.import_module(f"pare.scenarios.{name}")


registry = ScenarioRegistry()
