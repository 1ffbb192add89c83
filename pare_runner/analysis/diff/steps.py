"""What happened in one run, step by step, as its files tell: decisions of the agents, and what the world did between.

A trace (`hf`, or the tables of `native`) tells all of it. Where there is none, the recorded model calls tell the
decisions alone. Formats are described in docs/outputs.md.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson
import polars as pl

Role = Literal["user", "observe", "execute", "world"]
Kind = Literal["call", "propose", "wait", "accept", "reject", "text", "event"]
Source = Literal["trace", "native", "calls"]

INTERFACE = "PAREAgentUserInterface"
CALLS = "calls.jsonl"
NATIVE = Path("traces", "native")

_CALL = re.compile(rb'\{"kind":"call","scenario":("(?:[^"\\]|\\.)*"),"run":(\d+),')
"""How a line of a model call begins."""

_KINDS: Mapping[str, Kind] = {
    "wait": "wait",
    "wait_for_notification": "wait",
    "accept_proposal": "accept",
    "reject_proposal": "reject",
}
_ROLES = ("user", "observe", "execute")


@dataclass(frozen=True, slots=True)
class Step:
    """A decision of an agent, or an `event` of the world.

    `tool` is `App.function` (None for a reply without a call), `arguments` are typed and without those that have no
    value. `failed` is what the call raised, "" if it did not; `result` what it returned. `event` is the id of a
    scheduled event. Unknown times and turns are None.
    """

    role: Role
    kind: Kind
    tool: str | None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    result: Any = None
    failed: str = ""
    event: str = ""
    time: float | None = None
    turn: int | None = None

    @property
    def decision(self) -> bool:
        return self.role != "world"


@dataclass(frozen=True, slots=True)
class Record:
    """The steps of a run in order, and what it began with: initial states by app, and the `plan` of events in lines.

    `apps` and `plan` are empty where the source does not have them.
    """

    source: Source
    steps: tuple[Step, ...]
    apps: Mapping[str, Any] = field(default_factory=dict)
    plan: tuple[str, ...] = ()


def read_trace(path: Path) -> Record | None:
    """The record in an hf trace; None if the file is not there or is none."""
    try:
        document = orjson.loads(path.read_bytes())
        steps = tuple(_of_events(_list(document["completed_events"])))
        apps = {str(app["name"]): app.get("app_state") for app in _list(document.get("apps") or [])}
        return Record("trace", steps, apps, tuple(_planned(_list(document.get("events") or []))))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError):
        return None


def read_native(folder: Path, run_id: str) -> Record | None:
    """The record in the native tables of a job; None if they do not have the run."""
    events = folder / NATIVE / "events"
    if not any(events.glob("*.parquet")):
        return None
    try:
        frame = pl.scan_parquet(events / "*.parquet").filter(pl.col("run_id") == run_id).sort("sequence").collect()
    except (OSError, pl.exceptions.PolarsError):
        return None
    return Record("native", tuple(map(_of_row, frame.iter_rows(named=True)))) if len(frame) else None


def read_calls(folder: Path, scenario: str, run: int | None, attempt: int | None) -> Record | None:
    """The decisions of a run from the model calls of a job, of the attempt that counts; None if it has none there."""
    path = folder / CALLS
    calls: list[tuple[tuple[int, int, int], Mapping[str, Any]]] = []
    try:
        size = path.stat()
        places = _index(path, size.st_mtime_ns, size.st_size).get((scenario, run), ())
        with path.open("rb") as file:
            for place in places:
                file.seek(place)
                call = orjson.loads(file.readline())
                if attempt in (None, call.get("attempt")) and call["role"] in _ROLES:
                    calls.append(((call["turn"], _ROLES.index(call["role"]), call["index"]), call))
        steps = [step for _, call in sorted(calls, key=lambda item: item[0]) for step in _of_call(call)]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    return Record("calls", tuple(steps)) if steps else None


@functools.lru_cache(maxsize=64)
def _index(path: Path, changed: int, size: int) -> Mapping[tuple[str, int | None], Sequence[int]]:
    """Scenario and run → where their model calls begin in a recording, which is much larger than what is wanted of it.

    `changed` and `size` tell a file that has been written since from the one that was looked at.
    """
    found: dict[tuple[str, int | None], list[int]] = {}
    place = 0
    with path.open("rb") as lines:
        for line in lines:
            head = _CALL.match(line)
            if head is not None:
                found.setdefault((orjson.loads(head[1]), int(head[2])), []).append(place)
            place += len(line)
    return found


def kind_of(role: str, app: str, function: str) -> Kind:
    """What kind of decision a call is."""
    if role == "observe" and app == INTERFACE and function == "send_message_to_user":
        return "propose"
    return _KINDS.get(function, "call") if app in (INTERFACE, "System") else "call"


def _of_events(events: Sequence[Mapping[str, Any]]) -> Iterator[Step]:
    for event in events:
        action, meta = event.get("action") or {}, event.get("metadata") or {}
        app, function = action.get("app"), action.get("function")
        if not app or not function:
            continue
        arguments = {
            str(item["name"]): _typed(item["value"], item.get("value_type"))
            for item in action.get("args") or ()
            if item.get("value") is not None
        }
        yield _step(
            event["event_type"], meta.get("proactive_mode"), app, function, arguments,
            result=_typed(meta.get("return_value"), meta.get("return_value_type")), failed=meta.get("exception"),
            event=event["event_id"], time=event.get("event_time"), turn=meta.get("turn_number"),
        )  # fmt: skip


def _planned(events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Planned events in lines: what each is, when, and its arguments."""
    for event in events:
        action = event.get("action") or {}
        yield f"{event.get('event_id')}: {event.get('event_type')} {action.get('app')}.{action.get('function')}"
        yield f"  after {event.get('dependencies') or 'the start'}, delay {event.get('event_relative_time')}"
        if event.get("event_time") is not None:
            yield f"  at {event['event_time']}"
        yield from (f"  {item['name']}: {item['value']}" for item in action.get("args") or ())


