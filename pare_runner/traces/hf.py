"""The hf format: one JSON document a run, in the layout of Meta-ARE's `are_simulation_v1` with PARE's additions.

Where those write Python reprs, this writes JSON: nothing becomes null because it is empty, zero or false. What the
layout has no place for stands in `metadata.pare_runner`.
"""

from __future__ import annotations

from typing import Any

from pare_runner.atomic import json_bytes
from pare_runner.traces.contract import TraceFile
from pare_runner.traces.events import completed_event
from pare_runner.traces.record import RunTrace
from pare_runner.traces.values import without_nulls
from pare_runner.traces.world_logs import agents_of, world_logs

VERSION = "are_simulation_v1"
OURS = "pare_runner"
"""Key of `metadata` that holds what the layout has no place for."""
DECISIONS = {"success": "Valid", "failed": "Invalid"}


class HfWriter:
    """One JSON document a run, called `<run id>.json`."""

    name = "hf"

    def render(self, trace: RunTrace) -> tuple[TraceFile, ...]:
        """The trace of one run."""
        data = json_bytes(hf_document(trace), indent=True) + b"\n"
        return (TraceFile(f"{trace.context.run_id}.json", data),)


def hf_document(trace: RunTrace) -> dict[str, Any]:
    """The trace as JSON values; each of `world_logs` is JSON text."""
    context = trace.context
    return {
        "world_logs": list(world_logs(trace)),
        "apps": list(trace.apps),
        "events": list(trace.events),
        "completed_events": [completed_event(event, trace.conditions.get(event.event_id)) for event in trace.log],
        "version": VERSION,
        "context": None,
        "augmentation": None,
        "metadata": {
            "definition": dict(trace.definition),
            "simulation": {"agent_id": context.agent_id, "model_id": context.model_id},
            "annotation": _annotation(trace),
            "execution": None,
            "runner_config": without_nulls(context.runner_config),
            OURS: _ours(trace),
        },
    }


def _annotation(trace: RunTrace) -> dict[str, Any]:
    """The verdict; null where there is none, and `date` is the virtual end of the run."""
    return {
        "annotation_id": None,
        "annotator": None,
        "validation_decision": DECISIONS.get(trace.verdict.status),
        "comment": trace.verdict.rationale,
        "date": float(trace.end_time),
    }


def _ours(trace: RunTrace) -> dict[str, Any]:
    """Which agent is which, how the run ended, and what else a reader needs to tell the whole story."""
    verdict = trace.verdict
    return {
        "run_id": trace.context.run_id,
        "agents": {agent: role for role, agent in agents_of(trace).items()},
        "status": verdict.status,
        "termination_reason": verdict.termination_reason,
        "checks": dict(verdict.checks),
        "lapsed_proposals": verdict.lapsed_proposals,
        "unseen_events": verdict.unseen_events,
        "scheduled": [event.event_id for event in trace.log if event.scheduled],
        "noise": [event.event_id for event in trace.log if event.noise],
        "redacted": dict(trace.redacted),
    }
