"""Taps through the apartment app."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.apartment.screens import ApartmentDetail, ApartmentFavorites, ApartmentHome, ApartmentSearch
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def test_open_save_and_go_back(tap: Tap, app: StatefulApartmentApp, phone: Phone) -> None:
    assert list(tap("list_apartments").metadata.return_value) == ["loft", "studio", "house"]
    tap("view_apartment", apartment_id="house")
    assert app.current_state == ApartmentDetail(app, "house")
    tap("save")
    tap("unsave")
    tap("save")
    assert app.saved_apartments == ["loft", "house"]
    tap("go_back")
    assert app.current_state == ApartmentHome(app)
    assert {event.event_type for event in phone.log} == {EventType.USER}


def test_search_and_open(tap: Tap, app: StatefulApartmentApp) -> None:
    tap("open_search")
    assert app.current_state == ApartmentSearch(app)
    assert list(tap("search", location="utrecht", max_price=1500).metadata.return_value) == ["loft"]
    tap("view_apartment", apartment_id="loft")
    assert app.current_state == ApartmentDetail(app, "loft")
    tap("go_back")
    assert app.current_state == ApartmentSearch(app)


def test_favorites_and_open(tap: Tap, app: StatefulApartmentApp) -> None:
    assert list(tap("open_favorites").metadata.return_value) == ["loft"]
    assert app.current_state == ApartmentFavorites(app)
    tap("view_apartment", apartment_id="loft")
    assert [type(screen) for screen in app.navigation_stack] == [ApartmentHome, ApartmentFavorites]
