"""Taps through the contacts app."""

from __future__ import annotations

from collections.abc import Callable

from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.contacts.screens import ContactDetail, ContactEdit, ContactsList
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import CompletedEvent, EventType

Tap = Callable[..., CompletedEvent]


def test_the_list_reads_and_writes_without_leaving(contacts: StatefulContactsApp, tap: Tap) -> None:
    assert tap("list_contacts", offset=1).metadata.return_value["metadata"] == {"range": [1, 3], "total": 3}
    assert tap("view_current_user").metadata.return_value["contact_id"] == "me"
    assert [card["contact_id"] for card in tap("search_contacts", query="lind").metadata.return_value] == ["tove"]
    new = tap("create_contact", first_name="Ann", last_name="Abel", gender="female").metadata.return_value
    assert contacts.get_contact(new).full_name == "Ann Abel"
    assert contacts.current_state == ContactsList(contacts)


def test_back_to_the_list_from_everywhere(contacts: StatefulContactsApp, tap: Tap) -> None:
    tap("open_contact", contact_id="mira")
    tap("start_edit_contact")
    assert not tap("view_contact").failed()
    tap("go_back")
    assert contacts.current_state == ContactDetail(contacts, "mira")
    tap("go_back")
    assert contacts.current_state == ContactsList(contacts)
    assert tap("go_back").failed()


def test_deleting_shows_the_list(contacts: StatefulContactsApp, tap: Tap) -> None:
    tap("open_contact", contact_id="mira")
    tap("delete_contact")
    assert contacts.current_state == ContactsList(contacts)
    assert contacts.navigation_stack == []


def test_a_tap_that_fails_stays(contacts: StatefulContactsApp, tap: Tap) -> None:
    assert tap("open_contact", contact_id="nobody").failed()
    assert contacts.current_state == ContactsList(contacts)
    tap("open_contact", contact_id="mira")
    tap("start_edit_contact")
    assert tap("update_contact", updates={"fone": "1"}).failed()
    assert contacts.current_state == ContactEdit(contacts, "mira")


def test_a_contact_that_vanishes_leaves_a_way_back(phone: Phone, contacts: StatefulContactsApp, tap: Tap) -> None:
    tap("open_contact", contact_id="mira")
    phone.call(EventType.AGENT, "Contacts", "delete_contact", {"contact_id": "mira"})
    assert tap("view_contact").failed()
    assert not tap("go_back").failed()
    assert contacts.current_state == ContactsList(contacts)
