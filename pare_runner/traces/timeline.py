"""Model calls and the event log as one sequence, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pare_runner.episode.exchange import Exchange
from pare_runner.kernel.events import CompletedEvent

MomentKind = Literal["asked", "answered", "done", "event"]


@dataclass(frozen=True, slots=True)
class Moment:
    """`asked` and `answered` frame the time a model call took, `done` comes after the calls it made.

    An `event` is a line of the log; `exchange` is the model call it came from, None for what happened by itself.
    """

    kind: MomentKind
    time: float
    exchange: Exchange | None = None
    event: CompletedEvent | None = None


def timeline(log: Sequence[CompletedEvent], exchanges: Sequence[Exchange]) -> Iterator[Moment]:
    """Everything that happened, in order; the log keeps its own order."""
    reader = _Reader(log)
    for exchange in exchanges:
        asked, own = exchange.request.time, set(exchange.events)
        answered = asked + exchange.seconds
        yield from reader.until(asked, own)
        yield Moment("asked", asked, exchange)
        yield from reader.until(answered, own)
        yield Moment("answered", answered, exchange)
        yield from reader.own(exchange, own)
        yield Moment("done", answered, exchange)
    yield from reader.rest()


@dataclass(slots=True)
class _Reader:
    log: Sequence[CompletedEvent]
    at: int = 0

    def until(self, time: float, but: set[str]) -> Iterator[Moment]:
        """Events up to `time`, stopping before the first of `but`."""
        while self.at < len(self.log):
            event = self.log[self.at]
            if event.event_time > time or event.event_id in but:
                return
            self.at += 1
            yield Moment("event", event.event_time, None, event)

    def own(self, exchange: Exchange, own: set[str]) -> Iterator[Moment]:
        """The calls made by `exchange`, and what happened between them."""
        while own and self.at < len(self.log):
            event = self.log[self.at]
            self.at += 1
            mine = event.event_id in own
            own.discard(event.event_id)
            yield Moment("event", event.event_time, exchange if mine else None, event)

    def rest(self) -> Iterator[Moment]:
        """What is left of the log."""
        for event in self.log[self.at :]:
            yield Moment("event", event.event_time, None, event)
