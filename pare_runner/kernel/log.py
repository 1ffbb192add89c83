"""The event log: what happened, in the order it happened."""

from __future__ import annotations

from pare_runner.kernel.events import CompletedEvent


class EventLog(list[CompletedEvent]):
    """Completed events, oldest first; `sequence` of each is its position, `turn` is written on what comes next."""

    def __init__(self) -> None:
        super().__init__()
        self.turn: int | None = None
        self._by_id: dict[str, CompletedEvent] = {}

    def append(self, event: CompletedEvent) -> None:
        """Add `event` at the end and number it."""
        event.sequence, event.turn_number = len(self), self.turn
        super().append(event)
        self._by_id.setdefault(event.event_id, event)

    def get(self, event_id: str) -> CompletedEvent | None:
        """The first entry with this id."""
        return self._by_id.get(event_id)
