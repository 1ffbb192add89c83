"""A phone with reminders on it, at 2025-11-18 09:00:00."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

START = from_text("2025-11-18 09:00:00")
SECTION: dict[str, Any] = {
    "reminders": [
        {"id": "plants", "title": "Water plants", "at": "+1m", "description": "balcony"},
        {"id": "rent", "title": "Pay rent", "due_datetime": "+1d 08:00"},
        {"id": "bins", "title": "Bins out", "at": "+1h", "repeat": "1 week"},
    ]
}

Fill = Callable[[dict[str, Any]], StatefulReminderApp]
Tap = Callable[..., CompletedEvent]


def filled(section: dict[str, Any]) -> StatefulReminderApp:
    """A reminder app populated from a section as YAML gives it."""
    app = StatefulReminderApp("Reminders")
    shape = section_shape(StatefulReminderApp)
    assert shape is not None
    conversion = Conversion(start=app.now)
    converted = shape.convert(section, conversion)
    assert not conversion.problems, conversion.problems
    app.populate(converted)
    return app


@pytest.fixture
def fill() -> Fill:
    def fill_at_start(section: dict[str, Any]) -> StatefulReminderApp:
        with building(Services(Clock(START), IdSource("fill"))):
            return filled(section)

    return fill_at_start


@pytest.fixture
def phone() -> Phone:
    with building(Services(Clock(START), IdSource("test"))) as services:
        apps = [HomeScreenSystemApp("System"), filled(SECTION)]
    return Phone(apps, services)


@pytest.fixture
def reminders(phone: Phone) -> StatefulReminderApp:
    app = phone.apps["Reminders"]
    assert isinstance(app, StatefulReminderApp)
    return app


@pytest.fixture
def tap(phone: Phone) -> Tap:
    """Tap a tool of the reminder app, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Reminders"})
    return lambda tool, **args: phone.call(EventType.USER, "Reminders", tool, args)
