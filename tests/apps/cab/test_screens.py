"""Tapping through the cab app."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.cab.app import StatefulCabApp

from ..conftest import Failed, Handset, MakePhone

ROUTE: dict[str, Any] = {"start_location": "Home", "end_location": "Museum"}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    phone = make_phone((StatefulCabApp, None))
    phone.user("System.open_app", app_name="Cab")
    return phone


def test_from_a_route_to_a_booked_ride(phone: Handset) -> None:
    offered = phone.user("Cab.list_rides", **ROUTE)
    assert phone.user("Cab.list_service_types") == ["Default", "Premium", "Van"]
    shown = phone.user("Cab.get_quotation", service_type="Van")
    assert shown == offered[2] == phone.user("Cab.show_quotation")
    ride = phone.user("Cab.order_ride")
    assert phone.screens == ["CabHome", "CabServiceOptions", "CabQuotationDetail", "CabRideDetail"]
    assert ride["price"] == shown["price"]
    for expected in ("CabQuotationDetail", "CabServiceOptions", "CabHome"):
        phone.user("Cab.go_back")
        assert phone.screens[-1] == expected
    assert "Cab__go_back" not in phone.phone.user_tools()


def test_cancelling_leads_home(phone: Handset) -> None:
    phone.agent("Cab.order_ride", service_type="Van", **ROUTE)
    phone.user("Cab.open_current_ride")
    assert phone.screens == ["CabHome", "CabRideDetail"]
    phone.user("Cab.cancel_ride")
    assert phone.screens == ["CabHome"]
    assert phone.user("Cab.get_ride_history")["rides"]["0"]["status"] == "CANCELLED"


def test_only_the_ride_shown_is_cancelled(phone: Handset) -> None:
    phone.agent("Cab.order_ride", service_type="Van", **ROUTE)
    phone.user("Cab.open_current_ride")
    phone.env("Cab.end_ride")
    phone.agent("Cab.order_ride", service_type="Default", **ROUTE)
    with pytest.raises(Failed, match="is over"):
        phone.user("Cab.cancel_ride")
    assert phone.agent("Cab.get_current_ride_status")["status"] == "BOOKED"


def test_a_second_order_fails_and_stays(phone: Handset) -> None:
    phone.user("Cab.list_rides", **ROUTE)
    phone.user("Cab.get_quotation", service_type="Van")
    phone.user("Cab.order_ride")
    phone.user("Cab.go_back")
    with pytest.raises(Failed, match="not over yet"):
        phone.user("Cab.order_ride")
    assert phone.screens[-1] == "CabQuotationDetail"
