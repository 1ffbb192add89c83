"""Virtual time: seconds since the epoch, UTC, moved by the kernel alone."""

from __future__ import annotations


class Clock:
    """A clock that stands still until somebody moves it; it never goes back."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = float(now)

    def advance_to(self, time: float) -> None:
        """Move to `time`; an earlier time leaves the clock where it is."""
        self.now = max(self.now, time)
