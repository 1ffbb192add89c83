"""Data models of the contacts app."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from pare_runner.apps.core.fields import identifier

OWNER_ID = "me"
"""Id of the owner's card unless a scenario gives another."""


class Gender(enum.Enum):
    """Gender of a person."""

    FEMALE = "Female"
    MALE = "Male"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class Status(enum.Enum):
    """What a person does for a living, roughly."""

    STUDENT = "Student"
    EMPLOYED = "Employed"
    UNEMPLOYED = "Unemployed"
    RETIRED = "Retired"
    UNKNOWN = "Unknown"


@dataclass(slots=True, kw_only=True)
class Contact:
    """A person; `is_user` marks the card of the phone's owner."""

    first_name: str
    last_name: str
    contact_id: str = identifier()
    is_user: bool = False
    gender: Gender = Gender.UNKNOWN
    age: int | None = None
    nationality: str | None = None
    city_living: str | None = None
    country: str | None = None
    status: Status = Status.UNKNOWN
    job: str | None = None
    description: str | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(slots=True, kw_only=True)
class ContactsSection:
    """The YAML section: contacts, and the owner's card in place of the default one."""

    contacts: list[Contact] = field(default_factory=list)
    user: Contact | None = None
    view_limit: int = 10


def default_owner() -> Contact:
    """The card of the owner nobody described."""
    return Contact(
        first_name="John",
        last_name="Doe",
        contact_id=OWNER_ID,
        is_user=True,
        gender=Gender.MALE,
        age=30,
        nationality="American",
        city_living="Anytown",
        country="USA",
        status=Status.STUDENT,
        phone="1234567890",
        email="john@pare.com",
        address="123 Main St, Anytown, USA",
    )
