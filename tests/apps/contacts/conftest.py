"""A phone with a contacts app on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

SECTION: dict[str, Any] = {
    "contacts": [
        {
            "id": "mira",
            "first_name": "Mira",
            "last_name": "Okafor",
            "gender": "female",
            "age": 34,
            "status": "EMPLOYED",
            "job": "Welder",
            "phone": "+1-555-0101",
            "email": "mira@example.org",
        },
        {"id": "tove", "first_name": "Tove", "last_name": "Lind", "city_living": "Oslo"},
    ]
}

Fill = Callable[[dict[str, Any]], StatefulContactsApp]
Tap = Callable[..., CompletedEvent]


def filled(section: dict[str, Any]) -> StatefulContactsApp:
    """A contacts app populated from a section as YAML gives it."""
    app = StatefulContactsApp("Contacts")
    shape = section_shape(StatefulContactsApp)
    assert shape is not None
    conversion = Conversion(start=app.now)
    converted = shape.convert(section, conversion)
    assert not conversion.problems, conversion.problems
    app.populate(converted)
    return app


@pytest.fixture
def fill() -> Fill:
    return filled


@pytest.fixture
def phone() -> Phone:
    with building(Services(Clock(1.7e9), IdSource("test"))) as services:
        apps = [HomeScreenSystemApp("System"), filled(SECTION)]
    return Phone(apps, services)


@pytest.fixture
def contacts(phone: Phone) -> StatefulContactsApp:
    app = phone.apps["Contacts"]
    assert isinstance(app, StatefulContactsApp)
    return app


@pytest.fixture
def tap(phone: Phone) -> Tap:
    """Tap a tool of the contacts app, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Contacts"})
    return lambda tool, **args: phone.call(EventType.USER, "Contacts", tool, args)
