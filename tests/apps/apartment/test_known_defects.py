"""PARE's known defects that concern apartments, done right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.apartment.screens import ApartmentFavorites, ApartmentHome, ApartmentSearch
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def test_kd_14_failed_taps_lead_nowhere(tap: Tap, app: StatefulApartmentApp) -> None:
    for opened, screen in (
        (None, ApartmentHome),
        ("open_search", ApartmentSearch),
        ("open_favorites", ApartmentFavorites),
    ):
        app.reset_screens()
        if opened:
            tap(opened)
        stack = list(app.navigation_stack)
        assert tap("view_apartment", apartment_id="no").failed()
        assert type(app.current_state) is screen
        assert app.navigation_stack == stack


def test_kd_32_a_deleted_listing_leaves_the_favorites(phone: Phone, app: StatefulApartmentApp) -> None:
    event = phone.call(EventType.ENV, "Apartment", "delete_apartment", {"apartment_id": "loft"})
    assert event.metadata.return_value is None
    assert app.list_saved_apartments() == {}
    assert app.saved_apartments == []
    with pytest.raises(ValueError, match="loft"):
        app.remove_saved_apartment("loft")
    copy = StatefulApartmentApp()
    copy.load_state(app.get_state())
    assert copy.get_state() == app.get_state()


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"zip_code": "3511 ab"}, ["loft"]),
        ({"floor_level": "UPPER FLOORS"}, ["loft"]),
        ({"furnished_status": "Furnished"}, ["loft"]),
        ({"furnished_status": "Unfurnished"}, []),
        ({"pet_policy": "Cats allowed"}, ["loft"]),
        ({"lease_term": "1 year"}, ["loft"]),
        ({"number_of_bedrooms": 0}, ["studio"]),
        ({"number_of_bathrooms": 0}, ["studio"]),
        ({"max_price": 0}, ["studio"]),
        ({"min_price": 0, "square_footage": 0}, ["loft", "studio", "house"]),
    ],
)
def test_kd_32_filters(app: StatefulApartmentApp, filters: dict[str, Any], expected: list[str]) -> None:
    assert list(app.search_apartments(**filters)) == expected
