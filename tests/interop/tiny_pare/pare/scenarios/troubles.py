"""Scenarios that fail, each in its own way."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from are.simulation.scenarios.scenario import Scenario

from pare.scenarios.utils.registry import registry


@registry.register("unbuildable")
class Unbuildable(Scenario):
    """There are no apps."""

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no apps\ntoday")


@registry.register("leaving")
class Leaving(Scenario):
    """It wants to end the process."""

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        sys.exit("enough")


@registry.register("fatal")
class Fatal(Scenario):
    """It does end the process."""

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        os._exit(7)


@registry.register("endless")
class Endless(Scenario):
    """It never comes to an end."""

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        while True:
            time.sleep(0.1)


@registry.register("../escape")
class Escape(Scenario):
    """Its id would name a file elsewhere."""

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.apps = []
