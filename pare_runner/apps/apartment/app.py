"""The apartment app: listings, a search, favorites."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar

from pare_runner.apps.apartment.models import Apartment, ApartmentSection
from pare_runner.apps.apartment.screens import ApartmentDetail, ApartmentFavorites, ApartmentHome, ApartmentSearch
from pare_runner.apps.apartment.search import Filters
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool, env_tool
from pare_runner.errors import did_you_mean

_SEARCHES = ("search_apartments", "search")
_SEARCHED_TEXTS = frozenset(
    {"name", "location", "zip_code", "property_type", "furnished_status", "floor_level", "pet_policy", "lease_term"}
)


class StatefulApartmentApp(StatefulApp):
    """Apartments for rent and the user's favorites among them."""

    name_in_benchmark: ClassVar[str] = "Apartment"
    state_fields: ClassVar[tuple[str, ...]] = ("apartments", "saved_apartments")
    section: ClassVar[type | None] = ApartmentSection
    screens: ClassVar[tuple[type[Any], ...]] = (ApartmentHome, ApartmentDetail, ApartmentSearch, ApartmentFavorites)
    notices: ClassVar[dict[str, Notice]] = {
        "add_new_apartment": Notice(
            "new listing",
            user=("name", "location", "price"),
            agent=(
                "name",
                "location",
                "zip_code",
                "price",
                "number_of_bedrooms",
                "number_of_bathrooms",
                "square_footage",
                "property_type?",
                "furnished_status?",
                "floor_level?",
                "pet_policy?",
                "lease_term?",
                "amenities?",
            ),
        ),
        "update_apartment": Notice(
            "price changed", user=("apartment_id", "new_price"), agent=("apartment_id", "new_price")
        ),
        "delete_apartment": Notice("listing removed", user=("apartment_id",), agent=("apartment_id",)),
    }

    apartments: dict[str, Apartment]
    saved_apartments: list[str]
    """Ids of the favorites, first saved first; each listing's `saved` says the same."""

    def __init__(
        self,
        name: str | None = None,
        apartments: dict[str, Apartment] | None = None,
        saved_apartments: list[str] | None = None,
    ) -> None:
        super().__init__(name)
        self.apartments = dict(apartments or {})
        self.saved_apartments = []
        self._mark_saved(saved_apartments)

    def root_screen(self) -> ApartmentHome:
        """The home page of the app."""
        return ApartmentHome(self)

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; the key a listing is stored under is its id.

        The list of favorites decides which listings are saved; if listings come without one, their marks do. ValueError
        if the list names a listing that is not there.
        """
        before = self.apartments, self.saved_apartments
        super().load_state(state)
        marks_decide = state is not None and "apartments" in state and "saved_apartments" not in state
        try:
            self._mark_saved(None if marks_decide else self.saved_apartments)
        except ValueError:
            self.apartments, self.saved_apartments = before
            raise
        for apartment_id, apartment in self.apartments.items():
            apartment.apartment_id = apartment_id

    def populate(self, section: ApartmentSection) -> None:
        """Add the section's listings."""
        for entry in section.apartments:
            if entry.apartment_id in self.apartments:
                raise ValueError(f"there are two apartments with the id {entry.apartment_id!r}")
            apartment_id = self._add(entry.listing())
            if entry.saved:
                self.save_apartment(apartment_id)

    # Listings -------------------------------------------------------------------------------------------------------

    @agent_tool(READ, data=True)
    def list_all_apartments(self) -> dict[str, Any]:
        """List all apartments.

        Returns:
            Apartment by its id.
        """
        return dict(self.apartments)

    @agent_tool(READ, data=True)
    def get_apartment_details(self, apartment_id: str) -> Apartment:
        """Look at an apartment.

        Args:
            apartment_id: Id of the apartment.

        Returns:
            The apartment.
        """
        if apartment_id not in self.apartments:
            raise ValueError(f"there is no apartment {apartment_id!r}")
        return self.apartments[apartment_id]

    # Favorites ------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, data=True)
    def save_apartment(self, apartment_id: str) -> None:
        """Add an apartment to the favorites; one that is there already stays.

        Args:
            apartment_id: Id of the apartment.
        """
        apartment = self.get_apartment_details(apartment_id)
        if apartment_id not in self.saved_apartments:
            self.saved_apartments.append(apartment_id)
            apartment.saved = True

    @agent_tool(WRITE, data=True)
    def remove_saved_apartment(self, apartment_id: str) -> None:
        """Take an apartment out of the favorites.

        Args:
            apartment_id: Id of the apartment.
        """
        if apartment_id not in self.saved_apartments:
            raise ValueError(f"the apartment {apartment_id!r} is not among the favorites")
        self.saved_apartments.remove(apartment_id)
        self.apartments[apartment_id].saved = False

    @agent_tool(READ, data=True)
    def list_saved_apartments(self) -> dict[str, Apartment]:
        """List the favorites, first saved first.

        Returns:
            Apartment by its id.
        """
        return {apartment_id: self.apartments[apartment_id] for apartment_id in self.saved_apartments}

    # Search ---------------------------------------------------------------------------------------------------------

    @agent_tool(READ, data=True)
    def search_apartments(
        self,
        name: str | None = None,
        location: str | None = None,
        zip_code: str | None = None,
        min_price: int | float | None = None,
        max_price: int | float | None = None,
        number_of_bedrooms: int | None = None,
        number_of_bathrooms: int | None = None,
        property_type: str | None = None,
        square_footage: int | None = None,
        furnished_status: str | None = None,
        floor_level: str | None = None,
        pet_policy: str | None = None,
        lease_term: str | None = None,
        amenities: list[str] | None = None,
        saved_only: bool = False,
    ) -> dict[str, Apartment]:
        """Find apartments that match all filters given, in any letter case.

        A text left empty is no filter, 0 is one. An apartment that does not state something a filter asks for does not
        match.

        Args:
            name: Part of the name.
            location: Part of the location.
            zip_code: Zip code.
            min_price: Lowest price.
            max_price: Highest price.
            number_of_bedrooms: Exact number of bedrooms.
            number_of_bathrooms: Exact number of bathrooms.
            property_type: Type of property.
            square_footage: Smallest size in square feet.
            furnished_status: Whether it is furnished, in the words of the listings.
            floor_level: Floor, in the words of the listings.
            pet_policy: Pet policy, in the words of the listings.
            lease_term: Lease term, in the words of the listings.
            amenities: Amenities it must all have.
            saved_only: Whether to search the favorites only.

        Returns:
            Matching apartment by its id.
        """
        filters = Filters(
            name=name,
            location=location,
            zip_code=zip_code,
            min_price=min_price,
            max_price=max_price,
            number_of_bedrooms=number_of_bedrooms,
            number_of_bathrooms=number_of_bathrooms,
            property_type=property_type,
            square_footage=square_footage,
            furnished_status=furnished_status,
            floor_level=floor_level,
            pet_policy=pet_policy,
            lease_term=lease_term,
            amenities=amenities,
            saved_only=saved_only,
        )
        return {apartment_id: found for apartment_id, found in self.apartments.items() if filters.match(found)}

    # What happens on the market -------------------------------------------------------------------------------------

    @env_tool(WRITE, data=True)
    def add_new_apartment(
        self,
        name: str,
        location: str,
        zip_code: str,
        price: float,
        number_of_bedrooms: int,
        number_of_bathrooms: int,
        square_footage: int,
        property_type: str = "",
        furnished_status: str = "",
        floor_level: str = "",
        pet_policy: str = "",
        lease_term: str = "",
        amenities: list[str] | None = None,
    ) -> str:
        """Add a listing.

        Args:
            name: Name of the apartment.
            location: Where it is.
            zip_code: Its zip code.
            price: Monthly rent.
            number_of_bedrooms: How many bedrooms it has.
            number_of_bathrooms: How many bathrooms it has.
            square_footage: Its size in square feet.
            property_type: Type of property, such as Apartment or House.
            furnished_status: Whether it is furnished.
            floor_level: Which floor it is on.
            pet_policy: Which pets are allowed.
            lease_term: How long one has to rent it.
            amenities: What else it offers.

        Returns:
            Id of the apartment.
        """
        return self._add(
            Apartment(
                name=name,
                location=location,
                zip_code=zip_code,
                price=price,
                bedrooms=number_of_bedrooms,
                bathrooms=number_of_bathrooms,
                property_type=property_type,
                square_footage=square_footage,
                furnished_status=furnished_status,
                floor_level=floor_level,
                pet_policy=pet_policy,
                lease_term=lease_term,
                amenities=list(amenities or ()),
            )
        )

    @env_tool(WRITE, data=True)
    def update_apartment(self, apartment_id: str, new_price: float) -> str:
        """Change the price of a listing.

        Args:
            apartment_id: Id of the apartment.
            new_price: Its new monthly rent.

        Returns:
            Id of the apartment.
        """
        apartment = self.get_apartment_details(apartment_id)
        apartment.price = _check_price(new_price)
        return apartment_id

    @env_tool(WRITE, data=True)
    def delete_apartment(self, apartment_id: str) -> None:
        """Remove a listing, from the favorites as well.

        Args:
            apartment_id: Id of the apartment.
        """
        self.get_apartment_details(apartment_id)
        del self.apartments[apartment_id]
        if apartment_id in self.saved_apartments:
            self.saved_apartments.remove(apartment_id)

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Apartments a call would change, and what the listings say for the texts of a search."""
        apartments = self.apartments.values()
        if tool.name == "save_apartment" and argument == "apartment_id":
            return [apartment.apartment_id for apartment in apartments if not apartment.saved]
        if tool.name == "remove_saved_apartment" and argument == "apartment_id":
            return list(self.saved_apartments)
        if tool.name in _SEARCHES and argument in _SEARCHED_TEXTS:
            return list(dict.fromkeys(text for apartment in apartments if (text := getattr(apartment, argument))))
        if tool.name in _SEARCHES and argument == "amenities":
            return [[item] for item in dict.fromkeys(item for each in apartments for item in each.amenities or ())]
        return super().argument_values(tool, argument)

    def _add(self, apartment: Apartment) -> str:
        apartment.price = _check_price(apartment.price)
        for what in ("bedrooms", "bathrooms", "square_footage"):
            if getattr(apartment, what) < 0:
                raise ValueError(f"{what} must not be negative, got {getattr(apartment, what)}")
        apartment.apartment_id = apartment.apartment_id or self.new_id("Apartment", self.apartments)
        self.apartments[apartment.apartment_id] = apartment
        return apartment.apartment_id

    def _mark_saved(self, saved: list[str] | None) -> None:
        if saved is None:
            saved = [apartment_id for apartment_id, apartment in self.apartments.items() if apartment.saved]
        for apartment_id in saved:
            if apartment_id not in self.apartments:
                hint = did_you_mean(apartment_id, self.apartments)
                raise ValueError(
                    f"saved_apartments: there is no apartment {apartment_id!r}" + (f" ({hint})" if hint else "")
                )
        marked = dict.fromkeys(saved)
        self.saved_apartments = list(marked)
        for apartment_id, apartment in self.apartments.items():
            apartment.saved = apartment_id in marked


def _check_price(price: float) -> float:
    if not 0 <= price < math.inf:
        raise ValueError(f"the price must be a number of at least 0, got {price}")
    return float(price)
