"""The calls of two runs in one form: those an hf file tells of, and those of a run of ours.

Only calls that a scenario plans: not PARE's call of get_due_reminders in every tick of its clock, no calls inside
calls, no conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import specs_of
from pare_runner.atomic import json_bytes
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import AbstractEvent, Action, Event, OracleEvent
from pare_runner.kernel.references import Ref, contains_ref
from pare_runner.traces.decoding import decode, decode_returned
from pare_runner.traces.hf_models import HfAction, HfDocument
from pare_runner.traces.importing.apps import names_here
from pare_runner.traces.importing.origin import lost_calls
from pare_runner.traces.importing.reprs import shown_fields
from pare_runner.traces.importing.timing import is_condition, is_oracle_run
from pare_runner.traces.original_ids import OriginalIds
from pare_runner.traces.values import plain


@dataclass(frozen=True, slots=True)
class RunCall:
    """A call that was made, with arguments and result as JSON values; `time` is in seconds since the epoch.

    `defaults` are what arguments are when they are not given, where that is known.
    """

    event_id: str
    time: float
    app: str
    function: str
    args: Mapping[str, Any]
    returned: Any
    exception: str | None
    defaults: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tool(self) -> str:
        """`app.function`."""
        return f"{self.app}.{self.function}"

    @property
    def moment(self) -> int:
        """The time in milliseconds, by which calls are grouped."""
        return round(self.time * 1000)

    def is_like(self, other: RunCall) -> bool:
        """Whether app, tool and arguments are the same."""
        return self.tool == other.tool and not self.differing(other)

    def differing(self, other: RunCall) -> list[str]:
        """Names of the arguments that are not those of `other`, a call of ours, sorted; None is as good as absent."""
        return [name for name in sorted(self.args.keys() | other.args.keys()) if not self._agrees(other, name)]

    def _agrees(self, other: RunCall, name: str) -> bool:
        old, new = self.args.get(name), other.args.get(name)
        return _same(old, new) or (old is None and _same(other.defaults.get(name), new))

    def with_ids(self, ids: Mapping[str, str]) -> RunCall:
        """The call with other ids in its arguments."""
        return replace(self, args={name: _replaced(value, ids) for name, value in self.args.items()}) if ids else self


def calls_there(document: HfDocument) -> list[RunCall]:
    """The calls of a file's run, also those whose events are lost; with agents those of the environment alone."""
    planned = {event.event_id for event in document.events if not is_condition(event)}
    planned |= {event.event_id for event in lost_calls(document)}
    with_agents = not is_oracle_run(document)
    names = names_here(document)
    calls = []
    for event in document.completed_events:
        action = event.action
        if event.event_id not in planned or action is None or action.app is None or action.function is None:
            continue
        if with_agents and event.event_type != "ENV":
            continue
        exception = event.exception if event.exception is not None else event.exception_stack_trace
        returned = decode_returned(event.return_value, event.return_type)
        args = dict(_decoded(action))
        app = names.get(action.app, action.app)
        calls.append(RunCall(event.event_id, event.time, app, action.function, args, returned, exception))
    return calls


def calls_here(outcome: Outcome) -> list[RunCall]:
    """The calls of a run of ours, under the event ids of the file its scenario came from.

    A reference that no result stands for is shown as `{{event_id.path}}`.
    """
    references = {} if outcome.phone is None else _references(outcome.scenario.flow.events)
    return [
        RunCall(
            event.event_id,
            event.event_time,
            event.action.app,
            event.action.function,
            _with_shown_refs(event.action.args, references.get(mine.event_id, {})),
            event.metadata.return_value,
            event.metadata.exception,
            _defaults(outcome, event.action),
        )
        for mine, event in zip(outcome.log, OriginalIds(outcome.scenario).of_log(outcome.log), strict=True)
        if event.scheduled and not event.noise and event.action is not None
    ]


def referring_arguments(outcome: Outcome) -> dict[str, dict[str, frozenset[str]]]:
    """Event id as in the file → argument → ids of the events whose results it takes."""
    flow = () if outcome.phone is None else OriginalIds(outcome.scenario).of_flow(outcome.scenario.flow.events)
    return {
        event_id: {name: frozenset(_events_in(value)) for name, value in args.items()}
        for event_id, args in _references(flow).items()
    }


def made_ids(there: Sequence[RunCall], here: Sequence[RunCall]) -> dict[str, str]:
    """Id that a call made there → the id it made here, where they differ."""
    found: dict[str, str] = {}
    ours = {call.event_id: call for call in here}
    for call in there:
        new = ours.get(call.event_id)
        if new is None or call.exception is not None or new.exception is not None:
            continue
        if isinstance(call.returned, str) and isinstance(new.returned, str):
            found[call.returned] = new.returned
        elif isinstance(new.returned, dict):
            fields = call.returned if isinstance(call.returned, dict) else shown_fields(str(call.returned))
            found |= {
                fields[name]: value
                for name, value in new.returned.items()
                if name.endswith("_id") and isinstance(value, str) and isinstance(fields.get(name), str)
            }
    return {old: new for old, new in found.items() if old and old != new}


def shown_value(value: Any) -> str:
    """A value as text."""
    return value if isinstance(value, str) else json_bytes(value).decode()


def _defaults(outcome: Outcome, action: Action) -> dict[str, Any]:
    app = None if outcome.phone is None else outcome.phone.apps.get(action.app)
    tools = [specs_of(type(app))]
    if isinstance(app, StatefulApp):
        tools += [screen.tools() for screen in app.screens]
    found = [specs[action.function] for specs in tools if action.function in specs]
    spec = next((spec for spec in found if action.args.keys() <= spec.by_name.keys()), None)
    if spec is None:
        return {}
    return {argument.name: to_json(argument.default) for argument in spec.arguments if not argument.required}


def _decoded(action: HfAction) -> Iterator[tuple[str, Any]]:
    for argument in action.args:
        try:
            yield argument.name, decode(argument.value, argument.value_type)
        except ValueError:
            yield argument.name, argument.value


def _references(flow: Iterable[AbstractEvent]) -> dict[str, dict[str, Any]]:
    """Event id → the arguments of its call that hold references."""
    return {
        event.event_id: {name: value for name, value in event.action.args.items() if contains_ref(value)}
        for event in flow
        if isinstance(event, Event | OracleEvent) and event.action is not None
    }


def _with_shown_refs(args: Mapping[str, Any], references: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a call, those whose references were never resolved as they were planned."""
    unresolved = {name for name, value in references.items() if args.get(name) == to_json(value)}
    return {name: plain(references[name]) if name in unresolved else value for name, value in args.items()}


def _events_in(value: Any) -> Iterator[str]:
    """Ids of the events whose results stand for parts of an argument."""
    if isinstance(value, Ref):
        yield value.event_id
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _events_in(item)


def _replaced(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, dict):
        return {key: _replaced(item, ids) for key, item in value.items()}
    return [_replaced(item, ids) for item in value] if isinstance(value, list) else value


def _same(old: Any, new: Any) -> bool:
    """Whether two values mean the same; a value of an unknown type is text in the file."""
    if isinstance(old, str) and not isinstance(new, str) and new is not None:
        return old in (shown_value(new), str(new))
    return bool(old == new)
