"""Data models of the apartment app."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.core.fields import identifier


@dataclass(slots=True, kw_only=True)
class Apartment:
    """A listing; an empty text says nothing about its matter. `saved` is true for the user's favorites."""

    name: str
    location: str
    zip_code: str
    price: float
    bedrooms: int
    bathrooms: int
    property_type: str
    square_footage: int
    furnished_status: str | None = ""
    floor_level: str | None = ""
    pet_policy: str | None = ""
    lease_term: str | None = ""
    apartment_id: str = identifier()
    amenities: list[str] | None = field(default_factory=list)
    saved: bool = False


@dataclass(slots=True, kw_only=True)
class ApartmentEntry:
    """A listing as a scenario file writes it: one bedroom and one bathroom unless it says otherwise."""

    apartment_id: str = identifier()
    name: str
    location: str
    price: float
    zip_code: str = ""
    bedrooms: int = 1
    bathrooms: int = 1
    property_type: str = ""
    square_footage: int = 0
    furnished_status: str = ""
    floor_level: str = ""
    pet_policy: str = ""
    lease_term: str = ""
    amenities: list[str] = field(default_factory=list)
    saved: bool = False

    def listing(self) -> Apartment:
        """The listing, not yet among the favorites."""
        return Apartment(
            name=self.name,
            location=self.location,
            zip_code=self.zip_code,
            price=self.price,
            bedrooms=self.bedrooms,
            bathrooms=self.bathrooms,
            property_type=self.property_type,
            square_footage=self.square_footage,
            furnished_status=self.furnished_status,
            floor_level=self.floor_level,
            pet_policy=self.pet_policy,
            lease_term=self.lease_term,
            apartment_id=self.apartment_id,
            amenities=list(self.amenities),
        )


@dataclass(slots=True, kw_only=True)
class ApartmentSection:
    """The YAML section: the listings; those marked `saved` are the favorites, in this order."""

    apartments: list[ApartmentEntry] = field(default_factory=list)
