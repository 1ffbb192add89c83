"""Behaviour of the apartment app."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.apartment.models import Apartment
from pare_runner.apps.core.tools import READ, ToolKind
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import EventType

from .conftest import SECTION, new_app

DOCUMENTED_STATE: dict[str, Any] = {
    "apartments": {
        "a1": {
            "name": "Mill House",
            "location": "Delft",
            "zip_code": "2611",
            "price": 1250.0,
            "bedrooms": 2,
            "bathrooms": 1,
            "property_type": "House",
            "square_footage": 780,
            "furnished_status": "",
            "floor_level": None,
            "pet_policy": "",
            "lease_term": "",
            "apartment_id": "a1",
            "amenities": ["Garden"],
            "saved": True,
        }
    },
    "saved_apartments": ["a1"],
}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["loft", "studio", "house"]),
        ({"name": "LOFT"}, ["loft"]),
        ({"location": "utrecht"}, ["loft", "house"]),
        ({"location": "utrecht", "name": "garden"}, ["house"]),
        ({"zip_code": "3011"}, ["studio"]),
        ({"zip_code": "301"}, []),
        ({"min_price": 1250}, ["loft", "house"]),
        ({"max_price": 1250.0}, ["loft", "studio"]),
        ({"number_of_bedrooms": 2}, ["loft"]),
        ({"number_of_bathrooms": 2}, ["house"]),
        ({"property_type": "apartment"}, ["loft"]),
        ({"square_footage": 300}, ["loft", "studio"]),
        ({"pet_policy": "cats ALLOWED"}, ["loft"]),
        ({"amenities": ["gym", "BALCONY"]}, ["loft"]),
        ({"amenities": ["gym", "pool"]}, []),
        ({"saved_only": True}, ["loft"]),
        ({"saved_only": True, "location": "rotterdam"}, []),
        ({"name": "", "zip_code": "", "lease_term": "", "amenities": []}, ["loft", "studio", "house"]),
    ],
)
def test_search(app: StatefulApartmentApp, filters: dict[str, Any], expected: list[str]) -> None:
    assert list(app.search_apartments(**filters)) == expected


def test_favorites(app: StatefulApartmentApp) -> None:
    assert app.save_apartment("house") is None
    app.save_apartment("house")
    assert list(app.list_saved_apartments()) == ["loft", "house"]
    assert app.get_apartment_details("house").saved
    assert app.remove_saved_apartment("loft") is None
    assert list(app.list_saved_apartments()) == ["house"]
    assert not app.get_apartment_details("loft").saved


def test_new_listing_and_new_price_are_announced(phone: Phone, app: StatefulApartmentApp) -> None:
    listing = {
        "name": "Barn",
        "location": "Breda",
        "zip_code": "4811",
        "price": 900,
        "number_of_bedrooms": 3,
        "number_of_bathrooms": 1,
        "square_footage": 1000,
        "pet_policy": "Dogs allowed",
    }
    apartment_id = phone.call(EventType.ENV, "Apartment", "add_new_apartment", listing).metadata.return_value
    apartment = app.get_apartment_details(apartment_id)
    assert (apartment.bedrooms, apartment.pet_policy, apartment.amenities) == (3, "Dogs allowed", [])
    phone.call(EventType.ENV, "Apartment", "update_apartment", {"apartment_id": "loft", "new_price": 1100})
    assert app.get_apartment_details("loft").price == 1100.0
    new, changed = phone.notifications.agent
    assert "Dogs allowed" in new.message
    assert "amenities" not in new.message
    assert "1100" in changed.message
    assert "Dogs" not in phone.notifications.user[0].message


LISTING = {
    "name": "Barn",
    "location": "Breda",
    "zip_code": "4811",
    "price": 900,
    "number_of_bedrooms": 3,
    "number_of_bathrooms": 1,
    "square_footage": 1000,
}


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("get_apartment_details", {"apartment_id": "no"}),
        ("save_apartment", {"apartment_id": "no"}),
        ("remove_saved_apartment", {"apartment_id": "house"}),
        ("remove_saved_apartment", {"apartment_id": "no"}),
        ("update_apartment", {"apartment_id": "no", "new_price": 1.0}),
        ("update_apartment", {"apartment_id": "loft", "new_price": -1.0}),
        ("delete_apartment", {"apartment_id": "no"}),
        ("add_new_apartment", LISTING | {"price": -1}),
        ("add_new_apartment", LISTING | {"number_of_bedrooms": -1}),
    ],
)
def test_failed_calls_change_nothing(phone: Phone, function: str, args: dict[str, Any]) -> None:
    app = phone.apps["Apartment"]
    before = app.get_state()
    event = phone.call(EventType.ENV, "Apartment", function, args)
    assert event.metadata.exception_type == "ValueError"
    assert app.get_state() == before
    assert phone.notifications.agent == []


def test_read_tools_change_nothing(phone: Phone, app: StatefulApartmentApp) -> None:
    before = app.get_state()
    for name, spec in app.tools(ToolKind.AGENT).items():
        if spec.operation is READ:
            required = [argument.name for argument in spec.arguments if argument.required]
            args = {argument: app.argument_values(spec, argument)[0] for argument in required}
            assert not phone.call(EventType.AGENT, "Apartment", name, args).failed()
    assert app.get_state() == before


def test_argument_values(app: StatefulApartmentApp) -> None:
    tools = app.tools()
    assert app.argument_values(tools["save_apartment"], "apartment_id") == ["studio", "house"]
    assert app.argument_values(tools["remove_saved_apartment"], "apartment_id") == ["loft"]
    assert app.argument_values(tools["delete_apartment"], "apartment_id") == ["loft", "studio", "house"]
    search = tools["search_apartments"]
    assert app.argument_values(search, "zip_code") == ["3511 AB", "3011"]
    for argument in ("name", "location", "property_type", "furnished_status", "floor_level", "lease_term", "amenities"):
        for value in app.argument_values(search, argument):
            assert app.search_apartments(**{argument: value})


class TestState:
    def test_documented_state_is_kept(self) -> None:
        app = new_app()
        app.load_state(DOCUMENTED_STATE)
        assert json.dumps(app.get_state()) == json.dumps(DOCUMENTED_STATE)

    def test_round_trip(self, app: StatefulApartmentApp) -> None:
        app.save_apartment("house")
        copy = new_app()
        copy.load_state(json.loads(json.dumps(app.get_state())))
        assert json.dumps(copy.get_state()) == json.dumps(app.get_state())

    def test_the_key_is_the_id_and_the_list_decides(self) -> None:
        state = json.loads(json.dumps(DOCUMENTED_STATE))
        state["apartments"]["a1"] |= {"apartment_id": "other", "saved": False}
        app = new_app()
        app.load_state(state)
        assert app.get_state() == DOCUMENTED_STATE | {
            "apartments": {"a1": DOCUMENTED_STATE["apartments"]["a1"]},
        }

    def test_without_a_list_the_marks_decide(self) -> None:
        app = new_app()
        app.load_state({"apartments": DOCUMENTED_STATE["apartments"]})
        assert app.saved_apartments == ["a1"]

    @pytest.mark.parametrize("state", [None, {}])
    def test_nothing_given_changes_nothing(self, app: StatefulApartmentApp, state: dict[str, Any] | None) -> None:
        app.remove_saved_apartment("loft")
        app.save_apartment("house")
        app.save_apartment("loft")
        before = app.get_state()
        app.load_state(state)
        assert app.get_state() == before
        assert app.saved_apartments == ["house", "loft"]

    def test_an_unknown_favorite_is_refused(self, app: StatefulApartmentApp) -> None:
        before = app.get_state()
        with pytest.raises(ValueError, match="did you mean 'a1'"):
            app.load_state(DOCUMENTED_STATE | {"saved_apartments": ["A1"]})
        assert app.get_state() == before

    def test_constructor_marks_favorites(self) -> None:
        listing = Apartment(
            name="Mill",
            location="Delft",
            zip_code="2611",
            price=1.0,
            bedrooms=1,
            bathrooms=1,
            property_type="House",
            square_footage=1,
            apartment_id="m",
        )
        app = StatefulApartmentApp(apartments={"m": listing}, saved_apartments=["m"])
        assert app.apartments["m"].saved


class TestSection:
    def test_ids_and_defaults(self) -> None:
        app = new_app({"apartments": [{"name": "Mill", "location": "Delft", "price": 1, "saved": True}]})
        [(apartment_id, mill)] = app.apartments.items()
        assert len(apartment_id) == 32
        assert (mill.apartment_id, mill.bedrooms, mill.bathrooms, mill.price) == (apartment_id, 1, 1, 1.0)
        assert app.saved_apartments == [apartment_id]

    def test_duplicate_ids_are_refused(self) -> None:
        with pytest.raises(ValueError, match="'loft'"):
            new_app({"apartments": [SECTION["apartments"][0]] * 2})

    def test_negative_values_are_refused(self) -> None:
        with pytest.raises(ValueError, match="square_footage"):
            new_app({"apartments": [{"name": "Mill", "location": "Delft", "price": 1, "square_footage": -1}]})
