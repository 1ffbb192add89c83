"""A flow: events with their order, checked and numbered once, run any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from pare_runner.kernel.events import AbstractEvent, Event, OracleEvent
from pare_runner.kernel.references import contains_ref


class FlowError(ValueError):
    """The events cannot be ordered; `event_id` names the one that is wrong."""

    def __init__(self, event_id: str, message: str) -> None:
        self.event_id = event_id
        super().__init__(f"event {event_id!r}: {message}")


@dataclass(frozen=True, eq=False)
class Flow:
    """Events in file order; `parents[i]`, `children[i]` are positions, `with_refs[i]` says if arguments hold `Ref`s."""

    events: tuple[AbstractEvent, ...]
    parents: tuple[tuple[int, ...], ...]
    parent_ids: tuple[tuple[str, ...], ...]
    children: tuple[tuple[int, ...], ...]
    with_refs: tuple[bool, ...]
    index: dict[str, int]
    order: tuple[int, ...]  # all positions, parents before their children

    @classmethod
    def compile(cls, events: Sequence[AbstractEvent], start_time: float | None = None) -> Flow:
        """Number `events`, give ids to those without one, and check: ids unique, parents listed, no cycle, no past.

        An id given here is `<TYPE>-<app>-<function>-<position>`: no dot, no random part. Raises FlowError.
        """
        index: dict[str, int] = {}
        for number, event in enumerate(events):
            action = event.action if isinstance(event, Event | OracleEvent) else None
            call = f"-{action.app}-{action.function}" if action else ""
            event.event_id = event.event_id or f"{event.event_type.value}{call}-{number + 1}"
            if event.event_id in index:
                raise FlowError(event.event_id, "two events have this id")
            if start_time is not None and event.event_time is not None and event.event_time < start_time:
                raise FlowError(event.event_id, "its time is before the start")
            index[event.event_id] = number
        positions = {id(event): number for number, event in enumerate(events)}
        parents: list[tuple[int, ...]] = []
        children: list[list[int]] = [[] for _ in events]
        for number, event in enumerate(events):
            for parent in event.dependencies:
                if id(parent) not in positions:
                    raise FlowError(event.event_id, f"its parent {parent.event_id or '<no id>'!r} is not in the flow")
                children[positions[id(parent)]].append(number)
            parents.append(tuple(positions[id(parent)] for parent in event.dependencies))
        try:
            order = tuple(TopologicalSorter(dict(enumerate(parents))).static_order())
        except CycleError as error:
            message = "it waits, directly or through others, for itself"
            raise FlowError(events[min(error.args[1])].event_id, message) from None
        with_refs = (isinstance(e, Event | OracleEvent) and e.action and contains_ref(e.action.args) for e in events)
        ids = tuple(tuple(parent.event_id for parent in event.dependencies) for event in events)
        refs, below = tuple(map(bool, with_refs)), tuple(map(tuple, children))
        return cls(tuple(events), tuple(parents), ids, below, refs, index, order)
