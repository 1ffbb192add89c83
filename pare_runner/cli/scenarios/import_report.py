"""What `pare scenarios import` tells of each file: as text, as a table, as JSON."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pare_runner.cli.console import is_terminal, mark, plural, problem_json, say, table, warn
from pare_runner.errors import Problem
from pare_runner.library.files import shown
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.importing.comparison import ComparedCall
from pare_runner.traces.importing.running import ImportedRun
from pare_runner.traces.importing.scenario import ImportedScenario

NUMBERS = 52
"""Columns of a terminal that the numbers of the comparison take, with their headings."""
NARROWEST = 12
"""Columns that the name of a file has at least."""


@dataclass(slots=True)
class Imported:
    """What became of one file; without `target` nothing was written."""

    source: Path
    document: HfDocument | None = None
    scenario: ImportedScenario | None = None
    run: ImportedRun | None = None
    target: Path | None = None
    problems: list[Problem] = field(default_factory=list)


def print_import(item: Imported) -> None:
    """Print what became of a file, and what there is to tell about it."""
    if item.target is None or item.scenario is None:
        say(f"{mark('not imported', 'error')}  {shown(item.source)}")
        warn(item.problems)
        return
    say(f"{mark('imported', 'ok')}  {shown(item.source)} as {shown(item.target)}")
    made = f"{plural(len(item.scenario.events), 'event')}, {plural(len(item.scenario.apps), 'app')}"
    say(f"  {made}")
    for note in item.scenario.report.notes:
        say(f"  {note}")
    if item.run is None:
        return
    for call in item.run.calls:
        if call.kind != "same":
            line = f"{call.kind}: {_path(item, call)}: {call.told}"
            say(f"  {mark(line, 'warning') if call.is_unexplained else line}")
    result = item.run.outcome.result
    why = f": {_why(item.run)}" if _why(item.run) else ""
    kind = {"success": "ok", "no_validation": "dim"}.get(result.status, "error")
    say(f"  oracle run: {mark(result.status, kind)}{why}")


def print_comparison(items: Sequence[Imported]) -> None:
    """A line a file: how many of its calls are made here as they were there; long names are cut in the middle."""
    rows = []
    longest = max(shutil.get_terminal_size().columns - NUMBERS, NARROWEST) if is_terminal() else None
    for item in items:
        counts = _counts(item.run.calls if item.run is not None else ())
        rows.append([_cut(item.source.name, longest), *map(str, counts.values())])
    if rows:
        table(["file", *(name.replace("_", " ") for name in _counts([]))], rows)


def _cut(name: str, longest: int | None) -> str:
    """`name` with its beginning and its end, where two of one scenario differ, in at most `longest` characters."""
    if longest is None or len(name) <= longest:
        return name
    end = (longest - 1) // 2
    return f"{name[: longest - 1 - end]}…{name[-end:]}"


def _counts(calls: Sequence[ComparedCall]) -> dict[str, int]:
    unexplained = sum(call.is_unexplained for call in calls)
    return {
        "calls": len(calls),
        "same": sum(call.kind == "same" for call in calls),
        "fail_in_both": sum(call.kind == "fails_too" for call in calls),
        "explained": sum(call.is_mismatch for call in calls) - unexplained,
        "unexplained": unexplained,
    }


def _path(item: Imported, call: ComparedCall) -> str:
    """The place of a compared call in the hf file."""
    document = item.document
    events = () if document is None else (*document.events, *document.completed_events)
    return next((event.path for event in events if event.event_id == call.event_id), "$.completed_events")


def _call_json(item: Imported, call: ComparedCall) -> dict[str, Any]:
    return {**call.as_json(), "path": _path(item, call), "explained": not call.is_unexplained}


def _why(run: ImportedRun) -> str | None:
    error = run.outcome.result.exception
    return run.outcome.result.rationale if error is None else f"{type(error).__name__}: {error}"


def import_json(item: Imported) -> dict[str, Any]:
    """What became of a file, as JSON."""
    scenario, run = item.scenario, item.run
    written = item.target is not None and scenario is not None
    return {
        "file": shown(item.source),
        "imported": written,
        "path": shown(item.target) if item.target is not None else None,
        "id": scenario.scenario_id if scenario is not None else None,
        "apps": len(item.document.apps) if item.document is not None else None,
        "events": len(scenario.events) if scenario is not None else None,
        "scoring": "derived" if written else None,
        "notes": scenario.report.as_json() if scenario is not None else [],
        "comparison": None if run is None else _counts(run.calls),
        "calls": [] if run is None else [_call_json(item, call) for call in run.calls if call.kind != "same"],
        "oracle": None if run is None else {"status": run.outcome.result.status, "rationale": _why(run)},
        "problems": [problem_json(problem) for problem in item.problems],
    }
