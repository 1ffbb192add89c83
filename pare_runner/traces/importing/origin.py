"""Who wrote an hf file, and what it lists of its run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pare_runner.traces.hf import OURS
from pare_runner.traces.hf_models import HfCompletedEvent, HfDocument
from pare_runner.traces.importing.timing import is_condition, is_oracle_run

_POLLING = "get_due_reminders"
"""PARE calls it in every tick of its clock."""


def is_foreign(document: HfDocument) -> bool:
    """Whether another program wrote the file: ours always says how a run was configured and whether a call writes."""
    oracle = [event.action for event in document.events if event.class_name == "OracleEvent"]
    untyped = any(action is not None and action.operation_type is None for action in oracle)
    marked = document.metadata.get(OURS) is not None or document.metadata.get("runner_config") is not None
    return untyped or not marked


def redactions(document: HfDocument) -> int:
    """How many texts of a file of ours were replaced when it was redacted."""
    ours = document.metadata.get(OURS)
    counts = ours.get("redacted") if isinstance(ours, dict) else None
    return sum(count for count in counts.values() if type(count) is int) if isinstance(counts, dict) else 0


def lost_calls(document: HfDocument) -> Sequence[HfCompletedEvent]:
    """Calls of the file's run that were planned, but whose events the file does not hold.

    Our files list the planned ones. In files of an oracle run by others all are planned but what the run itself calls:
    the polling of reminders, and calls whose id says that an agent made them.
    """
    known = {event.event_id for event in document.events}
    rest = [
        event
        for event in document.completed_events
        if event.event_id not in known and event.action is not None and event.action.app and not is_condition(event)
    ]
    ours = document.metadata.get(OURS)
    if isinstance(ours, dict) and isinstance(ours.get("scheduled"), list):
        planned = _texts(ours["scheduled"]) - _texts(ours.get("noise"))
        return [event for event in rest if event.event_id in planned]
    return [event for event in rest if not _is_of_the_run(event)] if is_oracle_run(document) else []


def _texts(value: Any) -> set[str]:
    return {item for item in value if isinstance(item, str)} if isinstance(value, list) else set()


def _is_of_the_run(event: HfCompletedEvent) -> bool:
    made = event.event_type in ("AGENT", "USER") and event.event_id.startswith(f"{event.event_type}-")
    return made or (event.action is not None and event.action.function == _POLLING)
