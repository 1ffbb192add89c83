"""The hf format: one JSON document a run, in the layout of Meta-ARE's `are_simulation_v1` with PARE's additions.

Where those write Python reprs, this writes JSON: nothing becomes null because it is empty, zero or false.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pare_runner.atomic import json_bytes
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import AbstractEvent
from pare_runner.traces.contract import TraceContext, TraceFile
from pare_runner.traces.events import action_log, completed_event, planned_event
from pare_runner.traces.original_ids import OriginalIds
from pare_runner.traces.values import plain, without_nulls

VERSION = "are_simulation_v1"


class HfWriter:
    """One JSON document a run, called `<run id>.json`."""

    name = "hf"

    def render(self, outcome: Outcome, context: TraceContext) -> TraceFile:
        """The trace of one run."""
        return TraceFile(f"{context.run_id}.json", json_bytes(hf_document(outcome, context), indent=True) + b"\n")


def hf_document(outcome: Outcome, context: TraceContext) -> dict[str, Any]:
    """The trace as JSON values.

    `apps` are the states before the first event. A run that ended before there was a phone has neither apps nor events.
    """
    ids = OriginalIds(outcome.scenario)
    log = ids.of_log(outcome.log)
    planned: Sequence[AbstractEvent] = ()
    apps: list[dict[str, Any]] = []
    if outcome.phone is not None:
        planned = ids.of_flow(outcome.scenario.flow.events)
        states = outcome.scenario.blueprint.states
        apps = [{"name": name, "class_name": cls, "app_state": state} for name, (cls, state) in states.items()]
    by_id = {event.event_id: event for event in planned}
    entries = (planned_event(event) for event in planned)
    return {
        "world_logs": [action_log(event, event.action) for event in log if event.action is not None],
        "apps": apps,
        "events": [entry for entry in entries if entry is not None],
        "completed_events": [completed_event(event, by_id.get(event.event_id)) for event in log],
        "version": VERSION,
        "context": None,
        "augmentation": None,
        "metadata": {
            "definition": _definition(outcome, ids),
            "simulation": {"agent_id": context.agent_id, "model_id": context.model_id},
            "annotation": _annotation(outcome),
            "execution": None,
            "runner_config": without_nulls(context.runner_config),
        },
    }


def _definition(outcome: Outcome, ids: OriginalIds) -> dict[str, Any]:
    scenario, exception = outcome.scenario, outcome.result.exception
    return {
        "scenario_id": scenario.scenario_id,
        "seed": scenario.seed,
        "duration": None if scenario.duration is None else float(scenario.duration),
        "time_increment_in_seconds": scenario.time_increment_in_seconds,
        "start_time": scenario.start,
        "run_number": outcome.run_number,
        "hints": ids.of_hints([plain(hint) for hint in scenario.hints]),
        "config": None,
        "has_a2a_augmentation": False,
        "has_tool_augmentation": outcome.noise.tools is not None,
        "has_env_events_augmentation": outcome.noise.events is not None,
        "has_exception": exception is not None,
        "exception_type": None if exception is None else type(exception).__name__,
        "exception_message": None if exception is None else str(exception),
        "tags": [plain(tag) for tag in scenario.tags],
        "hf_metadata": plain(scenario.hf_metadata),
    }


def _annotation(outcome: Outcome) -> dict[str, Any]:
    """The verdict; null where there is none, and `date` is the virtual end of the run."""
    result = outcome.result
    decision = {"success": "Valid", "failed": "Invalid"}.get(result.status)
    return {
        "annotation_id": None,
        "annotator": None,
        "validation_decision": decision,
        "comment": result.rationale,
        "date": float(outcome.end_time),
    }
