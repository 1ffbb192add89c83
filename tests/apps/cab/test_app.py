"""Behaviour of the cab app."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.cab.models import Ride
from pare_runner.apps.core.tools import ToolKind
from pare_runner.kernel.events import EventType

from ..conftest import START, Failed, Handset, MakePhone, convert

SECTION: dict[str, Any] = {
    "rides": [
        {"id": "airport", "service_type": "Premium", "start_location": "Home", "end_location": "Airport", "at": "-2d"}
        | {"price": 45.5, "duration": 35, "distance_km": 22.5},
        {"start_location": "Airport", "end_location": "Home", "at": "-1d", "status": "CANCELLED"},
    ]
}
DOCUMENTED_STATE: dict[str, Any] = {
    "ride_history": [
        {
            "ride_id": "q1",
            "status": "BOOKED",
            "service_type": "Default",
            "start_location": "Pier 3",
            "end_location": "Museum",
            "price": 9.4,
            "duration": 14.1,
            "time_stamp": 1760000000.0,
            "distance_km": 9.4,
            "delay": 8,
            "delay_history": [{"delay": 8, "time_stamp": 1760000000.0}],
        }
    ],
    "quotation_history": [],
    "d_service_config": {
        "Default": {"nb_seats": 4, "price_per_km": 1.0, "base_delay_min": 5, "max_distance_km": 25},
        "Premium": {"nb_seats": 4, "price_per_km": 2.0, "base_delay_min": 3, "max_distance_km": 25},
        "Van": {"nb_seats": 6, "price_per_km": 1.5, "base_delay_min": 7, "max_distance_km": 25},
    },
}


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    return make_phone((StatefulCabApp, SECTION))


@pytest.fixture
def cab(phone: Handset) -> StatefulCabApp:
    app = phone.app(StatefulCabApp)
    assert isinstance(app, StatefulCabApp)
    return app


def test_a_new_app_has_the_documented_services() -> None:
    state = StatefulCabApp().get_state()
    assert state is not None
    assert state["d_service_config"] == DOCUMENTED_STATE["d_service_config"]
    assert list(state) == ["ride_history", "quotation_history", "d_service_config", "on_going_ride"]


def test_the_section_fills_what_it_leaves_out(cab: StatefulCabApp) -> None:
    there, back = cab.ride_history
    assert (there.ride_id, there.status, there.price, there.time_stamp) == (
        "airport",
        "COMPLETED",
        45.5,
        START - 172800,
    )
    assert (back.status, back.service_type, back.distance_km) == ("CANCELLED", "Default", 22.5)
    assert back.price == pytest.approx(22.5, rel=0.1)
    assert back.duration is not None
    assert 27 <= back.duration <= 37
    assert len(back.ride_id) == 32
    assert cab.on_going_ride is None


def test_the_section_names_the_ride_that_is_on(make_phone: MakePhone) -> None:
    by_fields = {"on_going_ride": {"start_location": "Home", "end_location": "Office", "at": "+10m", "delay": 6}}
    ride = make_phone((StatefulCabApp, by_fields)).agent("Cab.get_current_ride_status")
    assert (ride["status"], ride["delay"], ride["time_stamp"]) == ("BOOKED", 6.0, START + 600)
    by_id = {"rides": [{"id": "r", "start_location": "Home", "end_location": "Office"}], "on_going_ride": "r"}
    ride = make_phone((StatefulCabApp, by_id)).agent("Cab.get_current_ride_status")
    assert (ride["ride_id"], ride["status"], ride["time_stamp"]) == ("r", "BOOKED", START)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"on_going_ride": "airprt"}, "did you mean 'airport'"),
        ({"on_going_ride": "airport", "rides": [SECTION["rides"][0] | {"status": "COMPLETED"}]}, "is not on"),
        ({"rides": [SECTION["rides"][0]] * 2}, "two rides 'airport'"),
        ({"rides": [SECTION["rides"][0] | {"service_type": "Premum"}]}, "did you mean 'Premium'"),
        ({"services": {"Bike": {"price_per_km": 0.5}}}, "no service 'Premium'"),
    ],
)
def test_a_section_that_does_not_fit_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        StatefulCabApp().populate(convert(StatefulCabApp, SECTION | change))


def test_services_replace_the_usual_ones(make_phone: MakePhone) -> None:
    phone = make_phone((StatefulCabApp, {"services": {"Bike": {"nb_seats": 1, "max_distance_km": 3}}}))
    with pytest.raises(Failed, match="no service goes as far"):
        phone.agent("Cab.list_rides", start_location="Home", end_location="Office")
    with pytest.raises(Failed, match="too far for Bike"):
        phone.agent("Cab.get_quotation", start_location="Home", end_location="Office", service_type="Bike")


def test_the_documented_state_is_read_without_loss() -> None:
    cab = StatefulCabApp()
    cab.load_state(DOCUMENTED_STATE)
    assert cab.get_state() == DOCUMENTED_STATE | {"on_going_ride": None}


def test_legacy_keys_of_rides_are_dropped() -> None:
    cab = StatefulCabApp()
    ride = DOCUMENTED_STATE["ride_history"][0] | {"cab_app": None, "seed": 3}
    cab.load_state({"ride_history": [ride]})
    assert cab.get_ride(0).ride_id == "q1"


def test_a_state_with_an_unknown_ride_on_changes_nothing(cab: StatefulCabApp) -> None:
    before = json.dumps(cab.get_state())
    with pytest.raises(ValueError, match="there is no ride 'q2'"):
        cab.load_state(DOCUMENTED_STATE | {"on_going_ride": "q2"})
    assert json.dumps(cab.get_state()) == before


def test_quotations_depend_on_route_service_and_hour(phone: Handset) -> None:
    def ask(start: str = "Home", end: str = "Museum", service: str = "Van", time: str | None = None) -> dict[str, Any]:
        return phone.agent(
            "Cab.get_quotation", start_location=start, end_location=end, service_type=service, ride_time=time
        )

    first = ask()
    assert first["status"] is None
    assert ask(start=" HOME ")["price"] == first["price"]
    assert ask(start="Museum", end="Home")["distance_km"] == first["distance_km"]
    prices = {ask(time=f"2025-11-19 {hour:02}:30:00")["price"] for hour in range(24)}
    assert len(prices) > 5
    for price in prices:
        assert price == pytest.approx(1.5 * first["distance_km"], rel=0.11)
    assert ask(time="2025-11-19 10:05:00")["price"] == ask(time="2025-11-19 10:55:00")["price"]
    assert len({ask(end=f"Stop {n}")["distance_km"] for n in range(9)}) > 3


def test_quotations_differ_between_seeds(make_phone: MakePhone) -> None:
    def asked(seed: int) -> list[float]:
        rides = make_phone((StatefulCabApp, None), seed=seed).agent(
            "Cab.list_rides", start_location="A", end_location="B"
        )
        return [ride["price"] for ride in rides]

    assert asked(0) == asked(0)
    assert asked(0) != asked(1)


def test_list_rides_keeps_the_order_of_services(phone: Handset) -> None:
    rides = phone.agent("Cab.list_rides", start_location="Home", end_location="Museum")
    assert [ride["service_type"] for ride in rides] == ["Default", "Premium", "Van"]
    assert 6 <= rides[0]["delay"] <= 10


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"service_type": "Vann"}, "did you mean 'Van'"),
        ({"ride_time": "tomorrow"}, "not a date"),
        ({"start_location": " "}, "a place to start"),
    ],
)
def test_bad_questions_are_refused(phone: Handset, arguments: dict[str, str], says: str) -> None:
    asked = {"start_location": "Home", "end_location": "Museum", "service_type": "Van"} | arguments
    for tool in ("Cab.get_quotation", "Cab.order_ride"):
        event = phone.event(EventType.AGENT, tool, **asked)
        assert event.metadata.exception_type == "ValueError"
        assert says in (event.metadata.exception or "")


def test_a_ride_from_order_to_end(phone: Handset, cab: StatefulCabApp) -> None:
    ordered = phone.agent("Cab.order_ride", start_location="Home", end_location="Museum", service_type="Van")
    assert ordered["status"] == "BOOKED"
    assert cab.on_going_ride == ordered["ride_id"]
    with pytest.raises(Failed, match="is not over yet"):
        phone.agent("Cab.order_ride", start_location="Home", end_location="Museum", service_type="Van")
    said = phone.env("Cab.update_ride_status", status="IN_PROGRESS", message="Off we go")
    assert "IN_PROGRESS" in said
    assert "Off we go" in said
    assert phone.agent("Cab.get_current_ride_status")["status"] == "IN_PROGRESS"
    phone.env("Cab.end_ride")
    assert phone.agent("Cab.get_ride", idx=2)["status"] == "COMPLETED"
    with pytest.raises(Failed, match="no ride is on"):
        phone.agent("Cab.get_current_ride_status")
    assert phone.agent("Cab.get_ride_history_length") == 3


def test_cancelling(phone: Handset) -> None:
    order = {"start_location": "Home", "end_location": "Museum", "service_type": "Van"}
    phone.agent("Cab.order_ride", **order)
    with pytest.raises(Failed, match="driver or user"):
        phone.env("Cab.cancel_ride", who_cancel="police")
    assert phone.env("Cab.cancel_ride", message="Flat tyre, sorry") == "Flat tyre, sorry"
    second = phone.agent("Cab.order_ride", **order)
    assert phone.agent("Cab.user_cancel_ride") == StatefulCabApp().message_cancel
    history = phone.agent("Cab.get_ride_history")
    assert [ride["status"] for ride in history["rides"].values()][2:] == ["CANCELLED", "CANCELLED"]
    assert history["rides"]["3"]["ride_id"] == second["ride_id"] != history["rides"]["2"]["ride_id"]


def test_a_status_is_one_a_driver_reports(phone: Handset) -> None:
    phone.agent("Cab.order_ride", start_location="Home", end_location="Museum", service_type="Van")
    with pytest.raises(Failed, match="did you mean 'DELAYED'"):
        phone.env("Cab.update_ride_status", status="DELAY")


def test_pages_of_the_history(phone: Handset) -> None:
    page = phone.agent("Cab.get_ride_history", offset=1, limit=5)
    assert (list(page["rides"]), page["range"], page["total"]) == (["1"], [1, 2], 2)
    assert phone.event(EventType.AGENT, "Cab.get_ride_history", offset=3).metadata.exception_type == "ValueError"
    for number in (2, -1):
        assert phone.event(EventType.AGENT, "Cab.get_ride", idx=number).metadata.exception_type == "IndexError"


def test_add_new_ride_enters_a_ride_that_is_not_on(cab: StatefulCabApp) -> None:
    ride_id = cab.add_new_ride("Van", "Home", "Lake", 20.0, time_stamp=START, distance_km=12.0)
    assert cab.get_ride(2) == Ride(
        ride_id=ride_id,
        status="BOOKED",
        service_type="Van",
        start_location="Home",
        end_location="Lake",
        price=20.0,
        duration=0.0,
        time_stamp=START,
        distance_km=12.0,
    )
    assert cab.on_going_ride is None
    assert [ride.ride_id for ride in cab.quotation_history] == [ride_id]
    assert cab.get_quotation("Lake", "Home", "Default").distance_km == 12.0
    with pytest.raises(ValueError, match="price must not be negative"):
        cab.add_new_ride("Van", "Home", "Lake", -1.0)


def test_the_constructor_takes_rides() -> None:
    ride = Ride(service_type="Van", start_location="Home", end_location="Lake", status="BOOKED")
    cab = StatefulCabApp(on_going_ride=ride, d_service_config={"Van": {"nb_seats": 7}})
    assert cab.current_ride is ride
    assert cab.on_going_ride == ride.ride_id != ""
    assert cab.d_service_config["Van"].nb_seats == 7


def test_notifications(phone: Handset) -> None:
    phone.agent("Cab.order_ride", start_location="Home", end_location="Museum", service_type="Van")
    phone.env("Cab.update_ride_status", status="DELAYED")
    phone.env("Cab.cancel_ride", message="Sorry")
    texts = [item.message for item in phone.phone.notifications.agent]
    assert [item.message for item in phone.phone.notifications.user] == texts
    assert len(texts) == 2
    assert "DELAYED" in texts[0]
    assert "message" not in texts[0]
    assert "driver" in texts[1]
    assert "Sorry" in texts[1]


def test_argument_values_come_from_the_state(cab: StatefulCabApp) -> None:
    order = StatefulCabApp.tools(ToolKind.AGENT)["order_ride"]
    assert cab.argument_values(order, "start_location") == ["Home", "Airport"]
    assert cab.argument_values(order, "end_location") == ["Airport", "Home"]
    assert cab.argument_values(order, "service_type") == ["Default", "Premium", "Van"]
