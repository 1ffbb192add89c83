"""An hf trace as data: what `documents` makes of a file, with nothing left to check but what only an importer knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class HfArgument:
    """An argument: its text, and the name of its type; `decoding.decode` reads them."""

    name: str
    value: str | None
    value_type: str | None


@dataclass(frozen=True, slots=True)
class HfAction:
    """A call; a condition has no app and no arguments, `function` is its name."""

    action_id: str
    app: str | None
    function: str | None
    operation_type: str | None
    args: tuple[HfArgument, ...]


@dataclass(frozen=True, slots=True)
class HfEvent:
    """An event of the flow. `path` is its place in the file (`$.events[3]`); times as in the file, in seconds."""

    path: str
    class_name: str
    event_type: str
    event_time: float | None
    event_relative_time: float | None
    event_id: str
    dependencies: tuple[str, ...]
    action: HfAction | None


@dataclass(frozen=True, slots=True)
class HfCompletedEvent(HfEvent):
    """An event that ran: `event_time` is never None; `return_value` is text, `return_type` the name of its type."""

    return_value: str | None = None
    return_type: str | None = None
    exception: str | None = None
    exception_stack_trace: str | None = None
    proactive_mode: str | None = None
    turn_number: int | None = None

    @property
    def time(self) -> float:
        """When it ran, seconds since the epoch."""
        return self.event_time or 0.0


@dataclass(frozen=True, slots=True)
class HfApp:
    """An app with its state before the first event; None if it has none in the file."""

    path: str
    name: str
    class_name: str
    state: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class HfHint:
    """A hint of a scenario."""

    hint_type: str
    content: str
    associated_event_id: str | None


@dataclass(frozen=True, slots=True)
class HfDefinition:
    """`metadata.definition`: the scenario and the run."""

    scenario_id: str
    seed: int | None
    duration: float | None
    time_increment_in_seconds: int | None
    start_time: float | None
    run_number: int | None
    hints: tuple[HfHint, ...]
    tags: tuple[str, ...]
    has_exception: bool
    exception_type: str | None
    exception_message: str | None


@dataclass(frozen=True, slots=True)
class HfDocument:
    """A trace. `where` is what messages call its file, `metadata` the section as it stands in the file."""

    where: str
    version: str
    definition: HfDefinition
    apps: tuple[HfApp, ...]
    events: tuple[HfEvent, ...]
    completed_events: tuple[HfCompletedEvent, ...]
    metadata: dict[str, Any]
    raw_world_logs: tuple[str, ...] = field(repr=False, default=())
