"""The parts of an hf document, each checked where it stands; what is wrong is noted with its JSON path."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from pare_runner.apps.core.dates import to_datetime
from pare_runner.apps.core.shapes import describe
from pare_runner.errors import did_you_mean
from pare_runner.kernel.events import EventType, OperationType
from pare_runner.traces.decoding import MAX_DEPTH, is_deeper
from pare_runner.traces.hf import VERSION
from pare_runner.traces.hf_models import (
    HfAction,
    HfApp,
    HfArgument,
    HfCompletedEvent,
    HfDefinition,
    HfDocument,
    HfEvent,
    HfHint,
)

LITE_KEY = "per_agent_interaction_histories"
"""Lite traces are known by it."""
MODES = ("observe", "awaiting_confirmation", "execute")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KINDS: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


class Reader:
    """Takes keys out of objects; `problems` are (path, message, hint) of what was not as it must be."""

    def __init__(self) -> None:
        self.problems: list[tuple[str, str, str]] = []

    def report(self, path: str, message: str, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append((path, message, hint))

    def take(self, source: dict[str, Any], path: str, key: str, kind: type, *, null: bool = False) -> Any:
        """The value of a key that must be there; None if it is wrong (noted) or, with `null`, if the file says null."""
        if key not in source:
            self.report(path, f"the key {key!r} is missing")
            return None
        if source[key] is None and null:
            return None
        return self.maybe(source, path, key, kind) if source[key] is not None else self._wrong(path, key, kind, None)

    def maybe(self, source: dict[str, Any], path: str, key: str, kind: type) -> Any:
        """The value of a key that may be absent or null: None then, and None if it is wrong (noted)."""
        value = source.get(key)
        if value is None:
            return None
        if kind is float and type(value) in (int, float):
            if math.isfinite(value):
                return float(value)
        elif kind is int and type(value) is float and value.is_integer():
            return int(value)
        elif type(value) is kind:
            return value
        return self._wrong(path, key, kind, value)

    def each(self, source: dict[str, Any], path: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """(path, object) of every object in a list that may be absent; anything else in it is noted."""
        for number, item in enumerate(self.maybe(source, path, key, list) or ()):
            place = f"{path}.{key}[{number}]"
            if isinstance(item, dict):
                yield place, item
            else:
                self.report(place, f"must be an object, not {describe(item)}")

    def texts(self, source: dict[str, Any], path: str, key: str) -> tuple[str, ...]:
        """The texts in a list that may be absent; anything else in it is noted."""
        items = self.maybe(source, path, key, list) or []
        for number, item in enumerate(items):
            if not isinstance(item, str):
                self.report(f"{path}.{key}[{number}]", f"must be text, not {describe(item)}")
        return tuple(item for item in items if isinstance(item, str))

    def one_of(self, value: str | None, options: tuple[str, ...], place: str) -> str | None:
        """A text that must be one of `options`, in any case."""
        if value is not None and value.upper() not in {option.upper() for option in options}:
            self.report(place, f"{value!r} is none of {', '.join(options)}", did_you_mean(value, options, limit=0))
        return value

    def _wrong(self, path: str, key: str, kind: type, value: Any) -> None:
        place = f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}[{key!r}]"
        self.report(place, f"must be {_KINDS[kind]}, not {'null' if value is None else describe(value)}")


def read_document(value: Any, where: str, reader: Reader) -> HfDocument | None:
    """The document; None, with at least one problem noted, if its outermost parts are wrong."""
    if not isinstance(value, dict):
        reader.report("$", f"an hf trace is an object, not {describe(value)}")
        return None
    if "version" not in value and LITE_KEY in value:
        reader.report("$", "this is a lite trace, without apps and events: it cannot be imported; export the run as hf")
        return None
    version = reader.take(value, "$", "version", str)
    if version is not None and version != VERSION:
        reader.report("$.version", f"the version is {version!r}, only {VERSION!r} can be read")
        return None  # whatever else is wrong follows from this
    metadata = reader.take(value, "$", "metadata", dict)
    definition = None if metadata is None else reader.take(metadata, "$.metadata", "definition", dict)
    wrong = len(reader.problems)
    for key in ("apps", "events"):
        if key not in value:
            reader.report(f"$.{key}", "is missing")
        else:
            reader.take(value, "$", key, list)
    if len(reader.problems) > wrong:
        return None  # what the rest of the file says of apps and events would be wrong too
    apps = tuple(_app(item, path, reader) for path, item in reader.each(value, "$", "apps"))
    _unique([(app.name, f"{app.path}.name") for app in apps], "app", reader)
    events = tuple(_event(item, path, reader) for path, item in reader.each(value, "$", "events"))
    _unique([(event.event_id, f"{event.path}.event_id") for event in events], "event", reader)
    completed = tuple(_completed(item, path, reader) for path, item in reader.each(value, "$", "completed_events"))
    logs = reader.texts(value, "$", "world_logs")
    if metadata is None or definition is None:
        return None
    read = _definition(definition, "$.metadata.definition", reader)
    return HfDocument(where, version or "", read, apps, events, completed, metadata, logs)


def _unique(found: list[tuple[str, str]], kind: str, reader: Reader) -> None:
    seen: set[str] = set()
    for name, path in found:
        if name and name in seen:
            reader.report(path, f"there is another {kind} {name!r}")
        seen.add(name)


def _definition(source: dict[str, Any], path: str, reader: Reader) -> HfDefinition:
    scenario_id = reader.take(source, path, "scenario_id", str)
    if scenario_id == "":
        reader.report(f"{path}.scenario_id", "must not be empty")
    hints = tuple(
        HfHint(
            reader.maybe(hint, place, "hint_type", str) or "",
            reader.maybe(hint, place, "content", str) or "",
            reader.maybe(hint, place, "associated_event_id", str),
        )
        for place, hint in reader.each(source, path, "hints")
    )
    return HfDefinition(
        scenario_id=scenario_id or "",
        seed=reader.maybe(source, path, "seed", int),
        duration=reader.maybe(source, path, "duration", float),
        time_increment_in_seconds=reader.maybe(source, path, "time_increment_in_seconds", int),
        start_time=reader.maybe(source, path, "start_time", float),
        run_number=reader.maybe(source, path, "run_number", int),
        hints=hints,
        tags=reader.texts(source, path, "tags"),
        has_exception=bool(reader.maybe(source, path, "has_exception", bool)),
        exception_type=reader.maybe(source, path, "exception_type", str),
        exception_message=reader.maybe(source, path, "exception_message", str),
    )


def _app(source: dict[str, Any], path: str, reader: Reader) -> HfApp:
    name = reader.take(source, path, "name", str) or ""
    class_name = reader.maybe(source, path, "class_name", str) or name
    state = reader.maybe(source, path, "app_state", dict)
    if is_deeper(state):
        reader.report(f"{path}.app_state", f"nested more than {MAX_DEPTH} levels deep")
        state = None
    return HfApp(path, name, class_name, state)


def _event(source: dict[str, Any], path: str, reader: Reader, *, completed: bool = False) -> HfEvent:
    kind = reader.take(source, path, "event_type", str)
    reader.one_of(kind, tuple(EventType.__members__), f"{path}.event_type")
    class_name = reader.take(source, path, "class_name", str) or ""
    event_id = reader.take(source, path, "event_id", str)
    if event_id == "":
        reader.report(f"{path}.event_id", "must not be empty")
    if source.get("dependencies") is None:
        reader.take(source, path, "dependencies", list)
    time = reader.take(source, path, "event_time", float, null=not completed)
    if time is not None and not _is_date(time):
        reader.report(f"{path}.event_time", f"{time} seconds since the epoch is no date")
    action = reader.maybe(source, path, "action", dict)
    if action is None and class_name in ("Event", "OracleEvent"):
        reader.report(f"{path}.action", f"an event of class {class_name} needs an action")
    return HfEvent(
        path=path,
        class_name=class_name,
        event_type=(kind or "ENV").upper(),
        event_time=time,
        event_relative_time=reader.take(source, path, "event_relative_time", float, null=True),
        event_id=event_id or "",
        dependencies=reader.texts(source, path, "dependencies"),
        action=None if action is None else _action(action, f"{path}.action", class_name, reader),
    )


def _is_date(time: float) -> bool:
    try:
        to_datetime(time)
    except ValueError:
        return False
    return True


def _completed(source: dict[str, Any], path: str, reader: Reader) -> HfCompletedEvent:
    event = _event(source, path, reader, completed=True)
    metadata = reader.maybe(source, path, "metadata", dict) or {}
    place = f"{path}.metadata"
    mode = reader.maybe(metadata, place, "proactive_mode", str)
    return HfCompletedEvent(
        path=event.path,
        class_name=event.class_name,
        event_type=event.event_type,
        event_time=event.event_time,
        event_relative_time=event.event_relative_time,
        event_id=event.event_id,
        dependencies=event.dependencies,
        action=event.action,
        return_value=reader.maybe(metadata, place, "return_value", str),
        return_type=reader.maybe(metadata, place, "return_value_type", str),
        exception=reader.maybe(metadata, place, "exception", str),
        exception_stack_trace=reader.maybe(metadata, place, "exception_stack_trace", str),
        proactive_mode=reader.one_of(mode, MODES, f"{place}.proactive_mode"),
        turn_number=reader.maybe(metadata, place, "turn_number", int),
    )


def _action(source: dict[str, Any], path: str, class_name: str, reader: Reader) -> HfAction:
    needed = class_name in ("Event", "OracleEvent")
    kind = reader.maybe(source, path, "operation_type", str)
    reader.one_of(kind, tuple(OperationType.__members__), f"{path}.operation_type")
    args = tuple(
        HfArgument(
            reader.take(item, place, "name", str) or "",
            reader.maybe(item, place, "value", str),
            reader.maybe(item, place, "value_type", str),
        )
        for place, item in reader.each(source, path, "args")
    )
    return HfAction(
        action_id=reader.take(source, path, "action_id", str) or "",
        app=(reader.take if needed else reader.maybe)(source, path, "app", str),
        function=(reader.take if needed else reader.maybe)(source, path, "function", str),
        operation_type=None if kind is None else kind.upper(),
        args=args,
    )
