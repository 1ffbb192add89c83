"""Which listings match a search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pare_runner.apps.apartment.models import Apartment


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """All given filters must match. None and empty text are not given; 0 is.

    A listing that says nothing about a matter does not match a filter on it. Letter case never counts.
    """

    name: str | None = None
    location: str | None = None
    zip_code: str | None = None
    min_price: int | float | None = None
    max_price: int | float | None = None
    number_of_bedrooms: int | None = None
    number_of_bathrooms: int | None = None
    property_type: str | None = None
    square_footage: int | None = None
    furnished_status: str | None = None
    floor_level: str | None = None
    pet_policy: str | None = None
    lease_term: str | None = None
    amenities: Sequence[str] | None = None
    saved_only: bool = False

    def match(self, apartment: Apartment) -> bool:
        """Whether the listing matches."""
        return (
            (apartment.saved or not self.saved_only)
            and _contains(apartment.name, self.name)
            and _contains(apartment.location, self.location)
            and self._match_numbers(apartment)
            and _equals(apartment.zip_code, self.zip_code)
            and _equals(apartment.property_type, self.property_type)
            and _equals(apartment.furnished_status, self.furnished_status)
            and _equals(apartment.floor_level, self.floor_level)
            and _equals(apartment.pet_policy, self.pet_policy)
            and _equals(apartment.lease_term, self.lease_term)
            and _has_all(apartment.amenities, self.amenities)
        )

    def _match_numbers(self, apartment: Apartment) -> bool:
        return (
            (self.min_price is None or apartment.price >= self.min_price)
            and (self.max_price is None or apartment.price <= self.max_price)
            and (self.number_of_bedrooms is None or apartment.bedrooms == self.number_of_bedrooms)
            and (self.number_of_bathrooms is None or apartment.bathrooms == self.number_of_bathrooms)
            and (self.square_footage is None or apartment.square_footage >= self.square_footage)
        )


def _contains(text: str, wanted: str | None) -> bool:
    return not wanted or wanted.casefold() in text.casefold()


def _equals(text: str | None, wanted: str | None) -> bool:
    return not wanted or (text or "").casefold() == wanted.casefold()


def _has_all(amenities: Sequence[str] | None, wanted: Sequence[str] | None) -> bool:
    return not wanted or {item.casefold() for item in wanted} <= {item.casefold() for item in amenities or ()}
