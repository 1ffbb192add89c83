"""The tools of the contacts app, its section and its state."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from pare_runner.apps.contacts.app import StatefulContactsApp
from pare_runner.apps.contacts.models import Contact, Gender, Status
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import EventType

Fill = Callable[[dict[str, Any]], StatefulContactsApp]

# Reading --------------------------------------------------------------------------------------------------------------


def test_contacts_are_listed_in_order_with_the_owner_first(contacts: StatefulContactsApp) -> None:
    found = contacts.get_contacts()
    assert [contact.full_name for contact in found["contacts"]] == ["John Doe", "Mira Okafor", "Tove Lind"]
    assert found["metadata"] == {"range": (0, 3), "total": 3}


def test_pages_have_the_length_of_the_view_limit(contacts: StatefulContactsApp) -> None:
    contacts.view_limit = 2
    assert contacts.get_contacts(2)["metadata"] == {"range": (2, 3), "total": 3}
    assert contacts.get_contacts(9) == {"contacts": [], "metadata": {"range": (9, 9), "total": 3}}
    with pytest.raises(ValueError, match="negative"):
        contacts.get_contacts(-1)


def test_a_name_in_place_of_an_id_is_answered_with_the_id(contacts: StatefulContactsApp) -> None:
    with pytest.raises(KeyError, match="did you mean 'mira'"):
        contacts.get_contact("mira okafor")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("MIRA", ["mira"]),
        ("mira ok", ["mira"]),
        ("Lind, Tove", []),
        ("lind tove", ["tove"]),
        ("0101", ["mira"]),
        ("example.org", ["mira"]),
        ("welder", []),
        ("o", ["me", "mira", "tove"]),
    ],
)
def test_search(contacts: StatefulContactsApp, query: str, found: list[str]) -> None:
    assert [contact.contact_id for contact in contacts.search_contacts(query)] == found


# Writing --------------------------------------------------------------------------------------------------------------


def test_add_new_contact(contacts: StatefulContactsApp) -> None:
    new = contacts.add_new_contact("Ann", "Abel", gender="female", status="Status.RETIRED", age=70, city_living="Rome")
    card = contacts.get_contact(new)
    assert (card.gender, card.status, card.age, card.city_living) == (Gender.FEMALE, Status.RETIRED, 70, "Rome")
    assert list(contacts.contacts)[-1] == new


def test_edit_contact_converts_and_keeps_the_place(contacts: StatefulContactsApp) -> None:
    contacts.edit_contact("mira", {"gender": "Gender.OTHER", "status": None, "age": None, "email": "m@example.org"})
    card = contacts.get_contact("mira")
    assert (card.gender, card.status, card.age, card.email) == (Gender.OTHER, Status.UNKNOWN, None, "m@example.org")
    assert list(contacts.contacts) == ["me", "mira", "tove"]


def test_delete_contact(contacts: StatefulContactsApp) -> None:
    assert contacts.delete_contact("tove") == "tove"
    assert list(contacts.contacts) == ["me", "mira"]


def test_add_contact_copies_the_card(contacts: StatefulContactsApp) -> None:
    card = Contact(first_name="Ann", last_name="Abel")
    new = contacts.add_contact(card)
    contacts.edit_contact(new, {"job": "Pilot"})
    assert card == Contact(first_name="Ann", last_name="Abel")


def test_without_an_own_card_there_are_no_details(contacts: StatefulContactsApp) -> None:
    contacts.delete_contact("me")
    with pytest.raises(KeyError, match="no card"):
        contacts.get_current_user_details()


FAILING: list[tuple[str, dict[str, Any], str, str]] = [
    ("get_contact", {"contact_id": "nobody"}, "KeyError", "known: me, mira, tove"),
    ("add_new_contact", {"first_name": "mira", "last_name": "OKAFOR"}, "ValueError", "'Mira Okafor', id 'mira'"),
    ("add_new_contact", {"first_name": "A", "last_name": "B", "gender": "femal"}, "ValueError", "mean 'Female'"),
    ("add_new_contact", {"first_name": "A", "last_name": "B", "status": "busy"}, "ValueError", "Retired"),
    ("add_new_contact", {"first_name": "A", "last_name": "B", "age": 101}, "ValueError", "between 1 and 100"),
    ("add_new_contact", {"first_name": "A", "last_name": "B", "age": "30"}, "TypeError", "argument 'age'"),
    ("edit_contact", {"contact_id": "nobody", "updates": {}}, "KeyError", "nobody"),
    ("edit_contact", {"contact_id": "mira", "updates": {"job": "Pilot", "fone": "1"}}, "AttributeError", "'phone'"),
    ("edit_contact", {"contact_id": "mira", "updates": {"job": "Pilot", "age": 0}}, "ValueError", "between 1 and 100"),
    ("edit_contact", {"contact_id": "mira", "updates": {"job": "Pilot", "phone": 5}}, "ValueError", "phone must be"),
    ("edit_contact", {"contact_id": "mira", "updates": {"job": "Pilot", "gender": "x"}}, "ValueError", "gender"),
    ("delete_contact", {"contact_id": "Tove Lind"}, "KeyError", "did you mean 'tove'"),
    ("add_contact", {"contact": {"id": "mira", "first_name": "A", "last_name": "B"}}, "ValueError", "already"),
    ("add_contact", {"contact": {"first_name": "A", "last_name": "B", "age": 200}}, "ValueError", "between"),
]


@pytest.mark.parametrize(("tool", "args", "error", "says"), FAILING)
def test_a_call_that_fails_changes_nothing(
    phone: Phone, contacts: StatefulContactsApp, tool: str, args: dict[str, Any], error: str, says: str
) -> None:
    before = contacts.get_state()
    actor = EventType.ENV if tool == "add_contact" else EventType.AGENT
    event = phone.call(actor, "Contacts", tool, args)
    assert event.metadata.exception_type == error
    assert says in (event.metadata.exception or "")
    assert contacts.get_state() == before


def test_reading_changes_nothing(contacts: StatefulContactsApp) -> None:
    before = contacts.get_state()
    contacts.get_contacts()
    contacts.get_contact("mira")
    contacts.get_current_user_details()
    contacts.search_contacts("a")
    assert contacts.get_state() == before


def test_arguments_that_exist(contacts: StatefulContactsApp) -> None:
    tools = contacts.tools(ToolKind.AGENT)
    assert contacts.argument_values(tools["get_contact"], "contact_id") == ["me", "mira", "tove"]
    for tool, argument in [("add_new_contact", "gender"), ("add_new_contact", "status"), ("add_new_contact", "age")]:
        for value in contacts.argument_values(tools[tool], argument):
            contacts.add_new_contact(argument, str(value), **{argument: value})
    for updates in contacts.argument_values(tools["edit_contact"], "updates"):
        contacts.edit_contact("mira", updates)


# Section --------------------------------------------------------------------------------------------------------------


def test_user_replaces_the_default_card(fill: Fill) -> None:
    app = fill({"user": {"first_name": "Ada", "last_name": "Byron"}})
    assert app.get_current_user_details() == Contact(first_name="Ada", last_name="Byron", contact_id="me", is_user=True)
    assert len(app.contacts) == 1


def test_a_contact_may_be_the_owner(fill: Fill) -> None:
    app = fill({"contacts": [{"id": "ada", "first_name": "Ada", "last_name": "Byron", "is_user": True}]})
    assert list(app.contacts) == ["ada"]


def test_contacts_without_an_id_get_different_ones(fill: Fill) -> None:
    cards = [{"first_name": "Ann", "last_name": "Abel"}, {"first_name": "Ann", "last_name": "Abel"}]
    app = fill({"contacts": cards, "view_limit": 3})
    assert len(app.contacts) == 3
    assert all(key == contact.contact_id for key, contact in app.contacts.items())
    assert app.view_limit == 3


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ({"contacts": [{"id": "a", "first_name": "A", "last_name": "B"}] * 2}, "already a contact 'a'"),
        ({"contacts": [{"id": "me", "first_name": "A", "last_name": "B"}]}, "already a contact 'me'"),
        ({"contacts": [{"first_name": "A", "last_name": "B", "age": 0}]}, "between 1 and 100"),
        (
            {
                "user": {"first_name": "A", "last_name": "B"},
                "contacts": [{"first_name": "C", "last_name": "D", "is_user": True}],
            },
            "one owner, .*A B, C D",
        ),
    ],
)
def test_a_section_that_does_not_fit_together(fill: Fill, section: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        fill(section)


# State ----------------------------------------------------------------------------------------------------------------


def test_state_survives_the_round_trip(contacts: StatefulContactsApp) -> None:
    contacts.add_new_contact("Ann", "Abel", gender="Other")
    state = contacts.get_state()
    other = StatefulContactsApp("Contacts")
    other.load_state(json.loads(json.dumps(state)))
    assert json.dumps(other.get_state()) == json.dumps(state)


def test_the_documented_state_is_read(contacts: StatefulContactsApp) -> None:
    card = {
        "first_name": "Mira", "last_name": "Okafor", "contact_id": "c0ffee", "is_user": False, "gender": "Female",
        "age": 34, "nationality": None, "city_living": "Lagos", "country": None, "status": "Employed",
        "job": "Welder", "description": None, "phone": "+1-555-0101", "email": "mira@example.org", "address": None,
    }  # fmt: skip
    state = {"contacts": {"c0ffee": card}, "view_limit": 10}
    contacts.load_state(state)
    assert contacts.get_state() == state


def test_an_old_state_may_lack_names_and_ids(contacts: StatefulContactsApp) -> None:
    contacts.load_state({"contacts": {"c1": {"last_name": "Lind", "age": 0, "nickname": "T"}}})
    assert contacts.contacts == {"c1": Contact(first_name="", last_name="Lind", contact_id="c1", age=0)}


def test_a_state_that_does_not_fit_changes_nothing(contacts: StatefulContactsApp) -> None:
    before = contacts.get_state()
    with pytest.raises(ValueError, match=r"contacts\.c1\.gender"):
        contacts.load_state({"contacts": {"c1": {"gender": "x"}}, "view_limit": 1})
    assert contacts.get_state() == before
    contacts.load_state(None)
    assert contacts.get_state() == before
