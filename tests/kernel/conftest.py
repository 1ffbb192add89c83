"""A host of a few lines: the kernel's tests run flows on it and compare what was logged, line by line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pare_runner.kernel.clock import Clock
from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    CompletedEvent,
    Event,
    EventMetadata,
    EventType,
    OracleEvent,
)
from pare_runner.kernel.flow import Flow
from pare_runner.kernel.log import EventLog
from pare_runner.kernel.simulation import Simulation

Tool = Callable[..., Any]


def call(event_id: str = "", tool: str = "echo", **args: Any) -> Event:
    """An event that calls a tool of the host."""
    return Event(event_id, action=Action("Box", "Box", tool, args))


def oracle(event_id: str, tool: str = "echo", **args: Any) -> OracleEvent:
    return OracleEvent(event_id, action=Action("Box", "Box", tool, args))


def met(event_id: str, result: Any = None) -> CompletedEvent:
    """A real call that meets an oracle event."""
    return CompletedEvent(event_id, EventType.AGENT, 0.0, None, EventMetadata(return_value=result))


class Box:
    """Carries out calls: `echo` returns its arguments, `fail` raises, others are given as `tools`."""

    def __init__(self, clock: Clock, log: EventLog, tools: Mapping[str, Tool], timers: Iterable[float]) -> None:
        self.clock, self.log = clock, log
        self.tools: dict[str, Tool] = {"echo": lambda **args: args, "fail": _fail, **tools}
        self.timers = sorted(timers)
        self.fired: list[float] = []
        self.lines: list[str] = []

    def perform(
        self, event: Event | OracleEvent, args: dict[str, Any], parents: tuple[str, ...], failure: Exception | None
    ) -> CompletedEvent:
        metadata = EventMetadata()
        try:
            if failure is not None:
                raise failure
            assert event.action is not None
            metadata.return_value = self.tools[event.action.function](**args)
        except Exception as error:
            metadata.exception = str(error)
        completed = CompletedEvent(event.event_id, event.event_type, self.clock.now, event.action, metadata, parents)
        self.log.append(completed)
        return completed

    def next_timer(self) -> float | None:
        return self.timers[0] if self.timers else None

    def fire_timers(self, time: float) -> None:
        while self.timers and self.timers[0] <= time:
            self.fired.append(self.timers.pop(0))
            self.log.append(
                CompletedEvent(f"timer {self.fired[-1]:g}", EventType.ENV, self.clock.now, None, EventMetadata())
            )


def _fail(**args: Any) -> None:
    raise ValueError("it broke")


class Run:
    """A simulation of some events on a Box; `lines` is the log as text: time, id, `!` for a failure."""

    def __init__(
        self,
        *events: AbstractEvent,
        start: float = 0.0,
        tools: Mapping[str, Tool] | None = None,
        timers: Iterable[float] = (),
        **options: Any,
    ) -> None:
        self.clock, self.log = Clock(start), EventLog()
        self.box = Box(self.clock, self.log, tools or {}, timers)
        self.flow = Flow.compile(events, start)
        self.simulation = Simulation(self.flow, self.box, self.clock, self.log, environment=self.log, **options)

    def run(self, until: float | None = None) -> list[str]:
        """Run, and return the lines so far."""
        self.simulation.run(until)
        return self.lines

    def complete(self, event_id: str, completed: CompletedEvent) -> None:
        """An oracle event is met by the call `completed`."""
        self.simulation.complete(self.flow.index[event_id], completed)

    @property
    def lines(self) -> list[str]:
        return [f"{event.event_time:g} {event.event_id}{'!' if event.failed() else ''}" for event in self.log]

    @property
    def stopped(self) -> str | None:
        return self.simulation.stopped

    def result(self, event_id: str) -> Any:
        event = self.log.get(event_id)
        assert event is not None
        return event.metadata.exception if event.failed() else event.metadata.return_value


def run(*events: AbstractEvent, **options: Any) -> list[str]:
    """The lines of a whole run."""
    return Run(*events, **options).run()
