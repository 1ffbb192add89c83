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

    def reached(self) -> str | None:
        """Which limit is reached, what was used, and how to go on, in words; None while there is something left."""
        if self.max_cost_usd is not None and self.cost >= self.max_cost_usd:
            return self._said("max_cost_usd", f"{self.max_cost_usd:g}", f"{dollars(self.cost)} used")
        if self.max_tokens is not None and self.tokens >= self.max_tokens:
            return self._said("max_tokens", f"{self.max_tokens}", f"{self.tokens:,} tokens used")
        seconds = self.clock() - self.started
        if self.max_wall is not None and seconds >= self.max_wall:
            return self.wall_reached(seconds)
        return None

    def wall_reached(self, seconds: float) -> str:
        """That `max_wall` is over, in words."""
        return self._said("max_wall", f"{self.max_wall:g}", f"{seconds:.0f} s since the start", again="")

    def _said(self, name: str, limit: str, used: str, again: str = " and a higher limit") -> str:
        return (
            f"limits.{name}={limit} is reached ({used}); runs in flight end as they would. "
            f"To go on: the same command with resume={self.directory}{again}"
        )


def dollars(amount: float) -> str:
    """An amount of money as text: cents, or four places below a dollar."""
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.4f}"
