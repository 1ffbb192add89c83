"""The screens of the contacts app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pare_runner.apps.contacts.models import Contact
from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, own, pop, push, return_to

if TYPE_CHECKING:
    from pare_runner.apps.contacts.app import StatefulContactsApp


@dataclass
class ContactsScreen(Screen):
    """A screen of the contacts app."""

    app: StatefulContactsApp


@dataclass
class ContactsList(ContactsScreen):
    """All contacts."""

    @user_tool(READ)
    def list_contacts(self, offset: int = 0) -> dict[str, Any]:
        """List the contacts, a page at a time.

        Args:
            offset: How many to skip.

        Returns:
            contacts, and as metadata the range [first, last) shown and the total number.
        """
        return self.app.get_contacts(offset)

    @user_tool(READ, to=push("ContactDetail", contact_id=arg("contact_id")))
    def open_contact(self, contact_id: str) -> Contact:
        """Open the card of a contact.

        Args:
            contact_id: Id of the contact.

        Returns:
            The contact.
        """
        return self.app.get_contact(contact_id)

    @user_tool(READ)
    def view_current_user(self) -> Contact:
        """Look at your own card.

        Returns:
            Your contact.
        """
        return self.app.get_current_user_details()

    @user_tool(READ)
    def search_contacts(self, query: str) -> list[Contact]:
        """Find contacts by a part of their name, phone number or email address.

        Args:
            query: The text to look for.

        Returns:
            Matching contacts.
        """
        return self.app.search_contacts(query)

    @user_tool(WRITE, text=("description",))
    def create_contact(
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
        """Add a contact.

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
        return self.app.add_new_contact(
            first_name=first_name,
            last_name=last_name,
            gender=gender,
            age=age,
            nationality=nationality,
            city_living=city_living,
            country=country,
            status=status,
            job=job,
            description=description,
            phone=phone,
            email=email,
            address=address,
        )


@dataclass
class ContactDetail(ContactsScreen):
    """The card of one contact."""

    contact_id: str

    @user_tool(READ)
    def view_contact(self) -> Contact:
        """Read the card again.

        Returns:
            The contact.
        """
        return self.app.get_contact(self.contact_id)

    @user_tool(READ, to=push("ContactEdit", contact_id=own("contact_id")))
    def start_edit_contact(self) -> Contact:
        """Start to edit the contact.

        Returns:
            The contact as it is.
        """
        return self.app.get_contact(self.contact_id)

    @user_tool(WRITE, to=pop())
    def delete_contact(self) -> str:
        """Delete the contact.

        Returns:
            Id of the deleted contact.
        """
        return self.app.delete_contact(self.contact_id)


@dataclass
class ContactEdit(ContactsScreen):
    """The editor of one contact."""

    contact_id: str

    @user_tool(READ)
    def view_contact(self) -> Contact:
        """Read the contact as it is saved.

        Returns:
            The contact.
        """
        return self.app.get_contact(self.contact_id)

    @user_tool(WRITE, to=return_to("ContactDetail", contact_id=own("contact_id")))
    def update_contact(self, updates: dict[str, Any]) -> str | None:
        """Save changes to the contact.

        Args:
            updates: New value of each field to change, such as {"phone": "555-0100"}.

        Returns:
            Id of the contact.
        """
        return self.app.edit_contact(self.contact_id, updates)
