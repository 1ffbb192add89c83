"""Known defects of PARE that concern contacts, by number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.contacts.models import Contact, Gender
from pare_runner.apps.contacts.screens import ContactDetail, ContactEdit
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType

Fill = Callable[[dict[str, Any]], StatefulContactsApp]
Tap = Callable[..., CompletedEvent]


def test_kd_2_taps_move_between_the_screens(contacts: StatefulContactsApp, tap: Tap) -> None:
    tap("open_contact", contact_id="mira")
    assert contacts.current_state == ContactDetail(contacts, "mira")
    tap("start_edit_contact")
    assert contacts.current_state == ContactEdit(contacts, "mira")
    tap("update_contact", updates={"job": "Pilot"})
    assert contacts.current_state == ContactDetail(contacts, "mira")
    assert len(contacts.navigation_stack) == 1


def test_kd_3_an_id_made_by_a_call_is_none_of_those_made_at_population(fill: Fill) -> None:
    with building(Services()):
        app = fill({"contacts": [{"first_name": "A", "last_name": str(n)} for n in range(5)]})
    before = dict(app.contacts)
    phone = Phone([app], app.services)
    new = phone.call(EventType.AGENT, "Contacts", "add_new_contact", {"first_name": "B", "last_name": "C"})
    assert new.metadata.return_value not in before
    assert len(app.contacts) == 7


def test_kd_3_a_loaded_id_is_not_given_again() -> None:
    first = StatefulContactsApp("Contacts")
    taken = first.add_new_contact("A", "B")
    second = StatefulContactsApp("Contacts")
    second.load_state(first.get_state())
    assert second.add_new_contact("C", "D") != taken
    assert len(second.contacts) == 3


def test_kd_18_a_tap_is_one_event(phone: Phone, tap: Tap) -> None:
    before = len(list(phone.log))
    tap("open_contact", contact_id="mira")
    tap("start_edit_contact")
    tap("update_contact", updates={"job": "Pilot"})
    events = list(phone.log)[before:]
    assert [event.event_type for event in events] == [EventType.USER] * 3


def test_kd_29_an_edit_with_an_unknown_field_changes_nothing(contacts: StatefulContactsApp) -> None:
    before = contacts.get_state()
    with pytest.raises(AttributeError, match="fone"):
        contacts.edit_contact("mira", {"job": "Pilot", "fone": "1"})
    assert contacts.get_state() == before


@pytest.mark.parametrize("name", ["contact_id", "id"])
def test_kd_29_the_id_cannot_be_edited(contacts: StatefulContactsApp, name: str) -> None:
    before = contacts.get_state()
    with pytest.raises((ValueError, AttributeError)):
        contacts.edit_contact("mira", {name: "other"})
    assert contacts.get_state() == before


@pytest.mark.parametrize("gender", ["Male", "male", "MALE", "Gender.MALE"])
def test_kd_29_add_and_edit_read_genders_alike(contacts: StatefulContactsApp, gender: str) -> None:
    new = contacts.add_new_contact("A", "B", gender=gender)
    contacts.edit_contact("mira", {"gender": gender})
    assert contacts.get_contact(new).gender is contacts.get_contact("mira").gender is Gender.MALE


def test_kd_29_the_default_card_gives_way(fill: Fill) -> None:
    ada = Contact(first_name="Ada", last_name="Byron", contact_id="ada", is_user=True)
    assert list(StatefulContactsApp(contacts={"ada": ada}).contacts) == ["ada"]
    assert list(fill({"user": {"id": "ada", "first_name": "Ada", "last_name": "Byron"}}).contacts) == ["ada"]


def test_kd_29_loading_replaces_all_contacts(contacts: StatefulContactsApp) -> None:
    contacts.load_state({"contacts": {"c1": {"first_name": "Ann", "last_name": "Abel"}}, "view_limit": 10})
    assert list(contacts.contacts) == ["c1"]
