"""The screens of the apartment app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pare_runner.apps.apartment.models import Apartment
from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, push

if TYPE_CHECKING:
    from pare_runner.apps.apartment.app import StatefulApartmentApp


@dataclass
class ApartmentScreen(Screen):
    """A screen of the apartment app."""

    app: StatefulApartmentApp


@dataclass
class ApartmentHome(ApartmentScreen):
    """The home page of the app."""

    @user_tool(READ)
    def list_apartments(self) -> dict[str, Any]:
        """List all apartments.

        Returns:
            Apartment by its id.
        """
        return self.app.list_all_apartments()

    @user_tool(READ, to=push("ApartmentDetail", apartment_id=arg("apartment_id")))
    def view_apartment(self, apartment_id: str) -> Apartment:
        """Open an apartment.

        Args:
            apartment_id: Id of the apartment.

        Returns:
            The apartment.
        """
        return self.app.get_apartment_details(apartment_id)

    @user_tool(READ, to=push("ApartmentSearch"))
    def open_search(self) -> str:
        """Open the search.

        Returns:
            What is shown now.
        """
        return "The search is open."

    @user_tool(READ, to=push("ApartmentFavorites"))
    def open_favorites(self) -> dict[str, Apartment]:
        """Open the favorites.

        Returns:
            Apartment by its id.
        """
        return self.app.list_saved_apartments()


@dataclass
class ApartmentDetail(ApartmentScreen):
    """An apartment."""

    apartment_id: str

    @user_tool(WRITE)
    def save(self) -> None:
        """Add this apartment to the favorites."""
        self.app.save_apartment(self.apartment_id)

    @user_tool(WRITE)
    def unsave(self) -> None:
        """Take this apartment out of the favorites."""
        self.app.remove_saved_apartment(self.apartment_id)


@dataclass
class ApartmentSearch(ApartmentScreen):
    """The search."""

    @user_tool(READ)
    def search(
        self,
        name: str | None = None,
        location: str | None = None,
        zip_code: str | None = None,
        min_price: float | None = None,
        max_price: float | None = None,
        number_of_bedrooms: int | None = None,
        number_of_bathrooms: int | None = None,
        property_type: str | None = None,
        square_footage: int | None = None,
        furnished_status: str | None = None,
        floor_level: str | None = None,
        pet_policy: str | None = None,
        lease_term: str | None = None,
        amenities: list[str] | None = None,
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

        Returns:
            Matching apartment by its id.
        """
        return self.app.search_apartments(
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
        )

    @user_tool(READ, to=push("ApartmentDetail", apartment_id=arg("apartment_id")))
    def view_apartment(self, apartment_id: str) -> Apartment:
        """Open an apartment.

        Args:
            apartment_id: Id of the apartment.

        Returns:
            The apartment.
        """
        return self.app.get_apartment_details(apartment_id)


@dataclass
class ApartmentFavorites(ApartmentScreen):
    """The favorites."""

    @user_tool(READ, to=push("ApartmentDetail", apartment_id=arg("apartment_id")))
    def view_apartment(self, apartment_id: str) -> Apartment:
        """Open an apartment.

        Args:
            apartment_id: Id of the apartment.

        Returns:
            The apartment.
        """
        return self.app.get_apartment_details(apartment_id)
