"""A phone with a small shop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.core.app import section_shape
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.core.shapes import Conversion
from pare_runner.apps.phone import Phone
from pare_runner.apps.shopping.app import StatefulShoppingApp
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import CompletedEvent, EventType
from pare_runner.kernel.ids import IdSource

START = 1_763_456_400.0
SECTION: dict[str, Any] = {
    "products": [
        {
            "id": "lamp",
            "name": "Desk lamp",
            "variants": [
                {"id": "green_lamp", "price": 12.5, "options": {"color": "green"}},
                {"id": "red_lamp", "price": 14, "available": False, "options": {"color": "red"}},
            ],
        },
        {"id": "mug", "name": "Mug", "variants": [{"id": "blue_mug", "price": 8.0}]},
    ],
    "cart": [{"item_id": "green_lamp", "quantity": 2}],
    "discount_codes": {"AUTUMN": {"green_lamp": 20, "blue_mug": 10}},
    "orders": [
        {"id": "o1", "status": "shipped", "at": "-2d", "items": [{"item_id": "blue_mug", "quantity": 3}]},
        {"id": "o2", "status": "delivered", "items": [{"item_id": "red_lamp", "price": 20.0}], "total": 25},
    ],
}


def convert(section: dict[str, Any]) -> tuple[Any, Conversion]:
    """The section as the scenario compiler converts it."""
    shape = section_shape(StatefulShoppingApp)
    assert shape is not None
    conversion = Conversion(start=START)
    return shape.convert(section, conversion), conversion


def new_shop(section: dict[str, Any] | None = None) -> StatefulShoppingApp:
    """A shop filled from a section."""
    with building(Services(Clock(START), IdSource("test"), Draws(0, "test"))):
        shop = StatefulShoppingApp("Shopping")
    if section is not None:
        converted, conversion = convert(section)
        assert not conversion.problems
        shop.populate(converted)
    return shop


@pytest.fixture
def shop() -> StatefulShoppingApp:
    return new_shop(SECTION)


@pytest.fixture
def phone(shop: StatefulShoppingApp) -> Phone:
    return Phone([HomeScreenSystemApp("System"), shop], shop.services)


@pytest.fixture
def tap(phone: Phone) -> Callable[..., CompletedEvent]:
    """Taps of the user in the shop, which is open."""
    phone.call(EventType.USER, "System", "open_app", {"app_name": "Shopping"})
    return lambda function, **args: phone.call(EventType.USER, "Shopping", function, args)
