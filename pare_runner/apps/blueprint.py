"""A blueprint: a populated phone kept aside, from which each run gets apps of its own."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.copying import copy_value
from pare_runner.apps.core.services import FileStore, Services
from pare_runner.apps.core.stateful import StatefulApp

_OF_THE_RUN = frozenset({"services", "_screen", "navigation_stack"})


class Blueprint:
    """The apps of a scenario at its start."""

    def __init__(self, apps: Sequence[App]) -> None:
        self._classes = [type(app) for app in apps]
        self._files = next((n for n, app in enumerate(apps) if isinstance(app, FileStore)), None)
        data = [{name: value for name, value in vars(app).items() if name not in _OF_THE_RUN} for app in apps]
        self._data: list[dict[str, Any]] = copy_value(data)

    @functools.cached_property
    def states(self) -> dict[str, tuple[str, dict[str, Any] | None]]:
        """The initial states as JSON: name → (class name, state)."""
        return {app.name: (type(app).__name__, app.get_state()) for app in self.build(Services())}

    def build(self, services: Services) -> list[App]:
        """New apps in the initial state that share `services`."""
        apps: list[App] = []
        for cls, data in zip(self._classes, copy_value(self._data), strict=True):
            app = cls.__new__(cls)
            vars(app).update(data)
            app.services = services
            if isinstance(app, StatefulApp):
                app.reset_screens()
            apps.append(app)
        if self._files is not None:
            store = apps[self._files]
            services.files = store if isinstance(store, FileStore) else None
        return apps