def _of_row(row: Mapping[str, Any]) -> Step:
    arguments = {name: value for name, value in (_json(row["args"]) or {}).items() if value is not None}
    return _step(
        row["event_type"], row["mode"], row["app"] or "", row["function"] or "", arguments,
        result=_json(row["return_value"]), failed=row["exception"], event=row["event_id"], time=row["time"],
        turn=row["turn"],
    )  # fmt: skip


def _step(
    event_type: str, mode: str | None, app: str, function: str, arguments: Mapping[str, Any], *, result: Any,
    failed: str | None, event: str, time: float | None, turn: int | None,
) -> Step:  # fmt: skip
    role: Role = "world"
    if event_type == "USER":
        role = "user"
    elif event_type == "AGENT":
        role = "execute" if mode == "execute" else "observe"
    kind = "event" if role == "world" else kind_of(role, app, function)
    return Step(role, kind, f"{app}.{function}", arguments, result, str(failed or ""), str(event), time, turn)


def _of_call(call: Mapping[str, Any]) -> Iterator[Step]:
    reply = call.get("reply")
    role: Role = call["role"]
    if not isinstance(reply, dict):
        return
    made = reply.get("tool_calls") or ()
    if not made:
        yield Step(role, "text", None, {"content": reply.get("content") or ""}, turn=call["turn"])
    for item in made:
        app, _, function = item["name"].rpartition("__")
        arguments = _json(item["arguments"])
        if not isinstance(arguments, dict):
            arguments = {"arguments": item["arguments"]}
        given = {name: value for name, value in arguments.items() if value is not None}
        yield Step(role, kind_of(role, app, function), f"{app}.{function}", given, turn=call["turn"])


def _typed(value: str | None, kind: str | None) -> Any:
    """The value that a trace writes as text; text that is no value of its type stays text."""
    if value is None or kind in (None, "str"):
        return value
    found = _json(value)
    if found is None and kind == "bool":
        return {"True": True, "False": False}.get(value, value)
    return value if found is None else found


def _json(text: str | None) -> Any:
    try:
        return None if text is None else orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _list(value: Any) -> list[Any]:
    """A list that may be written as JSON text, as traces have it."""
    found = orjson.loads(value) if isinstance(value, str) else value
    if not isinstance(found, list):
        raise TypeError("no list")
    return found
