"""Phones to try an app on: the app with an example section, the home screen, and a shelf of files."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.blueprint import Blueprint
from pare_runner.apps.core.app import App, section_shape
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.services import FileStore, Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.core.tools import ToolSpec
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.ids import IdSource

START = 1763456400.0
"""2025-11-18 09:00 UTC, the start of every phone here."""

SCENARIO = "contract"


@dataclass
class Shelf:
    """A file store without folders: path → content."""

    files: dict[str, bytes] = field(default_factory=dict)

    def read_bytes(self, path: str) -> bytes:
        """Contents of a file."""
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]

    def write_bytes(self, path: str, content: bytes) -> str:
        """Write a file; every folder exists."""
        place = posixpath.join("/", path)
        self.files[place] = content
        return place


@dataclass(frozen=True)
class Outcome:
    """What came of a call: its result as JSON, or the exception."""

    value: Any = None
    error: Exception | None = None

    def text(self) -> str:
        """One line that two equal outcomes share."""
        return repr(self.error) if self.error else json.dumps(self.value)


@dataclass
class Bench:
    """A phone with the app on it."""

    phone: Phone
    app: App
    shelf: Shelf

    def state(self) -> str:
        """Everything an app's tool may change, as text: the states of all apps and the files."""
        states = {name: app.get_state() for name, app in self.phone.apps.items()}
        return json.dumps([states, to_json(self.shelf.files)], allow_nan=False)

    def app_state(self) -> str:
        """The app's state as text."""
        return json.dumps(self.app.get_state(), allow_nan=False)

    def call(self, spec: ToolSpec, given: Mapping[str, Any], *cause: Any) -> Outcome:
        """Call a tool of the app directly, under a cause."""
        self.phone.services.begin(*(cause or ("contract",)))
        try:
            value = spec.function(self.app, **spec.bind(given))
        except Exception as error:
            return Outcome(error=error)
        try:
            return Outcome(to_json(value))
        except TypeError as error:
            raise AssertionError(f"the result of {spec.name}: {error}") from None

    def look(self) -> str:
        """Where the user is, as text."""
        active = self.phone.active
        if active is None:
            return "home"
        return " > ".join(repr(screen) for screen in (*active.navigation_stack, active.current_state))


class Lab:
    """Builds benches with an app class, its section populated."""

    def __init__(self, cls: type[App], section: Mapping[str, Any] | None, files: Mapping[str, str | bytes]) -> None:
        self.cls = cls
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        services = Services(Clock(START), IdSource(SCENARIO), Draws(0, SCENARIO), Shelf(dict(self._files)))
        with building(services):
            self.populated = cls()
            if isinstance(self.populated, FileStore):
                services.files = self.populated
            if section is not None:
                self.populated.populate(self._section(section))
            others: list[App] = [other() for other in (HomeScreenSystemApp, PAREAgentUserInterface) if other is not cls]
        self._blueprint = Blueprint([*others, self.populated])

    def bench(self, seed: int = 0) -> Bench:
        """A new phone in the initial state."""
        shelf = Shelf(dict(self._files))
        services = Services(Clock(START), IdSource(SCENARIO), Draws(seed, SCENARIO), shelf)
        phone = Phone(self._blueprint.build(services), services)
        return Bench(phone, phone.apps[self.populated.name], shelf)

    def _section(self, section: Mapping[str, Any]) -> Any:
        shape = section_shape(self.cls)
        if shape is None:
            raise AssertionError(f"{self.cls.__name__} has no section, but the contract gives one")
        conversion = Conversion(start=START)
        value = shape.convert(section, conversion)
        if conversion.problems:
            lines = [f"{'.'.join(map(str, path))}: {message} {hint}" for path, message, hint in conversion.problems]
            raise AssertionError("the example section does not fit:\n" + "\n".join(lines))
        return value
