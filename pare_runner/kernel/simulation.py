"""The loop: takes the next event, moves the clock to it, has it carried out, starts what follows.

An event starts when all its parents have completed; a failed one counts as completed. Ties keep file order. Timers (due
reminders) fire after the events scheduled for the same instant.
"""

from __future__ import annotations

import heapq
import math
from typing import Any, Protocol

from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import (
    AbstractEvent,
    CompletedEvent,
    ConditionCheckEvent,
    Event,
    EventMetadata,
    OracleEvent,
    StopEvent,
    ValidationEvent,
)
from pare_runner.kernel.flow import Flow
from pare_runner.kernel.log import EventLog
from pare_runner.kernel.references import ReferenceFailed, resolve

IDLE, DURATION, STOPPED = "idle", "duration", "stop_event"


class Host(Protocol):
    """Carries out events and owns timers; the phone is one."""

    def perform(
        self, event: Event | OracleEvent, args: dict[str, Any], parents: tuple[str, ...], failure: Exception | None
    ) -> CompletedEvent:
        """Make the event's call and log it; given a `failure` log that instead. A tool that raises is no exception."""

    def next_timer(self) -> float | None:
        """Time of the earliest timer that has not fired."""

    def fire_timers(self, time: float) -> None:
        """Fire every timer due at or before `time`."""


