"""Apartments: each listing is one event."""

from __future__ import annotations

from dataclasses import dataclass

from pare_runner.apps.apartment.app import StatefulApartmentApp
from pare_runner.apps.apartment.models import Apartment
from pare_runner.apps.core.app import App
from pare_runner.noise.env_events.stories.story import Call, Results, folded


@dataclass(frozen=True, slots=True)
class ListingStory:
    """A listing that appears on the market."""

    apartment: Apartment
    key: str
    steps: int = 1

    @property
    def names(self) -> frozenset[str]:
        """The listing's name."""
        return folded(self.apartment.name)

    def call(self, app: App, step: int, results: Results) -> Call | None:
        """See `Story`."""
        flat = self.apartment
        return "add_new_apartment", {
            "name": flat.name,
            "location": flat.location,
            "zip_code": flat.zip_code,
            "price": flat.price,
            "number_of_bedrooms": flat.bedrooms,
            "number_of_bathrooms": flat.bathrooms,
            "square_footage": flat.square_footage,
            "property_type": flat.property_type,
            "furnished_status": flat.furnished_status or "",
            "floor_level": flat.floor_level or "",
            "pet_policy": flat.pet_policy or "",
            "lease_term": flat.lease_term or "",
            "amenities": list(flat.amenities or ()),
        }


def listing_stories(source: StatefulApartmentApp) -> list[ListingStory]:
    """The listings in the order of the data."""
    return [ListingStory(flat, key) for key, flat in source.apartments.items()]
