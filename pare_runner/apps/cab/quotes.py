"""Quotations: what a ride would cost and how long it would take.

All of it is drawn by key, so that asking again gives the same answer and asking leaves no trace: the distance by the
two places, in either direction; the duration by route and hour of the ride, price and delay also by the service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from pare_runner.apps.cab.models import Ride, ServiceConfig

Draw = Callable[..., float]

NEAREST_KM, FARTHEST_KM = 5.0, 20.0
PRICE_VARIANCE = 0.1
"""A price is the distance times the service's price for a kilometre, give or take this share of it."""

SPEED_KM_H = 50.0
MOST_TRAFFIC_MIN = 10.0
MOST_WAITING_MIN = 5


def distance_between(start: str, end: str, known: Iterable[Ride], draw: Draw) -> float:
    """Kilometres between two places: those of the first known ride between them, else drawn."""
    first, second = sorted((_place(start), _place(end)))
    for ride in known:
        if ride.distance_km:
            places = _place(ride.start_location or ""), _place(ride.end_location or "")
            if places in ((first, second), (second, first)):
                return ride.distance_km
    return round(draw("distance", first, second, low=NEAREST_KM, high=FARTHEST_KM), 1)


def quote(
    start: str, end: str, service_type: str, service: ServiceConfig, time: float, distance: float, draw: Draw
) -> Ride:
    """The quotation of a ride at `time`, without an id."""
    route = (_place(start), _place(end), int(time // 3600))
    share = draw("price", *route, service_type, low=-PRICE_VARIANCE, high=PRICE_VARIANCE)
    traffic = draw("traffic", *route, high=MOST_TRAFFIC_MIN)
    waiting = int(draw("delay", *route, service_type, low=1, high=MOST_WAITING_MIN + 1))
    return Ride(
        service_type=service_type,
        start_location=start,
        end_location=end,
        price=round(distance * service.price_per_km * (1 + share), 2),
        duration=round(distance / SPEED_KM_H * 60 + traffic, 1),
        time_stamp=time,
        distance_km=distance,
        delay=service.base_delay_min + waiting,
    )


def minutes_left(ride: Ride, now: float) -> float:
    """Minutes until the cab is there, never below 0: the delay reported last, less the time since then."""
    if ride.delay_history:
        last = ride.delay_history[-1]
        delay, since = last.get("delay", 0.0), last.get("time_stamp", now)
    else:
        delay, since = ride.delay or 0.0, now if ride.time_stamp is None else ride.time_stamp
    return round(max(0.0, delay - max(0.0, now - since) / 60), 1)


@lru_cache(maxsize=4096)
def _place(name: str) -> str:
    return " ".join(name.casefold().split())
