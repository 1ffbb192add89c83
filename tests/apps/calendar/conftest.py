"""A phone with a calendar on it, at 2025-11-18 09:00:00."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.calendar.app import StatefulCalendarApp
from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

START = from_text("2025-11-18 09:00:00")
SECTION: dict[str, Any] = {
    "events": [
        {
            "id": "dentist",
            "title": "Dentist",
            "start_datetime": "+0d 14:00",
            "end_datetime": "+0d 14:30",
            "tag": "health",
            "location": "Room 4",
        },
        {
            "id": "review",
            "title": "Review",
            "start_datetime": "+2h",
            "tag": "work",
            "description": "Third quarter",
            "attendees": ["Tove Lind", "Tom Abel"],
        },
        {
            "id": "dinner",
            "title": "Dinner",
            "start_datetime": "+3d 19:00",
            "end_datetime": "+3d 21:00",
            "description": "Table for 6",
            "attendees": ["Tove Lind"],
        },
    ]
}

Fill = Callable[[dict[str, Any]], StatefulCalendarApp]
Tap = Callable[..., CompletedEvent]


def filled(section: dict[str, Any]) -> StatefulCalendarApp:
    """A calendar populated from a section as YAML gives it."""
    app = StatefulCalendarApp("Calendar")
    shape = section_shape(StatefulCalendarApp)
    assert shape is not None
    conversion = Conversion(start=app.now)
    converted = shape.convert(section, conversion)
    assert not conversion.problems, conversion.problems
    app.populate(converted)
    return app


@pytest.fixture
def fill() -> Fill:
    def fill_at_start(section: dict[str, Any]) -> StatefulCalendarApp:
        with building(Services(Clock(START), IdSource("fill"))):
            return filled(section)

    return fill_at_start


@pytest.fixture
def phone() -> Phone:
    with building(Services(Clock(START), IdSource("test"))) as services:
        apps = [HomeScreenSystemApp("System"), filled(SECTION)]
    return Phone(apps, services)


@pytest.fixture
def calendar(phone: Phone) -> StatefulCalendarApp:
    app = phone.apps["Calendar"]
    assert isinstance(app, StatefulCalendarApp)
    return app


@pytest.fixture
def tap(phone: Phone) -> Tap:
    """Tap a tool of the calendar, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Calendar"})
    return lambda tool, **args: phone.call(EventType.USER, "Calendar", tool, args)
