"""Events as scenario authors write them, and the record of an event that ran.

The builder methods (`depends_on`, `followed_by`, `delayed`, `oracle` …) have Meta-ARE's names. Events are plain data:
the kernel compiles them to a `Flow` and never changes them in a run, so one flow serves any number of runs.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self


class EventType(enum.Enum):
    """Who or what an event comes from."""

    AGENT = "AGENT"
    ENV = "ENV"
    CONDITION = "CONDITION"
    VALIDATION = "VALIDATION"
    USER = "USER"
    STOP = "STOP"


class OperationType(enum.Enum):
    """Whether a tool leaves the state of its app as it was."""

    READ = "read"
    WRITE = "write"


@dataclass(slots=True)
class Action:
    """A call: tool `function` of the app called `app`, with `args` by name (values may hold `Ref`s)."""

    app: str
    class_name: str
    function: str
    args: dict[str, Any] = field(default_factory=dict)
    operation_type: OperationType | None = None
    actor: EventType = EventType.AGENT  # who makes this call when the event becomes an oracle event


@dataclass(slots=True, eq=False)
class AbstractEvent:
    """When it runs: `event_relative_time` seconds after the last parent (or the start), not before `event_time`."""

    event_id: str = ""
    event_type: EventType = EventType.ENV
    event_time: float | None = None
    event_relative_time: float | None = None
    dependencies: list[AbstractEvent] = field(default_factory=list, repr=False)
    successors: list[AbstractEvent] = field(default_factory=list, repr=False)

    def depends_on(
        self, events: AbstractEvent | Sequence[AbstractEvent] | None = None, delay_seconds: float = 0
    ) -> Self:
        """Run `delay_seconds` after all of `events` have completed (None: after the start); ValueError if negative."""
        if delay_seconds < 0:
            raise ValueError(f"delay_seconds must not be negative, got {delay_seconds}")
        self.event_relative_time = delay_seconds
        parents = [events] if isinstance(events, AbstractEvent) else list(events or [])
        for parent in parents:
            if parent not in self.dependencies:
                self.dependencies.append(parent)
                parent.successors.append(self)
        return self

    def followed_by(
        self, events: AbstractEvent | Sequence[AbstractEvent], delay_seconds: float | Sequence[float] = 0
    ) -> Self:
        """The mirror of `depends_on`; one delay for all or one for each (ValueError when the lengths differ)."""
        children = [events] if isinstance(events, AbstractEvent) else list(events)
        delays = [delay_seconds] * len(children) if isinstance(delay_seconds, int | float) else delay_seconds
        for child, delay in zip(children, delays, strict=True):
            child.depends_on(self, delay_seconds=delay)
        return self

    def delayed(self, seconds: float) -> Self:
        """Set the delay after the parents; ValueError if negative."""
        return self.depends_on(None, seconds)

    def at_absolute_time(self, time: float) -> Self:
        """Do not run before `time`, seconds since the epoch."""
        self.event_time = time
        return self

    def with_id(self, event_id: str) -> Self:
        """Give the event its id; other events refer to its result by it."""
        self.event_id = event_id
        return self

    def with_type(self, event_type: EventType) -> Self:
        """Set who the event comes from."""
        self.event_type = event_type
        return self


@dataclass(slots=True, eq=False)
class Event(AbstractEvent):
    """A call that happens by itself at its time."""

    action: Action | None = None

    @classmethod
    def from_function(cls, function: Callable[..., Any], event_type: EventType | None = None, **kwargs: Any) -> Event:
        """The event of calling `function`, a tool of an app, with `kwargs`; defaults are not filled in."""
        describe, app = getattr(function, "describe_action", None), getattr(function, "__self__", None)
        if describe is None or app is None:
            raise TypeError(f"{function!r} is not a tool of an app")
        return cls(event_type=event_type or EventType.ENV, action=describe(app, kwargs))

    def oracle(self) -> OracleEvent:
        """The same call as part of the oracle: it takes this event's place, whatever was linked before."""
        actor = self.action.actor if self.action else EventType.AGENT
        oracle = OracleEvent(self.event_id, actor, self.event_time, self.event_relative_time, action=self.action)
        oracle.dependencies, oracle.successors = self.dependencies, self.successors
        for parent in self.dependencies:
            parent.successors[:] = [oracle if child is self else child for child in parent.successors]
        for child in self.successors:
            child.dependencies[:] = [oracle if parent is self else parent for parent in child.dependencies]
        self.dependencies, self.successors = [], []
        return oracle


