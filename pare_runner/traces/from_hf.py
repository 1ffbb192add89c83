"""A record of a run from an hf trace, ours or PARE's: the event log, the model calls, and how it ended.

What a file does not say stays missing: in PARE's and Meta-ARE's there are no checks, no reason of the end, and nothing
tells noise from what was scripted. There the virtual end is the time of the last entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from pare_runner.episode.exchange import Exchange
from pare_runner.errors import Problem, ScenarioError
from pare_runner.kernel.events import Action, CompletedEvent, EventMetadata, EventType, OperationType
from pare_runner.noise.failures import ToolFailure, failure_text
from pare_runner.scenarios.result import STATUSES, Status
from pare_runner.traces.contract import ORACLE, TraceContext
from pare_runner.traces.decision_points import meta_task
from pare_runner.traces.decoding import decode, decode_returned
from pare_runner.traces.document_parts import Reader
from pare_runner.traces.documents import world_logs
from pare_runner.traces.exchanges import exchanges_of
from pare_runner.traces.hf import DECISIONS, OURS
from pare_runner.traces.hf_models import HfAction, HfArgument, HfCompletedEvent, HfDocument, HfEvent
from pare_runner.traces.record import RunTrace, Verdict


def record_of_hf(document: HfDocument) -> RunTrace:
    """The record of the run in `document`.

    ScenarioError with the JSON path of whatever in the metadata or the world log has a wrong type.
    """
    return _Source(document).record()


class _Source:
    """A document with the parts of its metadata that say more than the format asks for."""

    def __init__(self, document: HfDocument) -> None:
        self.document = document
        self._reader = Reader()
        metadata, path = document.metadata, "$.metadata"
        ours = self._reader.maybe(metadata, path, OURS, dict)
        self.is_ours = ours is not None
        self.ours: dict[str, Any] = ours or {}
        self.simulation = self._section(metadata, path, "simulation")
        self.annotation = self._section(metadata, path, "annotation")
        self.runner_config = self._section(metadata, path, "runner_config")
        own = f"{path}.{OURS}"
        self.scheduled = set(self._reader.texts(self.ours, own, "scheduled"))
        self.noise = set(self._reader.texts(self.ours, own, "noise"))
        if not self.is_ours:
            self.scheduled = {event.event_id for event in document.events}
        self.verdict = self._verdict(own)
        self.redacted = self._section(self.ours, own, "redacted")
        self.run_id = self._reader.maybe(self.ours, own, "run_id", str) or PurePath(document.where).stem
        self.date = self._reader.maybe(self.annotation, f"{path}.annotation", "date", float)
        self.agent_id, self.model_id = (
            self._reader.maybe(self.simulation, f"{path}.simulation", key, str) or "unknown"
            for key in ("agent_id", "model_id")
        )
        if self._reader.problems:
            raise ScenarioError(
                Problem(message, f"{document.where}: {place}", hint) for place, message, hint in self._reader.problems
            )

    def record(self) -> RunTrace:
        document = self.document
        logs = world_logs(document)
        log = self._log()
        exchanges = exchanges_of(document, logs, log)
        if not self.is_ours:
            _note_uncalled(log, exchanges)
        times = [*(event.event_time for event in log), *(entry["timestamp"] for entry in logs)]
        start = document.definition.start_time
        start = min(times, default=0.0) if start is None else start
        end = self.date if self.is_ours and self.date is not None else max([start, *times])
        return RunTrace(
            context=TraceContext(self.run_id, self.runner_config, self.agent_id, self.model_id),
            definition={**document.metadata["definition"], "start_time": start},
            verdict=self.verdict,
            end_time=end,
            apps=[{"name": app.name, "class_name": app.class_name, "app_state": app.state} for app in document.apps],
            events=[_planned(event) for event in document.events],
            conditions={
                event.event_id: _action(event.action)
                for event in document.completed_events
                if event.action is not None and event.action.app is None
            },
            log=log,
            exchanges=exchanges,
            goal=meta_task(logs) or None,
            redacted=self.redacted,
            oracle=self.is_ours and self.agent_id == ORACLE,
        )

    def _section(self, source: Mapping[str, Any], path: str, key: str) -> dict[str, Any]:
        return self._reader.maybe(dict(source), path, key, dict) or {}

    def _verdict(self, path: str) -> Verdict:
        definition, reader = self.document.definition, self._reader
        checks = self._section(self.ours, path, "checks")
        for name in checks:
            reader.maybe(checks, f"{path}.checks", name, bool)
        return Verdict(
            status=self._status(reader.maybe(self.ours, path, "status", str)),
            rationale=reader.maybe(self.annotation, "$.metadata.annotation", "comment", str),
            termination_reason=reader.maybe(self.ours, path, "termination_reason", str),
            checks={name: bool(holds) for name, holds in checks.items()},
            exception_type=definition.exception_type,
            exception_message=definition.exception_message,
            lapsed_proposals=reader.maybe(self.ours, path, "lapsed_proposals", int) or 0,
            unseen_events=reader.maybe(self.ours, path, "unseen_events", int) or 0,
        )

    def _status(self, said: str | None) -> Status:
        decision = self.annotation.get("validation_decision")
        if said is None:
            said = next((status for status, name in DECISIONS.items() if name == decision), None)
        if self.document.definition.has_exception:
            said = "exception"
        return next((status for status in STATUSES if status == said), "no_validation")

    def _log(self) -> list[CompletedEvent]:
        classes = {app.name: app.class_name for app in self.document.apps}
        found = [self._completed(event, classes) for event in self.document.completed_events]
        for number, event in enumerate(found):
            event.sequence = number
        return found

    def _completed(self, event: HfCompletedEvent, classes: Mapping[str, str]) -> CompletedEvent:
        action, kind = None, EventType[event.event_type]
        if event.action is not None and event.action.app is not None:
            call = event.action
            app, known = event.action.app, call.action_id.partition(".")[0] if self.is_ours else ""
            operation = None if call.operation_type is None else OperationType[call.operation_type]
            action = Action(
                app, classes.get(app) or known or app, call.function or "", dict(_decoded(call.args)), operation, kind
            )
        completed = CompletedEvent(
            event.event_id,
            kind,
            event.time,
            action,
            EventMetadata(
                self._returned(event.return_value, event.return_type),
                event.return_type,
                event.exception,
                None,
                event.exception_stack_trace,
            ),
            event.dependencies,
            scheduled=event.event_id in self.scheduled,
            turn_number=event.turn_number,
            proactive_mode=event.proactive_mode,
            noise=event.event_id in self.noise,
        )
        if event.exception is not None and event.exception == failure_text(completed.tool_name or ""):
            completed.metadata.exception_type = ToolFailure.__name__
        return completed

    def _returned(self, text: str | None, type_name: str | None) -> Any:
        """Ours writes JSON for all but text, whatever the type; PARE writes reprs."""
        if text is None or type_name == "str":
            return text
        if not self.is_ours:
            return decode_returned(text, type_name)
        try:
            return json.loads(text)
        except ValueError:
            return text


def _note_uncalled(log: Sequence[CompletedEvent], exchanges: Sequence[Exchange]) -> None:
    """Calls that no agent made are as good as scheduled: PARE logs its own polling of reminders as the agent's."""
    made = {event_id for exchange in exchanges for event_id in exchange.events}
    for event in log:
        if event.event_id not in made and (made or event.turn_number is None):
            event.scheduled = True


def _decoded(args: Iterable[HfArgument]) -> Iterator[tuple[str, Any]]:
    """Names and values; a text that is none of its type stays text."""
    for item in args:
        try:
            yield item.name, decode(item.value, item.value_type)
        except ValueError:
            yield item.name, item.value


def _planned(event: HfEvent) -> dict[str, Any]:
    """An event of the flow as it stands in the file."""
    entry: dict[str, Any] = {
        "class_name": event.class_name,
        "event_type": event.event_type,
        "event_time": event.event_time,
        "event_id": event.event_id,
        "dependencies": list(event.dependencies),
        "event_relative_time": event.event_relative_time,
        "action": None if event.action is None else _action(event.action),
    }
    return {**entry, "event_time_comparator": None} if event.class_name == "OracleEvent" else entry


def _action(action: HfAction) -> dict[str, Any]:
    args = [{"name": item.name, "value": item.value, "value_type": item.value_type} for item in action.args]
    return {
        "action_id": action.action_id,
        "app": action.app,
        "function": action.function,
        "operation_type": action.operation_type,
        "args": None if action.app is None else args,
    }
