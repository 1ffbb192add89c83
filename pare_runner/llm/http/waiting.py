"""How long a run has stood still because a service was away, for whoever bounds the time it may take."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic


@dataclass(slots=True)
class Waiting:
    """Wall-clock seconds that the calls of one run were parked; `since` is when the present wait began, if it waits."""

    total: float = 0.0
    since: float | None = None

    @property
    def seconds(self) -> float:
        """All of it until now."""
        return self.total if self.since is None else self.total + monotonic() - self.since

    def begin(self) -> None:
        """A call is parked."""
        self.since = monotonic()

    def end(self) -> None:
        """It goes on, or is given up."""
        self.total, self.since = self.seconds, None


WAITING: ContextVar[Waiting | None] = ContextVar("pare_runner_waiting", default=None)
"""What the calls of the present context add their parked time to; set by whoever wants to know."""
