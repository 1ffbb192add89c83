"""When events arrive: virtual time is cut into blocks, and each block has arrivals of its own.

An arrival is the `rank`-th of its block, and all about it is keyed by block and rank alone. A higher rate adds ranks
and changes none, so the arrivals of a lower rate are among those of a higher one; a jump of the clock only has more
blocks made. A block is `BLOCK` seconds long, the last one of a scenario with a duration only as long as that lasts: so
the count of the whole duration is rate x time as well, and what is far ahead costs nothing before the clock gets there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count

from pare_runner.kernel.draws import Draws

BLOCK = 360.0
"""Seconds of a block: the horizon that PARE uses for a scenario without a duration."""


def fixed_count(draws: Draws, block: int, length: float, per_minute: int) -> Iterator[float]:
    """Seconds into the block: round(rate x time) arrivals, halves up, each at a uniform time, by rank."""
    for rank in range(math.floor(per_minute * length / 60.0 + 0.5)):
        yield draws.uniform("time", block, rank, high=length)


def poisson(draws: Draws, block: int, length: float, per_minute: int) -> Iterator[float]:
    """Seconds into the block of a Poisson process: as many of one arrival a minute as the rate says, laid together."""
    for part in range(per_minute):
        seconds = 0.0
        for number in count():
            seconds += exponential(draws, 60.0, "gap", block, part, number)
            if seconds >= length:
                break
            yield seconds


def exponential(draws: Draws, mean: float, *key: str | int) -> float:
    """An exponential number."""
    return -mean * math.log1p(-draws.uniform(*key))
