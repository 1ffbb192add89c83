"""Data models of the cab app."""

from __future__ import annotations

from dataclasses import dataclass, field

from pare_runner.apps.core.fields import Timestamp, identifier

BOOKED, CANCELLED, COMPLETED = "BOOKED", "CANCELLED", "COMPLETED"
DELAYED, IN_PROGRESS, ARRIVED_AT_PICKUP = "DELAYED", "IN_PROGRESS", "ARRIVED_AT_PICKUP"
REPORTED = (DELAYED, IN_PROGRESS, ARRIVED_AT_PICKUP)
"""What a driver can report of a ride that is on."""

OVER = (CANCELLED, COMPLETED)


@dataclass(slots=True, kw_only=True)
class Ride:
    """A ride, or the quotation of one (status None).

    `price` is what the whole ride costs; `duration` and `delay` are minutes, `delay` those from `time_stamp`, the time
    the ride is ordered for, until the cab is there.
    """

    ride_id: str = identifier()
    status: str | None = None
    service_type: str | None = None
    start_location: str | None = None
    end_location: str | None = None
    price: float | None = None
    duration: float | None = None
    time_stamp: Timestamp | None = None
    distance_km: float | None = None
    delay: float | None = None
    delay_history: list[dict[str, float]] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RideHistory:
    """The rides of a customer."""

    name: str
    rides: list[Ride]


@dataclass(slots=True, kw_only=True)
class OnGoingRide:
    """The ride a customer is on."""

    name: str
    ride: Ride | None = None


@dataclass(slots=True, kw_only=True)
class ServiceConfig:
    """A service: its seats, its price, how long its cabs take to come, and how far they go."""

    nb_seats: int = 4
    price_per_km: float = 1.0
    base_delay_min: float = 5.0
    max_distance_km: float = 25.0

    def __post_init__(self) -> None:
        if self.nb_seats < 1:
            raise ValueError(f"nb_seats must be at least 1, got {self.nb_seats}")
        for name in ("price_per_km", "base_delay_min", "max_distance_km"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative, got {getattr(self, name)}")


def first_delay(ride: Ride) -> dict[str, float]:
    """The first entry of a booked ride's `delay_history`."""
    return {"delay": ride.delay or 0.0, "time_stamp": ride.time_stamp or 0.0}
