"""The screens of the cab app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pare_runner.apps.cab.models import Ride
from pare_runner.apps.core.app import Screen
from pare_runner.apps.core.tools import READ, WRITE, user_tool
from pare_runner.apps.core.transitions import arg, clear, push, result

if TYPE_CHECKING:
    from pare_runner.apps.cab.app import StatefulCabApp


@dataclass
class CabScreen(Screen):
    """A screen of the cab app."""

    app: StatefulCabApp


@dataclass
class CabHome(CabScreen):
    """Where rides are asked for."""

    @user_tool(READ)
    def get_ride_history(self, offset: int = 0, limit: int = 10) -> dict[str, Any]:
        """List the rides so far, oldest first.

        Args:
            offset: How many to skip.
            limit: How many to show.

        Returns:
            rides (number → ride), range and total.
        """
        return self.app.get_ride_history(offset, limit)

    @user_tool(
        READ,
        to=push(
            "CabServiceOptions",
            optional=("ride_time",),
            start_location=arg("start_location"),
            end_location=arg("end_location"),
            ride_time=arg("ride_time"),
        ),
    )
    def list_rides(self, start_location: str, end_location: str, ride_time: str | None = None) -> list[Ride]:
        """See what a ride would cost with each service.

        Args:
            start_location: Where the ride starts.
            end_location: Where it ends.
            ride_time: When it starts, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.

        Returns:
            One quotation for each service.
        """
        return self.app.list_rides(start_location, end_location, ride_time)

    @user_tool(READ, to=push("CabRideDetail", ride=result()))
    def open_current_ride(self) -> Ride:
        """Open the ride that is on.

        Returns:
            The ride.
        """
        return self.app.get_current_ride_status()


@dataclass
class CabRideDetail(CabScreen):
    """A ride that is on."""

    ride: Ride

    @user_tool(WRITE, to=clear("CabHome"))
    def cancel_ride(self) -> str:
        """Cancel the ride.

        Returns:
            A note that it is cancelled.
        """
        if self.ride.ride_id != self.app.on_going_ride:
            raise ValueError(f"ride {self.ride.ride_id!r} is over")
        return self.app.user_cancel_ride()


@dataclass
class CabServiceOptions(CabScreen):
    """The services for a route; `ride_time` None is now."""

    start_location: str
    end_location: str
    ride_time: str | None = None

    @user_tool(READ)
    def list_service_types(self) -> list[str]:
        """List the services.

        Returns:
            Their names, sorted.
        """
        return sorted(self.app.d_service_config)

    @user_tool(READ, to=push("CabQuotationDetail", ride=result()))
    def get_quotation(self, service_type: str) -> Ride:
        """Open the quotation of a service.

        Args:
            service_type: Name of the service.

        Returns:
            The quotation.
        """
        return self.app.get_quotation(self.start_location, self.end_location, service_type, self.ride_time)


@dataclass
class CabQuotationDetail(CabScreen):
    """A quotation."""

    ride: Ride

    @user_tool(READ)
    def show_quotation(self) -> Ride:
        """Read the quotation again.

        Returns:
            The quotation.
        """
        return self.ride

    @user_tool(WRITE, to=push("CabRideDetail", ride=result()))
    def order_ride(self) -> Ride:
        """Order the ride as quoted: at this price and for this time.

        Returns:
            The booked ride.
        """
        return self.app.order_quoted(self.ride)
