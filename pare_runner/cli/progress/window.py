"""How much of something happened lately, a second."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Window:
    """A moving sum over the last `seconds`, in steps of a second, so that it costs the same however much happens."""

    seconds: float
    began: float
    total: float = 0.0
    _steps: deque[tuple[int, float]] = field(default_factory=deque)

    def add(self, now: float, amount: float) -> None:
        """`amount` more has happened at `now`, which never goes back."""
        self.total += amount
        step = int(now)
        if self._steps and self._steps[-1][0] == step:
            self._steps[-1] = (step, self._steps[-1][1] + amount)
        else:
            self._steps.append((step, amount))

    def per_second(self, now: float) -> float:
        """The rate of the last `seconds`, or since the beginning if that is less; of a second at least."""
        while self._steps and self._steps[0][0] < int(now - self.seconds):
            self.total -= self._steps.popleft()[1]
        if not self._steps:
            self.total = 0.0  # what rounding left
        return self.total / max(1.0, min(self.seconds, now - self.began))
