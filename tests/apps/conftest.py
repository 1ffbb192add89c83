"""A phone for tests of one or a few apps: `make_phone((StatefulNotesApp, {section}), …)`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.blueprint import Blueprint
from pare_runner.apps.core.app import App, section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

START = 1763456400.0
"""2025-11-18 09:00 UTC."""


class Failed(AssertionError):
    """A call that was expected to succeed raised; its `event` says what."""

    def __init__(self, event: CompletedEvent) -> None:
        self.event = event
        super().__init__(f"{event.metadata.exception_type}: {event.metadata.exception}")


@dataclass
class Handset:
    """A phone with short ways to call: `user`, `agent` and `env` return the result or raise Failed."""

    phone: Phone

    def app(self, cls: type[App]) -> Any:
        return next(app for app in self.phone.apps.values() if isinstance(app, cls))

    def user(self, tool: str, **args: Any) -> Any:
        return self._call(EventType.USER, tool, args)

    def agent(self, tool: str, **args: Any) -> Any:
        return self._call(EventType.AGENT, tool, args)

    def env(self, tool: str, **args: Any) -> Any:
        return self._call(EventType.ENV, tool, args)

    def event(self, actor: EventType, tool: str, **args: Any) -> CompletedEvent:
        """The log entry of a call of `App.tool`, whatever came of it."""
        app, _, name = tool.partition(".")
        return self.phone.call(actor, app, name, args)

    def later(self, seconds: float) -> None:
        self.phone.services.clock.advance_to(self.phone.services.clock.now + seconds)

    @property
    def screens(self) -> list[str]:
        """Screens of the app in front, the one shown last."""
        active = self.phone.active
        if active is None:
            return []
        return [type(screen).__name__ for screen in (*active.navigation_stack, active.current_state)]

    def _call(self, actor: EventType, tool: str, args: dict[str, Any]) -> Any:
        event = self.event(actor, tool, **args)
        if event.failed():
            raise Failed(event)
        return event.metadata.return_value


MakePhone = Callable[..., Handset]


def convert(cls: type[App], section: Mapping[str, Any]) -> Any:
    """The section object of what a scenario file says; AssertionError with its problems."""
    shape = section_shape(cls)
    assert shape is not None
    conversion = Conversion(start=START)
    value = shape.convert(section, conversion)
    assert not conversion.problems, conversion.problems
    return value


def new_services(seed: int = 0) -> Services:
    return Services(Clock(START), IdSource("test"), Draws(seed, "test"))


@pytest.fixture
def make_phone() -> MakePhone:
    """Build a phone of (class, section) pairs under their benchmark names, with home screen and agent interface."""

    def make(*pairs: tuple[type[App], Mapping[str, Any] | None], seed: int = 0, files: Any = None) -> Handset:
        with building(new_services(seed)) as services:
            services.files = files
            apps: list[App] = [HomeScreenSystemApp("System")]
            if not any(cls is PAREAgentUserInterface for cls, _ in pairs):
                apps.append(PAREAgentUserInterface())
            for cls, section in pairs:
                app = cls(cls.name_in_benchmark) if issubclass(cls, StatefulApp) else cls()
                if section is not None:
                    app.populate(convert(cls, section))
                apps.append(app)
        services = new_services(seed)
        services.files = files
        return Handset(Phone(Blueprint(apps).build(services), services))

    return make
