"""The event log: what happened, in the order it happened."""

from __future__ import annotations

from pare_runner.kernel.events import CompletedEvent


class EventLog(list[CompletedEvent]):
    """Completed events, oldest first; `sequence` of each is its position."""

    def __init__(self) -> None:
        super().__init__()
        self._by_id: dict[str, CompletedEvent] = {}

    def append(self, event: CompletedEvent) -> None:
        """Add `event` at the end and number it."""
        event.sequence = len(self)
        super().append(event)
        self._by_id.setdefault(event.event_id, event)

    def get(self, event_id: str) -> CompletedEvent | None:
        """The first entry with this id."""
        return self._by_id.get(event_id)

    def list_view(self) -> list[CompletedEvent]:
        """All entries (a copy)."""
        return list(self)