@dataclass(slots=True, eq=False)
class OracleEvent(AbstractEvent):
    """What a good assistant (AGENT) or user (USER) would do: runs in oracle mode only; `opens` marks a tap on a way."""

    event_type: EventType = EventType.AGENT
    action: Action | None = None
    optional: bool = False
    proposal: bool = False
    opens: bool = False


@dataclass(slots=True, eq=False)
class ConditionCheckEvent(AbstractEvent):
    """Completes when `condition(environment)` is true.

    It is asked when the parents have completed, after every executed event, and every `every` seconds if given. After
    `timeout` seconds without success the event fails and its successors are dropped.
    """

    event_type: EventType = EventType.CONDITION
    condition: Callable[[Any], bool] | None = None
    every: float | None = None
    timeout: float | None = None

    @classmethod
    def from_condition(
        cls, condition: Callable[[Any], bool], every: float | None = None, timeout: float | None = None
    ) -> ConditionCheckEvent:
        """A condition event of a function of the environment."""
        return cls(condition=condition, every=every, timeout=timeout)

    def ask(self, environment: object, reached: set[int]) -> bool | str:
        """True when it is over, False to ask again, a text when it failed; `reached` is the event's memory of a run."""
        return self.condition is None or bool(self.condition(environment))


@dataclass(slots=True, eq=False)
class ValidationEvent(ConditionCheckEvent):
    """Completes when every milestone has been true once; a true minefield or the timeout fails the run."""

    event_type: EventType = EventType.VALIDATION
    milestones: list[Callable[[Any], bool]] = field(default_factory=list)
    minefields: list[Callable[[Any], bool]] = field(default_factory=list)

    def ask(self, environment: object, reached: set[int]) -> bool | str:
        """As for conditions; a milestone stays reached, a true minefield fails."""
        for minefield in self.minefields:
            if minefield(environment):
                return f"minefield {getattr(minefield, '__name__', 'condition')} hit"
        reached |= {n for n, milestone in enumerate(self.milestones) if n in reached or milestone(environment)}
        return len(reached) == len(self.milestones)


@dataclass(slots=True, eq=False)
class StopEvent(AbstractEvent):
    """Ends the run at its time."""

    event_type: EventType = EventType.STOP


@dataclass(slots=True)
class EventMetadata:
    """What came of a call. `return_value` is a JSON snapshot, so later changes of the state do not reach it."""

    return_value: Any = None
    return_type: str | None = None
    exception: str | None = None
    exception_type: str | None = None
    exception_stack_trace: str | None = None


@dataclass(slots=True)
class CompletedEvent:
    """One line of the event log: a call that was made, a condition that ended, or the stop.

    `event_time` is virtual; `sequence` is the position in the log and the only order that counts.
    """

    event_id: str
    event_type: EventType
    event_time: float
    action: Action | None
    metadata: EventMetadata
    dependencies: tuple[str, ...] = ()
    scheduled: bool = False
    turn_number: int | None = None
    proactive_mode: str | None = None
    sequence: int = -1
    noise: bool = False  # nobody scripted it

    def failed(self) -> bool:
        """Whether the call raised."""
        return self.metadata.exception is not None

    def app_name(self) -> str | None:
        """Name of the app called, if any."""
        return self.action.app if self.action else None

    def app_class_name(self) -> str | None:
        """Class of the app called, if any."""
        return self.action.class_name if self.action else None

    def function_name(self) -> str | None:
        """Name of the tool called, if any."""
        return self.action.function if self.action else None

    def get_args(self) -> dict[str, Any]:
        """Resolved arguments of the call, defaults filled in."""
        return self.action.args if self.action else {}

    @property
    def tool_name(self) -> str | None:
        """`<app>__<function>`, the name agents use."""
        return f"{self.action.app}__{self.action.function}" if self.action else None
