"""Scripted events that failed: a run in which one did was not played as its scenario is written.

The scenario may be wrong, or an agent in the way: one event cannot be told from the other by a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from pare_runner.analysis.note import note
from pare_runner.analysis.notes import counted, listed
from pare_runner.errors import Problem

NOISE = "env_expansion_"
"""How the ids of events begin that nobody scripted."""
EVENTS = "failed_events"


def failed_scripts(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How many runs of each scenario had which failed events, as JSON text, in the order of the rows."""
    return frame.group_by("base_scenario_id", EVENTS, maintain_order=True).len()


def script_notes(found: pl.DataFrame) -> Iterator[Problem]:
    """A note on what `failed_scripts` found, if any scripted event failed."""
    return not_as_written((scenario, _ids(text), runs) for scenario, text, runs in found.iter_rows())


def not_as_written(found: Iterable[tuple[str, Sequence[str], int]]) -> Iterator[Problem]:
    """The note on scenarios, ids of events that failed in them, and in how many runs; none if all went as written."""
    runs = failed = 0
    first: dict[str, str] = {}
    for scenario, events, number in found:
        runs += number
        scripted = [event for event in events if not event.startswith(NOISE)]
        if scripted:
            failed += number
            first.setdefault(scenario, scripted[0])
    if failed:
        where = listed([f"{event} in {scenario}" for scenario, event in first.items()])
        message = f"scripted events failed in {failed} of {counted(runs, 'run')}, not played as written: {where}"
        hint = "the scenario has a mistake, which pare scenarios prove finds, or an agent was in the way"
        yield note("failed_events", message, hint=hint)


def _ids(text: str | None) -> list[str]:
    """The ids that a cell holds; none where files from elsewhere hold something else."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        return []
    return [str(item) for item in found] if isinstance(found, list) else []
