"""What an invocation may use, and what it has used: dollars, tokens, and seconds of wall clock.

Dollars and tokens are those of a directory as a whole, whatever the number of starts it took: a limit says what a sweep
may cost. Runs that asked no model, or that came from the cache, are free. Seconds are those of this start.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pare_runner.batch.bench import asks_models
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.work import SOURCE

BUDGET_FIELDS = {
    "limits.max_cost_usd": "max_cost_usd",
    "limits.max_tokens": "max_total_tokens",
    "limits.max_wall": "max_wall",
    "limits.offline_patience": "offline_patience",
}
"""Keys that limit an invocation as a whole → their fields; a resume may set others."""


@dataclass(frozen=True, slots=True)
class UsedUp:
    """A limit of a directory that is reached: its key, what it is, and what was used, also in words."""

    key: str
    limit: float
    used: float
    words: str

    @property
    def override(self) -> str:
        """The key with a limit that lets something run: doubled until more is allowed than was used."""
        higher = self.limit or 1
        while higher <= max(self.limit, self.used):
            higher *= 2
        return f"{self.key}={higher:.15g}"

    def as_json(self) -> dict[str, Any]:
        """All of it as JSON prints it."""
        return {"key": self.key, "limit": self.limit, "used": self.used}


@dataclass(slots=True)
class Budget:
    """Limits, None for none, and what counts against them. `clock` gives seconds; it starts when this is made.

    `directory` is where the invocation writes, for what people are told. `unpriced` counts rows whose cost is unknown.
    """

    max_cost_usd: float | None = None
    max_tokens: int | None = None
    max_wall: float | None = None
    directory: Path = Path()
    clock: Callable[[], float] = time.monotonic
    cost: float = field(default=0.0, init=False)
    tokens: int = field(default=0, init=False)
    unpriced: int = field(default=0, init=False)
    started: float = field(init=False)

    def __post_init__(self) -> None:
        self.started = self.clock()

    @classmethod
    def of(cls, config: MultiScenarioRunnerConfig, directory: Path) -> Self:
        """The budget of an invocation, one of whose jobs has this configuration."""
        return cls(config.max_cost_usd, config.max_total_tokens, config.max_wall, directory)

    @property
    def limited(self) -> bool:
        """Whether dollars or tokens are."""
        return self.max_cost_usd is not None or self.max_tokens is not None

    def count(self, config: MultiScenarioRunnerConfig, row: Mapping[str, Any]) -> None:
        """Take in the row of a finished unit of a job with this configuration."""
        if asks_models(config):
            self.count_row(row)

    def count_row(self, row: Mapping[str, Any]) -> None:
        """Take in the row of a unit whose models were asked; one from the cache is free."""
        if SOURCE in row:
            return
        self.tokens += (row.get("prompt_tokens") or 0) + (row.get("completion_tokens") or 0)
        cost = row.get("cost_usd")
        if cost is None:
            self.unpriced += 1
        else:
            self.cost += cost

    def used_up(self) -> UsedUp | None:
        """The limit of dollars or tokens that is reached, if one is: it stays so, however often the directory is
        resumed."""
        if self.max_cost_usd is not None and self.cost >= self.max_cost_usd:
            return UsedUp("limits.max_cost_usd", self.max_cost_usd, self.cost, f"{dollars(self.cost)} used")
        if self.max_tokens is not None and self.tokens >= self.max_tokens:
            return UsedUp("limits.max_tokens", self.max_tokens, self.tokens, f"{self.tokens:,} tokens used")
        return None

    def reached(self, *, in_flight: bool = True, timed: bool = True) -> str | None:
        """Which limit is reached, what was used, what becomes of runs `in_flight`, and how to go on, in words; None
        while there is something left. Seconds count if `timed`."""
        found = self.used_up()
        if found is not None:
            again = " and a higher limit"
            return self._said(f"{found.key}={found.limit:.15g}", found.words, again, in_flight=in_flight)
        seconds = self.clock() - self.started
        if timed and self.max_wall is not None and seconds >= self.max_wall:
            return self.wall_reached(seconds, in_flight=in_flight)
        return None

    def wall_reached(self, seconds: float, *, in_flight: bool = True) -> str:
        """That `max_wall` is over, in words."""
        return self._said(
            f"limits.max_wall={self.max_wall:g}", f"{seconds:.0f} s since the start", "", in_flight=in_flight
        )

    def _said(self, limit: str, used: str, again: str, *, in_flight: bool) -> str:
        others = "; runs in flight end as they would" if in_flight else ""
        return f"{limit} is reached ({used}){others}. To go on: the same command with resume={self.directory}{again}"


def dollars(amount: float) -> str:
    """An amount of money as text: cents, or four places below a dollar."""
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}"