class Simulation:
    """One run of a flow from `start_time`.

    With `oracle=False` oracle events never run: `opened` is told of one whose parents have completed. Conditions and
    validations are asked about `environment`; `failed` is what a validation found wrong.
    """

    def __init__(
        self,
        flow: Flow,
        host: Host,
        clock: Clock,
        log: EventLog,
        *,
        duration: float | None = None,
        oracle: bool = True,
        environment: object = None,
    ) -> None:
        self.flow, self.clock, self.log = flow, clock, log
        self.end_time = None if duration is None else clock.now + duration
        self.oracle, self.environment = oracle, environment
        self.stopped: str | None = None
        self.failed: str | None = None
        self._host = host
        self._queue: list[tuple[float, int, str]] = []  # (time, position in the file, what): a total order
        self._missing = [len(parents) for parents in flow.parents]
        self._ready_at = [clock.now] * len(flow.events)
        self._watches: dict[int, tuple[ConditionCheckEvent, set[int]]] = {}
        self._results: dict[str, CompletedEvent] = {}
        for number, parents in enumerate(flow.parents):
            if not parents:
                self._schedule(number)

    def run(self, until: float | None = None) -> str | None:
        """Run until nothing is ahead, the duration is over or a stop event; return which of the three it was.

        With `until` run what is due at or before it, timers too, and stand there; None says that more may come.
        """
        limit = min((time for time in (until, self.end_time) if time is not None), default=math.inf)
        while self.stopped is None:
            time = self.next_time(timers=until is not None, checks=until is not None)
            if time is not None and time <= limit:
                self._step(time)
            elif until is None and time is None:
                self._end(IDLE)
            else:
                self.clock.advance_to(limit)
                if limit == until:
                    break
                self._end(DURATION)
        return self.stopped

    def next_time(self, *, timers: bool = False, checks: bool = False) -> float | None:
        """When the next thing happens; None when nothing that could change the run is ahead.

        Periodic `checks` alone are nothing unless asked for, `timers` alone unless asked for or awaited by a condition.
        """
        periodic = 0 if checks else sum(bool(event.every) for event, _ in self._watches.values())
        times = [self._queue[0][0]] if len(self._queue) > periodic else []
        if timers or self._watches or times:
            times += [timer for timer in [self._host.next_timer()] if timer is not None]
        return max(min(times), self.clock.now) if times else None

    def opened(self, number: int) -> None:
        """All parents of the oracle event at `number` have completed, and it does not run by itself."""

    def due(self, number: int) -> float:
        """When the event at `number`, whose parents have completed, is due by its own time and delay."""
        event = self.flow.events[number]
        time = self._ready_at[number] + (event.event_relative_time or 0.0)
        return time if event.event_time is None else max(event.event_time, time)

    def after_call(self) -> None:
        """Ask the waiting conditions again; to be called after every call that did not come from the queue."""
        for number in sorted(self._watches):
            if number in self._watches:
                self._ask(number)

    def result_of(self, event_id: str) -> Any:
        """Return value of a completed event; ReferenceFailed when it has none."""
        completed = self._results.get(event_id)
        if completed is not None and not completed.failed():
            return completed.metadata.return_value
        raise ReferenceFailed(f"event {event_id!r} has no result: it {'failed' if completed else 'has not run'}")

    def _schedule(self, number: int) -> None:
        if self.oracle or not isinstance(self.flow.events[number], OracleEvent):
            self._push(self.due(number), number, "start")
        else:
            self.opened(number)

    def _push(self, time: float, number: int, what: str) -> None:
        heapq.heappush(self._queue, (time, number, what))

    def _step(self, time: float) -> None:
        if not self._queue or self._queue[0][0] > time:
            self.clock.advance_to(time)
            self._host.fire_timers(time)
            self.after_call()
            return
        time, number, what = heapq.heappop(self._queue)
        self.clock.advance_to(time)
        if what == "start":
            self._start(number, self.flow.events[number])
        else:
            self._ask(number, timed_out=what == "timeout")
            if number in self._watches:
                self._push(self.clock.now + (self._watches[number][0].every or 0.0), number, "check")

    def _start(self, number: int, event: AbstractEvent) -> None:
        if isinstance(event, Event | OracleEvent):
            args, failure = event.action.args if event.action else {}, None
            try:
                args = resolve(args, self.result_of) if self.flow.with_refs[number] else args
            except ReferenceFailed as error:
                failure = error
            self.complete(number, self._host.perform(event, args, self.flow.parent_ids[number], failure))
            self.after_call()
        elif isinstance(event, ConditionCheckEvent):
            self._watches[number] = (event, set())
            if event.every:
                self._push(self.clock.now + event.every, number, "check")
            if event.timeout is not None:
                self._push(self.clock.now + event.timeout, number, "timeout")
            self._ask(number)
        elif isinstance(event, StopEvent):
            self._record(number, EventMetadata())
            self._end(STOPPED)

    def _ask(self, number: int, *, timed_out: bool = False) -> None:
        event, reached = self._watches[number]
        answer = event.ask(self.environment, reached) or ("timed out" if timed_out else False)
        if answer is False:
            return
        del self._watches[number]
        self._queue = [entry for entry in self._queue if entry[1] != number]
        heapq.heapify(self._queue)
        if answer is True:
            self._record(number, EventMetadata(return_value=True, return_type="bool"))
            self.complete(number)
        else:
            self._record(number, EventMetadata(exception=str(answer), exception_type=type(event).__name__))
            if isinstance(event, ValidationEvent):
                self.failed = self.failed or f"{event.event_id}: {answer}"
        self.after_call()

    def _record(self, number: int, metadata: EventMetadata) -> None:
        event, parents = self.flow.events[number], self.flow.parent_ids[number]
        completed = CompletedEvent(event.event_id, event.event_type, self.clock.now, None, metadata, parents, True)
        self._results[event.event_id] = completed
        self.log.append(completed)

    def complete(self, number: int, completed: CompletedEvent | None = None) -> None:
        """The event at `number` is over, by the call `completed` if there was one: what follows it starts its delay."""
        if completed is not None:
            self._results[self.flow.events[number].event_id] = completed
        for child in self.flow.children[number]:
            self._missing[child] -= 1
            self._ready_at[child] = max(self._ready_at[child], self.clock.now)
            if self._missing[child] == 0:
                self._schedule(child)

    def _end(self, reason: str) -> None:
        self.stopped = reason
        for number in sorted(self._watches):
            if isinstance(event := self._watches[number][0], ValidationEvent):
                self.failed = self.failed or f"{event.event_id}: milestones not reached"
