"""The oracle run of an imported scenario, call by call beside the run of the file it came from.

What the derived checks cannot ask for, because the oracle itself does not do it, they stop asking: a write that fails
becomes optional, side effects of the oracle are reported only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.traces.hf_models import HfCompletedEvent
from pare_runner.traces.importing.defects import explanation
from pare_runner.traces.importing.report import ImportReport
from pare_runner.traces.importing.scenario import ImportedScenario
from pare_runner.traces.importing.timing import is_oracle_run

Fate = Literal["fails_too", "succeeds_now", "fails_now", "did_not_run"]
"""A call that failed in both runs, only there, only here, or ran there and not here."""


@dataclass(frozen=True, slots=True)
class CallFate:
    """A call that failed in one of the two runs; `why` is told for one that succeeds now."""

    fate: Fate
    path: str
    event_id: str
    call: str
    there: str | None
    here: str | None
    why: str = ""

    def __str__(self) -> str:
        texts = {
            "fails_too": f"failed in the original and fails here: {self.here}",
            "succeeds_now": f"failed in the original ({self.there}) and succeeds here: {self.why}",
            "fails_now": f"fails here only: {self.here}",
            "did_not_run": "ran in the original and does not run here",
        }
        return f"{self.fate}: {self.path}: {self.call} ({self.event_id}) {texts[self.fate]}"

    def as_json(self) -> dict[str, Any]:
        """The fate as JSON."""
        return {
            "fate": self.fate,
            "path": self.path,
            "event": self.event_id,
            "call": self.call,
            "there": self.there,
            "here": self.here,
            "why": self.why or None,
        }


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """The scenario as it stands after the run, the run, and the calls whose fates differ from success."""

    scenario: ImportedScenario
    outcome: Outcome
    fates: Sequence[CallFate]

    @property
    def is_good(self) -> bool:
        """Whether the oracle passes (or nothing is checked) and no call fails only here."""
        unexpected = any(fate.fate in ("fails_now", "did_not_run") for fate in self.fates)
        return self.outcome.result.status in ("success", "no_validation") and not unexpected


def run_imported(imported: ImportedScenario) -> ImportedRun:
    """Run the oracle and fit the derived checks to it; ScenarioError if the scenario cannot be compiled."""
    outcome = run_oracle(imported.compile())
    failed = {event.event_id for event in outcome.failed_events}
    hopeless = [event for event in imported.events if event.is_oracle_write and event.entry["id"] in failed]
    changed, report = imported, ImportReport(list(imported.report.notes))
    if hopeless:
        changed = changed.with_optional([event.entry["id"] for event in hopeless])
        for event in hopeless:
            message = f"{event.entry['id']} fails in the oracle run itself: no check asks for it"
            report.add("checks", event.source.path, message)
    if outcome.result.checks.get("side_effects") is False and "side_effects" not in changed.data:
        changed = changed.changed(side_effects="report")
        message = f"side effects are reported, they fail no run: {outcome.result.rationale}"
        report.add("side_effects", "$.events", message)
    if changed is not imported:
        changed = replace(changed, report=report)
        outcome = run_oracle(changed.compile())
    return ImportedRun(changed, outcome, list(_fates(changed, outcome)))


def _fates(imported: ImportedScenario, outcome: Outcome) -> Iterable[CallFate]:
    there = {event.event_id: event for event in imported.document.completed_events}
    here = {event.event_id: event for event in outcome.log}
    comparable = is_oracle_run(imported.document)
    for event in imported.events:
        call, name = event.call, event.entry["id"]
        if call is None:
            continue
        old, new = there.get(event.source.event_id), here.get(name)
        failed_there = _exception(old)
        failed_here = None if new is None else new.metadata.exception
        fate = _fate(old, comparable, failed_there, failed_here, ran=new is not None)
        if fate is not None:
            why = explanation(call.spec.name, failed_there or "") if fate == "succeeds_now" else ""
            yield CallFate(fate, event.source.path, name, call.tool, failed_there, failed_here, why)


def _fate(
    old: HfCompletedEvent | None, comparable: bool, there: str | None, here: str | None, *, ran: bool
) -> Fate | None:
    if old is None or not ran:
        if ran:
            return "fails_now" if here is not None else None
        return "did_not_run" if old is not None and comparable else None
    if here is not None:
        return "fails_too" if there is not None else "fails_now"
    # With agents a call can fail because of what they did.
    return "succeeds_now" if there is not None and comparable else None


def _exception(event: HfCompletedEvent | None) -> str | None:
    """The exception of a call, as text; some exporters leave it empty and give a trace only."""
    if event is None:
        return None
    if event.exception is None:
        return event.exception_stack_trace
    return event.exception
