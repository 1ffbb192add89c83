"""The cab app's part of a scenario file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pare_runner.apps.cab.models import BOOKED, COMPLETED, OVER, Ride, ServiceConfig, first_delay
from pare_runner.apps.core.fields import UNSET_TIME, Timestamp, aliased, hidden, identifier, timestamp
from pare_runner.errors import bracketed_hint

if TYPE_CHECKING:
    from pare_runner.apps.cab.app import StatefulCabApp


@dataclass(slots=True, kw_only=True)
class RideEntry:
    """A ride as a scenario file writes it; price, duration, distance and delay that are not given are a quotation's."""

    ride_id: str = identifier()
    status: Literal["BOOKED", "DELAYED", "IN_PROGRESS", "ARRIVED_AT_PICKUP", "CANCELLED", "COMPLETED"] | None = None
    service_type: str = "Default"
    start_location: str
    end_location: str
    price: float | None = None
    duration: float | None = None
    time_stamp: Timestamp = timestamp(alias="at")
    distance_km: float | None = None
    delay: float | None = None
    delay_history: list[dict[str, float]] = hidden(factory=list)

    def __post_init__(self) -> None:
        if not self.start_location or not self.end_location:
            raise ValueError("a ride needs a start_location and an end_location")
        for name in ("price", "duration", "distance_km", "delay"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise ValueError(f"{name} must not be negative, got {value}")


@dataclass(slots=True, kw_only=True)
class CabSection:
    """The YAML section: rides so far, the ride that is on (its fields, or the id of one of the rides), and services.

    `services` replaces the usual Default, Premium and Van.
    """

    ride_history: list[RideEntry] = aliased("rides", factory=list)
    on_going_ride: str | RideEntry | None = None
    d_service_config: dict[str, ServiceConfig] = aliased("services", factory=dict)


def fill(app: StatefulCabApp, section: CabSection) -> None:
    """Enter the section's rides and services; ValueError for a double id, an unknown service, no ride to be on."""
    app.d_service_config = section.d_service_config or app.d_service_config
    current = section.on_going_ride
    for entry in section.ride_history:
        _enter(app, entry, BOOKED if entry.ride_id and entry.ride_id == current else COMPLETED)
    if isinstance(current, RideEntry):
        app.on_going_ride = _enter(app, current, BOOKED).ride_id
    elif current is not None:
        known = [ride.ride_id for ride in app.ride_history]
        if current not in known:
            raise ValueError(f"on_going_ride: there is no ride {current!r}{bracketed_hint(current, known)}")
        app.on_going_ride = current
    ride = app.current_ride
    if ride is not None and ride.status in OVER:
        raise ValueError(f"on_going_ride: the status of ride {ride.ride_id!r} is {ride.status}, so it is not on")
    for ride in app.ride_history:
        _complete(app, ride)


def _enter(app: StatefulCabApp, entry: RideEntry, status: str) -> Ride:
    if any(ride.ride_id == entry.ride_id for ride in app.ride_history):
        raise ValueError(f"there are two rides {entry.ride_id!r}")
    ride = Ride(
        ride_id=entry.ride_id or app.ride_id(),
        status=entry.status or status,
        service_type=entry.service_type,
        start_location=entry.start_location,
        end_location=entry.end_location,
        price=entry.price,
        duration=entry.duration,
        time_stamp=app.now if entry.time_stamp == UNSET_TIME else entry.time_stamp,
        distance_km=entry.distance_km,
        delay=entry.delay,
        delay_history=list(entry.delay_history),
    )
    app.ride_history.append(ride)
    return ride


def _complete(app: StatefulCabApp, ride: Ride) -> None:
    """Fill what an entry left out with a quotation's values; only the ride that is on has a delay to tell."""
    quoted = app.quote(
        ride.start_location or "", ride.end_location or "", ride.service_type or "", ride.time_stamp or 0.0
    )
    for field in ("price", "duration", "distance_km"):
        if getattr(ride, field) is None:
            setattr(ride, field, getattr(quoted, field))
    if ride.ride_id == app.on_going_ride:
        ride.delay = quoted.delay if ride.delay is None else ride.delay
        ride.delay_history = ride.delay_history or [first_delay(ride)]
