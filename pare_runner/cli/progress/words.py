"""Figures in words, the same on a terminal, in plain lines and in `pare status`."""

from __future__ import annotations

from collections.abc import Iterable

from pare_runner.batch.observer import AwayEndpoint
from pare_runner.cli.console import plural

MINUTE, HOUR, DAY = 60, 3600, 86400


def duration(seconds: float) -> str:
    """`12 s`, `3 min 20 s`, `2 h 05 min`, `1 d 4 h`: two units at most."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def percent(part: int, whole: int) -> str:
    """A share in whole percent; `-` of nothing."""
    return f"{100 * part / whole:.0f}%" if whole else "-"


def rate(number: float, what: str) -> str:
    """`4,210 tokens/s`; one decimal below 100."""
    return f"{number:,.0f} {what}/s" if number >= 100 else f"{number:.1f} {what}/s"


def dollars(cost: float | None) -> str:
    """US dollars; `$?` when a price is unknown."""
    return "$?" if cost is None else f"${cost:,.2f}" if cost >= 1 else f"${cost:.4f}"


def waiting(away: Iterable[AwayEndpoint]) -> list[str]:
    """One line for each endpoint that is away."""
    return [
        f"waiting for {item.address}, {duration(item.seconds)}, {plural(item.parked, 'run')} parked" for item in away
    ]
