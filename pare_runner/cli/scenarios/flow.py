"""A scenario's flow as people and programs read it: rows, and Mermaid text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pare_runner.cli.scenarios.finding import handles_of
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import (
    AbstractEvent,
    ConditionCheckEvent,
    Event,
    EventType,
    OracleEvent,
    StopEvent,
    ValidationEvent,
)
from pare_runner.kernel.references import Ref
from pare_runner.scenarios.scenario import PAREScenario

_SHAPES = {
    "env": ("[", "]"),
    "agent": ("([", "])"),
    "user": ("[/", "/]"),
    "when": ("{{", "}}"),
    "validation": ("{{", "}}"),
    "stop": ("(((", ")))"),
}
_WIDTH = 60


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One event of a flow and what came of it in the oracle run; times are seconds after the start."""

    event_id: str
    kind: str
    call: str | None
    args: dict[str, Any]
    parents: tuple[str, ...]
    delay: float
    at: float | None
    optional: bool
    tap_of: str | None
    time: float | None
    failure: str | None

    def as_json(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "id": self.event_id,
            "kind": self.kind,
            "call": self.call,
            "args": self.args,
            "after": list(self.parents),
            "delay": self.delay,
            "at": self.at,
            "optional": self.optional,
            "tap_of": self.tap_of,
            "time": self.time,
            "failure": self.failure,
        }

    def cells(self) -> tuple[str, str, str, str, str]:
        """Time, id, kind, call and parents, for a table."""
        time = "never" if self.time is None else offset(self.time)
        call = self.call or ""
        if self.args:
            call += _short("(" + ", ".join(f"{name}={_value(value)}" for name, value in self.args.items()) + ")")
        if self.failure is not None:
            call += f" failed: {self.failure}"
        wait = f" {offset(self.delay)}" if self.parents and self.delay else ""
        return time, self.event_id, self.kind, call, ", ".join(self.parents) + wait


def flow_rows(scenario: PAREScenario, outcome: Outcome) -> list[FlowRow]:
    """A row for each event in file order; taps stand before the step they lead to."""
    names = {name: handle for handle, name in handles_of(scenario).items()}
    steps: dict[str, list[str]] = getattr(scenario, "steps", {})
    tap_of = {event: step for step, events in steps.items() for event in events if event != step}
    log = {event.event_id: event for event in reversed(outcome.log)}
    rows: list[FlowRow] = []
    for number, event in enumerate(scenario.flow.events):
        action = event.action if isinstance(event, Event | OracleEvent) else None
        done = log.get(event.event_id)
        rows.append(
            FlowRow(
                event_id=event.event_id,
                kind=kind_of(event),
                call=f"{names.get(action.app, action.app)}.{action.function}" if action else None,
                args=_plain(action.args) if action else {},
                parents=scenario.flow.parent_ids[number],
                delay=event.event_relative_time or 0.0,
                at=None if event.event_time is None else event.event_time - scenario.start,
                optional=getattr(event, "optional", False),
                tap_of=tap_of.get(event.event_id),
                time=None if done is None else done.event_time - scenario.start,
                failure=done.metadata.exception if done is not None else None,
            )
        )
    return rows


def by_time(rows: list[FlowRow], outcome: Outcome) -> list[FlowRow]:
    """Rows in the order in which their events happened, then those that never did, in file order."""
    place: dict[str, int] = {}
    for number, done in enumerate(outcome.log):
        place.setdefault(done.event_id, number)
    return sorted(rows, key=lambda row: place.get(row.event_id, len(place)))


def kind_of(event: AbstractEvent) -> str:
    """The word a scenario file has for the kind of an event."""
    if isinstance(event, ValidationEvent):
        return "validation"
    if isinstance(event, ConditionCheckEvent):
        return "when"
    if isinstance(event, StopEvent):
        return "stop"
    return {EventType.AGENT: "agent", EventType.USER: "user"}.get(event.event_type, "env")


def mermaid(rows: list[FlowRow]) -> str:
    """The flow as a Mermaid flowchart: a box an event, an arrow from each parent with the delay on it."""
    return "\n".join(["flowchart TD", *_nodes(rows), *_arrows(rows)])


def offset(seconds: float) -> str:
    """Seconds as people write them: `0s`, `10s`, `1h30m`, `2d`."""
    sign, rest = ("-" if seconds < 0 else ""), abs(seconds)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        whole, rest = divmod(rest, size)
        if whole:
            parts.append(f"{whole:.0f}{unit}")
    if rest or not parts:
        parts.append(f"{rest:.10g}s")
    return sign + "".join(parts)


def _nodes(rows: list[FlowRow]) -> Iterator[str]:
    for number, row in enumerate(rows):
        opening, closing = _SHAPES[row.kind]
        time = "never" if row.time is None else offset(row.time)
        lines = [row.event_id, f"{row.kind}: {row.call}" if row.call else row.kind, time]
        text = "<br/>".join(line.replace("&", "&amp;").replace("<", "&lt;").replace('"', "#quot;") for line in lines)
        yield f'    n{number}{opening}"{text}"{closing}'


def _arrows(rows: list[FlowRow]) -> Iterator[str]:
    number_of = {row.event_id: number for number, row in enumerate(rows)}
    for number, row in enumerate(rows):
        for parent in row.parents:
            label = f"|{offset(row.delay)}|" if row.delay else ""
            yield f"    n{number_of[parent]} -->{label} n{number}"


def _plain(value: Any) -> Any:
    """Arguments with references written as in a file."""
    if isinstance(value, Ref):
        return {"from": value.event_id, **({"path": value.path} if value.path else {})}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _value(value: Any) -> str:
    if isinstance(value, dict) and "from" in value and set(value) <= {"from", "path"}:
        return "<" + ".".join(map(str, value.values())) + ">"
    return repr(value)


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 4] + "...)"
