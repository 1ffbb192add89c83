"""The cab app: quotations, one ride at a time, the rides so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, ClassVar

from pare_runner.apps.cab.models import (
    BOOKED,
    CANCELLED,
    COMPLETED,
    DELAYED,
    REPORTED,
    Ride,
    ServiceConfig,
    first_delay,
)
from pare_runner.apps.cab.quotes import distance_between, minutes_left, quote
from pare_runner.apps.cab.screens import CabHome, CabQuotationDetail, CabRideDetail, CabServiceOptions
from pare_runner.apps.cab.section import CabSection, fill
from pare_runner.apps.core.dates import from_text
from pare_runner.apps.core.notices import Notice
from pare_runner.apps.core.paging import page
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolSpec, agent_tool, data_tool, env_tool
from pare_runner.errors import bracketed_hint
from pare_runner.kernel.draws import hex_id

_WHO_CANCELS = ("driver", "user")


class StatefulCabApp(StatefulApp):
    """Cab rides: ask what one costs, order it, follow it."""

    name_in_benchmark: ClassVar[str] = "Cab"
    state_fields: ClassVar[tuple[str, ...]] = ("ride_history", "quotation_history", "d_service_config", "on_going_ride")
    section: ClassVar[type | None] = CabSection
    screens: ClassVar[tuple[type[Any], ...]] = (CabHome, CabRideDetail, CabServiceOptions, CabQuotationDetail)
    notices: ClassVar[dict[str, Notice]] = {
        "cancel_ride": Notice("ride cancelled", user=("who_cancel", "message?"), agent=("who_cancel", "message?")),
        "update_ride_status": Notice("news of the ride", user=("status", "message?"), agent=("status", "message?")),
        "end_ride": Notice("the ride is over"),
    }

    ride_history: list[Ride]
    quotation_history: list[Ride]
    d_service_config: dict[str, ServiceConfig]
    on_going_ride: str | None

    def __init__(
        self,
        name: str | None = None,
        quotation_history: list[Ride] | None = None,
        on_going_ride: Ride | None = None,
        ride_history: list[Ride] | None = None,
        MESSAGE_CANCEL: str = "The ride is cancelled.",
        d_service_config: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        super().__init__(name)
        self.ride_history = list(ride_history or [])
        self.quotation_history = list(quotation_history or [])
        self.on_going_ride = None
        self.message_cancel = MESSAGE_CANCEL
        self.d_service_config = (
            {
                "Default": ServiceConfig(),
                "Premium": ServiceConfig(price_per_km=2.0, base_delay_min=3.0),
                "Van": ServiceConfig(nb_seats=6, price_per_km=1.5, base_delay_min=7.0),
            }
            if d_service_config is None
            else {service: ServiceConfig(**settings) for service, settings in d_service_config.items()}
        )
        if on_going_ride is not None and not any(ride is on_going_ride for ride in self.ride_history):
            self.ride_history.append(on_going_ride)
        for ride in self.ride_history:
            ride.ride_id = ride.ride_id or self.ride_id()
        if on_going_ride is not None:
            self.on_going_ride = on_going_ride.ride_id

    def root_screen(self) -> CabHome:
        """Where rides are asked for."""
        return CabHome(self)

    @property
    def current_ride(self) -> Ride | None:
        """The ride that is on."""
        if self.on_going_ride is None:
            return None
        return next((ride for ride in reversed(self.ride_history) if ride.ride_id == self.on_going_ride), None)

    def load_state(self, state: Mapping[str, Any] | None) -> None:
        """Replace the state; without `on_going_ride` (older files) no ride of a given history is on."""
        if state is None:
            return
        given = dict(state)
        if "ride_history" in given:
            given.setdefault("on_going_ride", None)
        before = {name: getattr(self, name) for name in self.state_fields}
        super().load_state(given)
        if self.on_going_ride is not None and self.current_ride is None:
            missing, known = self.on_going_ride, [ride.ride_id for ride in self.ride_history]
            for name, value in before.items():
                setattr(self, name, value)
            raise ValueError(
                f"StatefulCabApp state, on_going_ride: there is no ride {missing!r}{bracketed_hint(missing, known)}"
            )

    def populate(self, section: CabSection) -> None:
        """Enter the section's rides and services."""
        fill(self, section)

    # Quotations -----------------------------------------------------------------------------------------------------

    @agent_tool(READ)
    def get_quotation(
        self, start_location: str, end_location: str, service_type: str, ride_time: str | None = None
    ) -> Ride:
        """Ask what a ride would cost with one service; nothing is booked.

        Args:
            start_location: Where the ride starts.
            end_location: Where it ends.
            service_type: Name of the service.
            ride_time: When it starts, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.

        Returns:
            The ride with price, distance (km), duration and delay (minutes); it has no status.
        """
        return self._quote(start_location, end_location, service_type, ride_time)

    @agent_tool(READ, data=True)
    def list_rides(self, start_location: str, end_location: str, ride_time: str | None = None) -> list[Ride]:
        """Ask what a ride would cost with each service that goes that far; nothing is booked.

        Args:
            start_location: Where the ride starts.
            end_location: Where it ends.
            ride_time: When it starts, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.

        Returns:
            One quotation for each service.
        """
        time, distance = self._time(ride_time), self._distance(start_location, end_location)
        near = [name for name, service in self.d_service_config.items() if distance <= service.max_distance_km]
        if not near:
            raise ValueError(f"no service goes as far as {distance} km")
        return [self.quote(start_location, end_location, name, time) for name in near]

    # The ride -------------------------------------------------------------------------------------------------------

    @agent_tool(WRITE, data=True)
    def order_ride(
        self, start_location: str, end_location: str, service_type: str, ride_time: str | None = None
    ) -> Ride:
        """Order a ride, at the price quoted for it; only one ride can be on at a time.

        Args:
            start_location: Where the ride starts.
            end_location: Where it ends.
            service_type: Name of the service.
            ride_time: When it starts, `YYYY-MM-DD HH:MM:SS` UTC; now if not given.

        Returns:
            The booked ride.
        """
        return self._book(self._quote(start_location, end_location, service_type, ride_time))

    def order_quoted(self, quotation: Ride) -> Ride:
        """Order what was quoted, at that price whatever it would be by now; a quoted time that is past becomes now."""
        if (quotation.time_stamp or 0.0) < self.now:
            quotation = replace(quotation, time_stamp=self.now)
        return self._book(quotation)

    @agent_tool(WRITE)
    def user_cancel_ride(self) -> str:
        """Cancel the ride that is on, for the user.

        Returns:
            A note that it is cancelled.
        """
        return self.cancel_ride("user")

    @agent_tool(READ)
    def get_current_ride_status(self) -> Ride:
        """Tell how the ride stands that is on.

        Returns:
            The ride; `delay` is how many minutes the cab still needs, counted from the time it is ordered for.
        """
        return self._as_of_now(self._current())

    @env_tool(WRITE, data=True, text=("message",))
    def cancel_ride(self, who_cancel: str = "driver", message: str | None = None) -> str:
        """The ride that is on is cancelled.

        Args:
            who_cancel: Who cancels it, driver or user.
            message: What they say.

        Returns:
            The message, or a note that the ride is cancelled.
        """
        ride = self._current()
        if who_cancel not in _WHO_CANCELS:
            raise ValueError(f"who_cancel is driver or user, not {who_cancel!r}")
        ride.status = CANCELLED
        self.on_going_ride = None
        return message or self.message_cancel

    @env_tool(WRITE)
    def end_ride(self) -> str:
        """The ride that is on comes to its end.

        Returns:
            A note that it is over.
        """
        ride = self._current()
        ride.status = COMPLETED
        self.on_going_ride = None
        return f"The ride to {ride.end_location} is over."

    @env_tool(WRITE, text=("message",))
    def update_ride_status(self, status: str, message: str | None = None) -> str:
        """The driver reports how the ride stands that is on.

        Args:
            status: DELAYED, ARRIVED_AT_PICKUP or IN_PROGRESS.
            message: What the driver says.

        Returns:
            The status, and the message if there is one.
        """
        ride = self._current()
        if status not in REPORTED:
            raise ValueError(f"{status!r} is not a status a driver reports{bracketed_hint(status, REPORTED)}")
        ride.status = status
        if status != DELAYED:
            ride.delay = 0.0
            ride.delay_history.append({"delay": 0.0, "time_stamp": self.now})
        return f"The ride is now {status}." + (f" The driver says: {message}" if message else "")

    # Rides so far ---------------------------------------------------------------------------------------------------

    @agent_tool(READ, data=True)
    def get_ride(self, idx: int) -> Ride:
        """Read a ride of the history.

        Args:
            idx: Its number, from 0, oldest first.

        Returns:
            The ride.
        """
        if not 0 <= idx < len(self.ride_history):
            raise IndexError(f"there is no ride {idx}; the history has {len(self.ride_history)}")
        return self._as_of_now(self.ride_history[idx])

    @agent_tool(READ, data=True)
    def get_ride_history(self, offset: int = 0, limit: int = 10) -> dict[str, Any]:
        """List the rides so far, oldest first.

        Args:
            offset: How many to skip.
            limit: How many to return at most.

        Returns:
            rides (number → ride), range ([first, last) of these numbers) and total.
        """
        shown, span = page(self.ride_history, offset, limit)
        rides = {number: self._as_of_now(ride) for number, ride in enumerate(shown, offset)}
        return {"rides": rides, "range": span, "total": len(self.ride_history)}

    @agent_tool(READ, data=True)
    def get_ride_history_length(self) -> int:
        """Count the rides so far.

        Returns:
            How many there are.
        """
        return len(self.ride_history)

    @data_tool(WRITE)
    def add_new_ride(
        self,
        service_type: str,
        start_location: str,
        end_location: str,
        price: float,
        duration: float = 0.0,
        time_stamp: float = 0.0,
        distance_km: float = 0.0,
    ) -> str:
        """Enter a booked ride into the history; it does not become the ride that is on.

        Args:
            service_type: Name of the service.
            start_location: Where the ride starts.
            end_location: Where it ends.
            price: What it costs.
            duration: Minutes it takes.
            time_stamp: When it starts, seconds since the epoch.
            distance_km: Kilometres.

        Returns:
            Id of the ride.
        """
        self.quote(start_location, end_location, service_type, time_stamp)
        for name, value in (("price", price), ("duration", duration), ("distance_km", distance_km)):
            if value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")
        ride = Ride(
            ride_id=self.ride_id(),
            status=BOOKED,
            service_type=service_type,
            start_location=start_location,
            end_location=end_location,
            price=price,
            duration=duration,
            time_stamp=time_stamp,
            distance_km=distance_km,
        )
        self.ride_history.append(ride)
        self.quotation_history.append(replace(ride, status=None, delay_history=[]))
        return ride.ride_id

    def argument_values(self, tool: ToolSpec, argument: str) -> list[Any]:
        """Places take those of the rides so far, closed sets their members."""
        rides = self.ride_history
        match argument:
            case "start_location" | "end_location":
                return list(dict.fromkeys(place for ride in rides if (place := getattr(ride, argument))))
            case "service_type":
                return list(self.d_service_config)
            case "status":
                return list(REPORTED)
            case "who_cancel":
                return list(_WHO_CANCELS)
            case "idx":
                return list(range(len(rides)))
        return super().argument_values(tool, argument)

    def _book(self, quotation: Ride) -> Ride:
        if self.on_going_ride is not None:
            raise ValueError(f"ride {self.on_going_ride!r} is not over yet; only one ride can be on at a time")
        ride = replace(quotation, ride_id=self.ride_id(), status=BOOKED, delay_history=[first_delay(quotation)])
        self.quotation_history.append(quotation)
        self.ride_history.append(ride)
        self.on_going_ride = ride.ride_id
        return ride

    def _current(self) -> Ride:
        ride = self.current_ride
        if ride is None:
            raise ValueError("no ride is on")
        return ride

    def _as_of_now(self, ride: Ride) -> Ride:
        if ride.ride_id != self.on_going_ride:
            return ride
        return replace(ride, delay=minutes_left(ride, self.now))

    def ride_id(self) -> str:
        """A new id of a ride."""
        return self.new_id("Ride", {ride.ride_id for ride in chain(self.ride_history, self.quotation_history)})

    def quote(self, start: str, end: str, service_type: str, time: float) -> Ride:
        """A quotation, however far the service goes; ValueError for a place without a name, an unknown service."""
        if service_type not in self.d_service_config:
            raise ValueError(
                f"there is no service {service_type!r}{bracketed_hint(service_type, self.d_service_config)}"
            )
        distance = self._distance(start, end)
        ride = quote(start, end, service_type, self.d_service_config[service_type], time, distance, self.draw)
        ride.ride_id = hex_id("quotation", self.name, start, end, service_type, time)
        return ride

    def _quote(self, start: str, end: str, service_type: str, ride_time: str | None) -> Ride:
        ride = self.quote(start, end, service_type, self._time(ride_time))
        distance, farthest = ride.distance_km or 0.0, self.d_service_config[service_type].max_distance_km
        if distance > farthest:
            raise ValueError(f"{distance} km is too far for {service_type}, which goes {farthest} km at most")
        return ride

    def _distance(self, start: str, end: str) -> float:
        if not start.strip() or not end.strip():
            raise ValueError("a ride needs a place to start and a place to end")
        return distance_between(start, end, chain(self.ride_history, self.quotation_history), self.draw)

    def _time(self, ride_time: str | None) -> float:
        return from_text(ride_time) if ride_time else self.now
