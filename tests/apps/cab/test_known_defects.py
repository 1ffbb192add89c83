"""Defects of PARE's cab app that ours does not have."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.cab.quotes import PRICE_VARIANCE

from ..conftest import START, Failed, Handset, MakePhone

ROUTE: dict[str, Any] = {"start_location": "Home", "end_location": "Museum"}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    return make_phone((StatefulCabApp, None))


def test_kd_7_the_ride_that_is_on_survives_in_the_state(phone: Handset) -> None:
    phone.agent("Cab.order_ride", service_type="Van", **ROUTE)
    state = json.loads(json.dumps(phone.app(StatefulCabApp).get_state()))
    restored = StatefulCabApp()
    restored.load_state(state)
    assert restored.get_state() == state
    restored.end_ride()
    assert restored.get_ride(0).status == "COMPLETED"


def test_kd_7_a_file_without_the_ride_that_is_on_is_read(phone: Handset) -> None:
    phone.agent("Cab.order_ride", service_type="Van", **ROUTE)
    cab = phone.app(StatefulCabApp)
    state = cab.get_state()
    del state["on_going_ride"]
    cab.load_state(state)
    assert cab.on_going_ride is None
    assert cab.get_ride_history_length() == 1


def test_kd_14_a_failed_tap_moves_nowhere(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Cab")
    with pytest.raises(Failed):
        phone.user("Cab.open_current_ride")
    with pytest.raises(Failed):
        phone.user("Cab.list_rides", **ROUTE, ride_time="soon")
    assert phone.screens == ["CabHome"]
    phone.user("Cab.list_rides", **ROUTE)
    with pytest.raises(Failed):
        phone.user("Cab.get_quotation", service_type="Boat")
    assert phone.screens == ["CabHome", "CabServiceOptions"]


def test_kd_25_prices_vary_little_and_are_never_negative(phone: Handset) -> None:
    for hour in range(200):
        phone.later(3600.0)
        quoted = phone.agent("Cab.get_quotation", service_type="Default", **ROUTE)
        assert abs(quoted["price"] / quoted["distance_km"] - 1) <= PRICE_VARIANCE + 0.01, hour
        assert quoted["price"] > 0


@pytest.mark.parametrize("ride_time", [None, "2025-11-20 18:30:00"])
def test_kd_25_the_price_shown_is_the_price_paid(phone: Handset, ride_time: str | None) -> None:
    asked = {**ROUTE, "ride_time": ride_time}
    listed = phone.agent("Cab.list_rides", **asked)[2]
    quoted = phone.agent("Cab.get_quotation", service_type="Van", **asked)
    ride = phone.agent("Cab.order_ride", service_type="Van", **asked)
    same = ("price", "distance_km", "duration", "delay", "time_stamp")
    assert [ride[key] for key in same] == [quoted[key] for key in same] == [listed[key] for key in same]


def test_kd_25_the_user_pays_what_was_shown_hours_ago(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Cab")
    phone.user("Cab.list_rides", **ROUTE)
    shown = phone.user("Cab.get_quotation", service_type="Van")
    phone.later(3 * 3600.0)
    ride = phone.user("Cab.order_ride")
    assert ride["price"] == shown["price"]
    assert ride["time_stamp"] == START + 3 * 3600.0


def test_kd_25_the_user_s_time_is_kept(phone: Handset) -> None:
    phone.user("System.open_app", app_name="Cab")
    phone.user("Cab.list_rides", **ROUTE, ride_time="2025-11-20 18:30:00")
    phone.user("Cab.get_quotation", service_type="Van")
    phone.later(60.0)
    assert phone.user("Cab.order_ride")["time_stamp"] == START + 2 * 86400.0 + 9.5 * 3600.0


def test_kd_25_delays_are_minutes_of_the_clock_and_never_negative(phone: Handset) -> None:
    delay = phone.agent("Cab.order_ride", service_type="Default", **ROUTE)["delay"]
    assert 6 <= delay <= 10
    assert phone.agent("Cab.get_current_ride_status")["delay"] == delay
    phone.later(90.0)
    assert phone.agent("Cab.get_current_ride_status")["delay"] == delay - 1.5
    phone.later(3600.0)
    assert phone.agent("Cab.get_current_ride_status")["delay"] == 0.0
    phone.env("Cab.update_ride_status", status="ARRIVED_AT_PICKUP")
    history = phone.agent("Cab.get_ride", idx=0)["delay_history"]
    assert [entry["delay"] for entry in history] == [delay, 0.0]


def test_kd_25_the_delay_of_a_later_ride_waits_for_its_time(phone: Handset) -> None:
    ride = phone.agent("Cab.order_ride", service_type="Default", ride_time="2025-11-18 10:00:00", **ROUTE)
    phone.later(1800.0)
    assert phone.agent("Cab.get_current_ride_status")["delay"] == ride["delay"]
    phone.later(1800.0 + 120.0)
    assert phone.agent("Cab.get_current_ride_status")["delay"] == ride["delay"] - 2


def test_kd_26_asking_leaves_no_trace(phone: Handset) -> None:
    before = phone.app(StatefulCabApp).get_state()
    phone.user("System.open_app", app_name="Cab")
    phone.user("Cab.list_rides", **ROUTE)
    phone.user("Cab.get_quotation", service_type="Van")
    phone.agent("Cab.get_quotation", service_type="Van", **ROUTE)
    assert phone.app(StatefulCabApp).get_state() == before
    phone.user("Cab.order_ride")
    after = phone.app(StatefulCabApp).get_state()
    assert [ride["status"] for ride in after["quotation_history"]] == [None]
