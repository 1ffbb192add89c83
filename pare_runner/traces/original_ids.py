"""Events of an imported scenario under the ids they had in the file they came from (`hf_id:`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pare_runner.kernel.events import AbstractEvent, CompletedEvent, Event, OracleEvent
from pare_runner.kernel.references import Ref, contains_ref
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.scenarios.yaml_scenario import YamlScenario


class OriginalIds:
    """Renames what a trace shows; the run itself is not changed. Nothing is copied where no id is another one."""

    def __init__(self, scenario: PAREScenario) -> None:
        self._ids = scenario.hf_ids if isinstance(scenario, YamlScenario) else {}

    def of_flow(self, events: Sequence[AbstractEvent]) -> Sequence[AbstractEvent]:
        """The events of a flow, linked like these."""
        if not self._ids:
            return events
        renamed = {id(event): self._event(event) for event in events}
        for event in events:
            renamed[id(event)].dependencies = [renamed.get(id(parent), parent) for parent in event.dependencies]
        return list(renamed.values())

    def of_log(self, log: Sequence[CompletedEvent]) -> Sequence[CompletedEvent]:
        """The lines of an event log."""
        if not self._ids:
            return log
        return [
            replace(
                event,
                event_id=self._id(event.event_id),
                dependencies=tuple(self._id(parent) for parent in event.dependencies),
            )
            for event in log
        ]

    def of_hints(self, hints: list[Any]) -> list[Any]:
        """Hints as JSON values."""
        return [
            {**hint, "associated_event_id": self._id(hint["associated_event_id"])}
            if isinstance(hint, dict) and hint.get("associated_event_id") in self._ids
            else hint
            for hint in hints
        ]

    def _id(self, event_id: str) -> str:
        return self._ids.get(event_id, event_id)

    def _event(self, event: AbstractEvent) -> AbstractEvent:
        copy = replace(event, event_id=self._id(event.event_id), dependencies=[], successors=[])
        if isinstance(copy, Event | OracleEvent) and copy.action is not None and contains_ref(copy.action.args):
            copy.action = replace(copy.action, args=self._with_ids(copy.action.args))
        return copy

    def _with_ids(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return Ref(self._id(value.event_id), value.path)
        if isinstance(value, dict):
            return {key: self._with_ids(item) for key, item in value.items()}
        return [self._with_ids(item) for item in value] if isinstance(value, list) else value
