"""How long to wait before the next attempt.

`random` is right here: pauses reach no trace and no recording, and clients that share a service must not draw alike.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

FIRST = 0.5
"""Seconds the first pause lasts at most; each further one twice as long."""
FIRST_PROBE, LONGEST_PROBE = 0.2, 5.0
"""Seconds between the first two probes of a service that is away, and between later ones, at most."""
SPREAD = 0.1
"""Share by which a pause the service asked for is drawn out at random, so that not all come back at once."""


def pause(retries: int, asked: float | None, longest: float) -> float:
    """Seconds to wait after the attempt with number `retries` (from 0).

    A pause the service asked for is kept, plus up to a tenth of it; without one it is drawn evenly from zero up to a
    bound that doubles each time. Neither is ever longer than `longest`.
    """
    if asked is not None:
        return min(longest, asked * (1 + SPREAD * random.random()))
    return random.random() * min(longest, FIRST * 2.0 ** min(retries, 60))


def probe_pause(probes: int) -> float:
    """Seconds to wait before the next probe of a service that is away, after `probes` pauses: doubled each time.

    Up to half of it is taken off at random, so that the processes of a sweep do not all ask at the same moment.
    """
    return min(LONGEST_PROBE, FIRST_PROBE * 2.0 ** min(probes, 60)) * (1 - random.random() / 2)


def asked_pause(headers: Mapping[str, str]) -> float | None:
    """Seconds that `retry-after-ms` or `Retry-After` (seconds, or an HTTP date) ask for; None without a sound one.

    A date is compared with the answer's own `Date`, so that a clock that is wrong on either side does not matter.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("Retry-After")
    seconds = _number(text)
    if seconds is not None:
        return seconds
    until = _moment(text)
    if until is None:
        return None
    now = _moment(headers.get("Date"))
    return max(0.0, until - (time.time() if now is None else now))


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text else -1.0
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None


def _moment(text: str | None) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp() if text else None
    except (ValueError, OverflowError):
        return None
