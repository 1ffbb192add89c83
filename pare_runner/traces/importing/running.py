"""The oracle run of an imported scenario, compared with the run of the file it came from.

What the derived checks cannot ask for, because the oracle itself does not do it, they stop asking: a write that fails
becomes optional, side effects of the oracle are reported only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pare_runner.episode.oracle import run_oracle
from pare_runner.episode.outcome import Outcome
from pare_runner.traces.importing.comparison import ComparedCall, compare
from pare_runner.traces.importing.report import ImportReport
from pare_runner.traces.importing.run_calls import calls_here
from pare_runner.traces.importing.scenario import ImportedScenario


@dataclass(frozen=True, slots=True)
class ImportedRun:
    """The scenario as it stands after the run, the run, and its calls beside those of the file's run."""

    scenario: ImportedScenario
    outcome: Outcome
    calls: Sequence[ComparedCall]

    @property
    def unexplained(self) -> Sequence[ComparedCall]:
        """Calls that differ without a known defect that says why."""
        return [call for call in self.calls if call.is_unexplained]

    @property
    def counts(self) -> Mapping[str, int]:
        """Kind of a compared call → how many there are."""
        return Counter(call.kind for call in self.calls)

    @property
    def is_good(self) -> bool:
        """Whether the oracle passes (or nothing is checked) and every difference is explained."""
        return self.outcome.result.status in ("success", "no_validation") and not self.unexplained


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
    return ImportedRun(changed, outcome, _compared(changed, outcome))


def _compared(imported: ImportedScenario, outcome: Outcome) -> list[ComparedCall]:
    """The comparison; what fails here is told, too, where the file's run has nothing to compare it with."""
    rows = compare(imported.document, outcome)
    compared = {row.event_id for row in rows}
    alone = [
        ComparedCall("fails_here", call.time - outcome.scenario.start, call.event_id, call.tool, here=call.exception)
        for call in calls_here(outcome)
        if call.exception is not None and call.event_id not in compared
    ]
    return sorted([*rows, *alone], key=lambda row: row.seconds)
