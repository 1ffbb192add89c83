"""A finished run as every trace format writes it: plain data, whether the run has just ended or was read from disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pare_runner.episode.exchange import Exchange
from pare_runner.episode.outcome import Outcome
from pare_runner.kernel.events import AbstractEvent, CompletedEvent, ConditionCheckEvent
from pare_runner.scenarios.result import Status
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.events import condition_action, planned_event
from pare_runner.traces.original_ids import OriginalIds
from pare_runner.traces.values import plain

NO_CONTEXT = TraceContext("")
"""For a record that no file is made of."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a run ended. `rationale` is what the checks say; an exception is given by its type and text."""

    status: Status
    rationale: str | None = None
    termination_reason: str | None = None
    checks: Mapping[str, bool] = field(default_factory=dict)
    exception_type: str | None = None
    exception_message: str | None = None
    lapsed_proposals: int = 0
    unseen_events: int = 0


@dataclass(frozen=True, slots=True)
class RunTrace:
    """All that a trace says of one run.

    `definition` holds the scenario's settings under the names of hf's `metadata.definition`. `apps` are the states
    before the first event, `events` the planned events, both as entries of an hf trace. `log` is the event log and
    `exchanges` are the model calls, both in order, on the virtual clock. `conditions` gives the hf action of those
    entries of the log that are no calls. `additional` are texts for the user that the scenario adds to the prompt,
    `goal` is the user's task, if the scenario gives one.
    """

    context: TraceContext
    definition: Mapping[str, Any]
    verdict: Verdict
    end_time: float
    apps: Sequence[Mapping[str, Any]] = ()
    events: Sequence[Mapping[str, Any]] = ()
    conditions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    log: Sequence[CompletedEvent] = ()
    exchanges: Sequence[Exchange] = ()
    goal: str | None = None
    redacted: Mapping[str, int] = field(default_factory=dict)
    """How many strings of each kind were redacted; empty where nothing was to be."""
    oracle: bool = False
    """Whether the scenario itself took the agents' steps, and the log says whose each is: files of others do not."""

    @property
    def start(self) -> float:
        """Virtual time of the start, seconds since the epoch."""
        return float(self.definition["start_time"])

    @property
    def scenario_id(self) -> str:
        """Id of the scenario."""
        return str(self.definition["scenario_id"])

    @property
    def run_number(self) -> int | None:
        """Number of the run, from 1; None in files of others."""
        number = self.definition.get("run_number")
        return None if number is None else int(number)


def record_of(outcome: Outcome, context: TraceContext = NO_CONTEXT) -> RunTrace:
    """The record of a run that has just ended.

    One that ended before there was a phone has neither apps nor events. Where the scenario is known elsewhere by its
    `hf_metadata`, its apps are left to be found there.
    """
    ids = OriginalIds(outcome.scenario)
    planned: Sequence[AbstractEvent] = ()
    apps: list[dict[str, Any]] = []
    if outcome.phone is not None:
        planned = ids.of_flow(outcome.scenario.flow.events)
        if outcome.scenario.hf_metadata is None:
            states = outcome.scenario.blueprint.states
            apps = [{"name": name, "class_name": cls, "app_state": state} for name, (cls, state) in states.items()]
    entries = (planned_event(event) for event in planned)
    return RunTrace(
        context=context,
        definition=_definition(outcome, ids),
        verdict=_verdict(outcome),
        end_time=float(outcome.end_time),
        apps=apps,
        events=[entry for entry in entries if entry is not None],
        conditions={
            event.event_id: condition_action(event) for event in planned if isinstance(event, ConditionCheckEvent)
        },
        log=ids.of_log(outcome.log),
        exchanges=outcome.exchanges,
        goal=outcome.scenario.user_goal,
        oracle=outcome.oracle,
    )


def _verdict(outcome: Outcome) -> Verdict:
    result, exception = outcome.result, outcome.result.exception
    return Verdict(
        status=result.status,
        rationale=result.rationale,
        termination_reason=result.termination_reason,
        checks=dict(result.checks),
        exception_type=None if exception is None else type(exception).__name__,
        exception_message=None if exception is None else str(exception),
        lapsed_proposals=outcome.metrics.lapsed_proposals,
        unseen_events=outcome.metrics.unseen_events,
    )


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
