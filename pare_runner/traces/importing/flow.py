"""The events of an hf file as entries of a scenario file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from pare_runner.apps.core.dates import to_datetime, to_text
from pare_runner.errors import did_you_mean
from pare_runner.kernel.events import OperationType
from pare_runner.traces.hf_models import HfEvent
from pare_runner.traces.importing.calls import Call, CallReader, with_written_refs
from pare_runner.traces.importing.times import written_duration, written_time
from pare_runner.traces.importing.timing import Timings, is_condition
from pare_runner.traces.importing.work import Work


@dataclass(slots=True)
class ImportedEvent:
    """An event of the file, its call (None for a stop) and its entry."""

    source: HfEvent
    call: Call | None
    entry: dict[str, Any]

    @property
    def is_oracle_write(self) -> bool:
        """Whether it is a write of the oracle's agent outside the agent interface."""
        call = self.call
        return (
            call is not None
            and call.kind == "agent"
            and call.spec.operation is OperationType.WRITE
            and call.app.handle != "aui"
        )

    @property
    def accepts(self) -> bool:
        """Whether the user accepts a proposal here."""
        return self.call is not None and self.call.tool == "aui.accept_proposal"


class FlowImporter:
    """Makes the entries of one document's events; `ids` are id in the file → id here."""

    def __init__(self, work: Work, calls: CallReader, ids: Mapping[str, str]) -> None:
        self._work = work
        self._calls = calls
        self._ids = ids

    def events(self) -> list[ImportedEvent]:
        """The events in file order, without conditions."""
        if not self._is_sound():
            return []
        self._timings = Timings(self._work.document, self._work.start)
        found: list[ImportedEvent] = []
        for event in self._work.document.events:
            if is_condition(event):
                self._tell_condition(event)
                continue
            made = self._event(event)
            if made is not None:
                found.append(made)
        return found

    def _event(self, event: HfEvent) -> ImportedEvent | None:
        is_stop = event.class_name == "StopEvent" or event.event_type == "STOP"
        call = None if is_stop else self._calls.read(event)
        if call is None and not is_stop:
            return None
        entry: dict[str, Any] = {"id": self._ids[event.event_id]}
        entry |= {"stop": True} if call is None else {call.kind: call.tool}
        entry |= self._when(event)
        if call is not None and call.args:
            entry["args"] = {name: with_written_refs(value) for name, value in call.args.items()}
        if entry["id"] != event.event_id:
            entry["hf_id"] = event.event_id
        return ImportedEvent(event, call, entry)

    def _when(self, event: HfEvent) -> dict[str, Any]:
        timing = self._timings.of(event)
        written: dict[str, Any] = {}
        not_before = timing.not_before
        if not_before is not None and not_before < self._work.start:
            message = f"{to_text(not_before)} is before the start: it happens at the start"
            self._work.report.add("time", f"{event.path}.event_time", message)
            not_before = None
        if not_before is not None:
            written["at"] = written_time(not_before, rounded=True)
        after = [self._ids[parent] for parent in timing.after]
        if after:
            written["after"] = after[0] if len(after) == 1 else after
            return written | ({"delay": written_duration(timing.delay)} if timing.delay else {})
        if not_before is not None:
            return written | ({"delay": written_duration(timing.delay)} if timing.delay else {})
        # `at` is the clearer word, but it is a sum that is taken apart again.
        exact = self._work.start + timing.delay - self._work.start == timing.delay
        return {"at" if exact else "delay": written_duration(timing.delay)}

    def _is_sound(self) -> bool:
        """Whether parents exist, delays are not negative and no event waits for itself."""
        count = len(self._work.problems)
        known = {event.event_id: event for event in self._work.document.events}
        for event in self._work.document.events:
            for number, parent in enumerate(event.dependencies):
                if parent not in known:
                    hint = did_you_mean(parent, known, limit=0)
                    self._work.wrong(f"{event.path}.dependencies[{number}]", f"there is no event {parent!r}", hint)
            if event.event_relative_time is not None and event.event_relative_time < 0:
                self._work.wrong(f"{event.path}.event_relative_time", "must not be negative")
            try:
                to_datetime(self._work.start + (event.event_relative_time or 0.0))
            except ValueError as error:
                self._work.wrong(event.path, str(error))
        for event in _on_a_cycle(known):
            self._work.wrong(f"{event.path}.dependencies", f"{event.event_id!r} waits for itself")
        return len(self._work.problems) == count

    def _tell_condition(self, event: HfEvent) -> None:
        name = event.action.function if event.action is not None else None
        waiting = [
            self._ids[other.event_id]
            for other in self._work.document.events
            if event.event_id in other.dependencies and not is_condition(other)
        ]
        time = self._timings.condition_time(event.event_id)
        when = "the time it was first asked" if time is None else f"{time - self._work.start:g} s, when it was true"
        cause = self._timings.came_true_with(event.event_id)
        when = when if cause is None else f"{self._ids[cause]}, with which it came true"
        what = f"after {when}, follow {', '.join(waiting)}" if waiting else "nothing waits for it"
        self._work.report.add(
            "condition", event.path, f"the file does not hold what {name or event.event_id} asks: {what}"
        )


def _on_a_cycle(events: Mapping[str, HfEvent]) -> list[HfEvent]:
    """An event that waits for itself, if there is one."""
    try:
        TopologicalSorter({name: event.dependencies for name, event in events.items()}).prepare()
    except CycleError as error:
        names = set(error.args[1])
        return [event for name, event in events.items() if name in names][:1]
    return []


def unaccepted_writes(events: Sequence[ImportedEvent]) -> list[ImportedEvent]:
    """Writes of the oracle that no accepted proposal stands above."""
    parents = {event.entry["id"]: parents_of(event.entry) for event in events}
    below: set[str] = set()
    accepts = {event.entry["id"] for event in events if event.accepts}
    for name in TopologicalSorter(parents).static_order():
        if not below.isdisjoint(parents.get(name, ())) or not accepts.isdisjoint(parents.get(name, ())):
            below.add(name)
    return [event for event in events if event.is_oracle_write and event.entry["id"] not in below]


def parents_of(entry: Mapping[str, Any]) -> list[str]:
    """Ids of the events that an entry waits for."""
    after = entry.get("after") or []
    return [after] if isinstance(after, str) else list(after)
