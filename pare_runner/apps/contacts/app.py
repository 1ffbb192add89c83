"""The contacts app: cards of people, one of them the owner's."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

from pare_runner.apps.contacts.models import OWNER_ID, Contact, ContactsSection, Gender, Status, default_owner
from pare_runner.apps.contacts.screens import ContactDetail, ContactEdit, ContactsList
from pare_runner.apps.contacts.values import AGES, check_age, edited, read_member
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool, env_tool
from pare_runner.errors import did_you_mean


class StatefulContactsApp(StatefulApp):
    """Contacts; the owner of the phone has a card too, a default one if nobody gives another."""

    name_in_benchmark: ClassVar[str] = "Contacts"
    state_fields: ClassVar[tuple[str, ...]] = ("contacts", "view_limit")
    section: ClassVar[type | None] = ContactsSection
    screens: ClassVar[tuple[type[Any], ...]] = (ContactsList, ContactDetail, ContactEdit)

    contacts: dict[str, Contact]
    view_limit: int

    def __init__(
        self, name: str | None = None, view_limit: int = 10, contacts: dict[str, Contact] | None = None
    ) -> None:
        super().__init__(name)
        self.view_limit = view_limit
        self.contacts = dict(contacts or {})
        if not any(contact.is_user for contact in self.contacts.values()):
            self.contacts = {OWNER_ID: default_owner()} | self.contacts

    def root_screen(self) -> ContactsList:
        """The list of contacts."""
        return ContactsList(self)

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; a card that has no name or id of its own (old files) gets "" and its key."""
        if state is not None and isinstance(state.get("contacts"), Mapping):
            state = {**state, "contacts": {key: _named(card) for key, card in state["contacts"].items()}}
        super().load_state(state)
        for key, contact in self.contacts.items():
            contact.contact_id = contact.contact_id or key

    def populate(self, section: ContactsSection) -> None:
        """Fill the app: the owner's card is `user`, else the contact marked `is_user`, else the default one."""
        cards = [dataclasses.replace(contact) for contact in section.contacts]
        if section.user is not None:
            card_id = section.user.contact_id or OWNER_ID
            cards.insert(0, dataclasses.replace(section.user, contact_id=card_id, is_user=True))
        owners = [card.full_name for card in cards if card.is_user]
        if len(owners) > 1:
            raise ValueError(f"the phone has one owner, but these cards say they are: {', '.join(owners)}")
        if not owners:
            cards.insert(0, default_owner())
        self.contacts = {}
        self.view_limit = section.view_limit
        given = {card.contact_id for card in cards}
        for card in cards:
            card.contact_id = card.contact_id or self.new_id("Contact", given | self.contacts.keys())
            self._check_new(card)
            self.contacts[card.contact_id] = card

    @agent_tool(READ, data=True)
    def get_contacts(self, offset: int = 0) -> dict[str, Any]:
        """List the contacts, a page at a time, in the order they were added.

        Args:
            offset: How many to skip.

        Returns:
            contacts, and as metadata the range [first, last) shown and the total number.
        """
        if offset < 0:
            raise ValueError(f"offset must not be negative, got {offset}")
        total = len(self.contacts)
        end = max(offset, min(offset + self.view_limit, total))
        shown = list(self.contacts.values())[offset:end]
        return {"contacts": shown, "metadata": {"range": (offset, end), "total": total}}

    @agent_tool(READ, data=True)
    def get_contact(self, contact_id: str) -> Contact:
        """Read the card of a contact.

        Args:
            contact_id: Id of the contact.

        Returns:
            The contact.
        """
        contact = self.contacts.get(contact_id)
        if contact is None:
            raise KeyError(f"there is no contact {contact_id!r}{self._hint(contact_id)}")
        return contact

    @agent_tool(READ, data=True)
    def get_current_user_details(self) -> Contact:
        """Read the card of the owner of this phone.

        Returns:
            The owner's contact.
        """
        for contact in self.contacts.values():
            if contact.is_user:
                return contact
        raise KeyError("the owner of this phone has no card")

    @agent_tool(WRITE, data=True, text=("description",))
    def add_new_contact(
        self,
        first_name: str,
        last_name: str,
        gender: str | None = None,
        age: int | None = None,
        nationality: str | None = None,
        city_living: str | None = None,
        country: str | None = None,
        status: str | None = None,
        job: str | None = None,
        description: str | None = None,
        phone: str | None = None,
        email: str | None = None,
        address: str | None = None,
    ) -> str:
        """Add a contact; there must not be one of the same first and last name.

        Args:
            first_name: First name.
            last_name: Last name.
            gender: Female, Male, Other or Unknown.
            age: Age in years, 1 to 100.
            nationality: Nationality.
            city_living: City the person lives in.
            country: Country the person lives in.
            status: Student, Employed, Unemployed, Retired or Unknown.
            job: Occupation.
            description: Anything else worth knowing.
            phone: Phone number.
            email: Email address.
            address: Postal address.

        Returns:
            Id of the new contact.
        """
        contact = Contact(
            first_name=first_name,
            last_name=last_name,
            gender=read_member(Gender, gender),
            age=age,
            nationality=nationality,
            city_living=city_living,
            country=country,
            status=read_member(Status, status),
            job=job,
            description=description,
            phone=phone,
            email=email,
            address=address,
        )
        check_age(age)
        wanted = contact.full_name.casefold()
        for other in self.contacts.values():
            if other.full_name.casefold() == wanted:
                raise ValueError(f"there is already a contact {other.full_name!r}, id {other.contact_id!r}")
        return self._add(contact)

    @env_tool(WRITE)
    def add_contact(self, contact: Contact) -> str:
        """Put a finished card among the contacts.

        Args:
            contact: The card; without an id it gets one.

        Returns:
            Id of the contact.
        """
        self._check_new(contact)
        # The caller keeps its card: an event that runs again must not bring a card that was edited since.
        return self._add(dataclasses.replace(contact))

    @agent_tool(WRITE, data=True)
    def edit_contact(self, contact_id: str, updates: dict[str, Any]) -> str | None:
        """Change fields of a contact, all of them or, if one does not fit, none.

        Args:
            contact_id: Id of the contact.
            updates: New value of each field to change, such as {"phone": "555-0100"}; the id cannot be changed.

        Returns:
            Id of the contact.
        """
        self.contacts[contact_id] = edited(self.get_contact(contact_id), updates)
        return contact_id

    @agent_tool(WRITE, data=True)
    def delete_contact(self, contact_id: str) -> str:
        """Delete a contact.

        Args:
            contact_id: Id of the contact.

        Returns:
            Id of the deleted contact.
        """
        self.get_contact(contact_id)
        del self.contacts[contact_id]
        return contact_id

    @agent_tool(READ)
    def search_contacts(self, query: str) -> list[Contact]:
        """Find contacts by a part of their name, phone number or email address, in any case.

        Args:
            query: Text in the first name, the last name, both in either order, the phone number or the email address.

        Returns:
            Matching contacts.
        """
        wanted = query.casefold()
        return [contact for contact in self.contacts.values() if any(wanted in text for text in _searched(contact))]

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Ids of contacts; for closed sets (gender, status, age) their members."""
        if argument == "gender":
            return [gender.value for gender in Gender]
        if argument == "status":
            return [status.value for status in Status]
        if argument == "age":
            return list(AGES)
        if argument == "updates":
            return [{"status": status.value} for status in Status]
        return super().argument_values(tool, argument)

    def _add(self, contact: Contact) -> str:
        contact.contact_id = contact.contact_id or self.new_id("Contact", self.contacts)
        self.contacts[contact.contact_id] = contact
        return contact.contact_id

    def _check_new(self, contact: Contact) -> None:
        check_age(contact.age)
        if contact.contact_id in self.contacts:
            raise ValueError(f"contact {contact.full_name!r}: there is already a contact {contact.contact_id!r}")

    def _hint(self, wrong: str) -> str:
        ids = {contact.full_name.casefold(): contact_id for contact_id, contact in self.contacts.items()}
        named = ids.get(wrong.casefold())
        hint = f"did you mean {named!r}?" if named else did_you_mean(wrong, self.contacts)
        return f" ({hint})" if hint else ""


def _named(card: Any) -> Any:
    return {"first_name": "", "last_name": "", **card} if isinstance(card, Mapping) else card


def _searched(contact: Contact) -> tuple[str, ...]:
    first, last = contact.first_name.casefold(), contact.last_name.casefold()
    phone, email = (contact.phone or "").casefold(), (contact.email or "").casefold()
    return first, last, phone, email, f"{first} {last}", f"{last} {first}"
