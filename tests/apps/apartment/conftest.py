"""A phone with a few listings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

SECTION: dict[str, Any] = {
    "apartments": [
        {
            "id": "loft",
            "name": "Canal Loft",
            "location": "Utrecht Centre",
            "zip_code": "3511 AB",
            "price": 1250,
            "bedrooms": 2,
            "property_type": "Apartment",
            "square_footage": 780,
            "furnished_status": "Furnished",
            "floor_level": "Upper floors",
            "pet_policy": "Cats allowed",
            "lease_term": "1 year",
            "amenities": ["Balcony", "Gym"],
            "saved": True,
        },
        {
            "id": "studio",
            "name": "Tower Studio",
            "location": "Rotterdam",
            "zip_code": "3011",
            "price": 0,
            "bedrooms": 0,
            "bathrooms": 0,
            "square_footage": 300,
        },
        {"id": "house", "name": "Garden House", "location": "Utrecht East", "price": 2000, "bathrooms": 2},
    ]
}


def new_app(section: dict[str, Any] | None = None) -> StatefulApartmentApp:
    """An app filled from a section."""
    with building(Services(Clock(0.0), IdSource("test"), Draws(0, "test"))):
        app = StatefulApartmentApp("Apartment")
    if section is not None:
        shape = section_shape(StatefulApartmentApp)
        assert shape is not None
        conversion = Conversion()
        converted = shape.convert(section, conversion)
        assert not conversion.problems
        app.populate(converted)
    return app


@pytest.fixture
def app() -> StatefulApartmentApp:
    return new_app(SECTION)


@pytest.fixture
def phone(app: StatefulApartmentApp) -> Phone:
    return Phone([HomeScreenSystemApp("System"), app], app.services)


@pytest.fixture
def tap(phone: Phone) -> Callable[..., CompletedEvent]:
    """Taps of the user in the app, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Apartment"})
    return lambda function, **args: phone.call(EventType.USER, "Apartment", function, args)
