"""Events that the run of a file can never come to: after its duration, or after a stop.

Other programs let them stand; a scenario file may not hold them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from pare_runner.apps.core.dates import read_duration, read_time
from pare_runner.traces.importing.flow import ImportedEvent, parents_of


def unreachable(events: Sequence[ImportedEvent], start: float, duration: float | None) -> set[str]:
    """Ids of the events that never run, as far as their times and parents say."""
    entries = {event.entry["id"]: event.entry for event in events}
    parents = {name: parents_of(entry) for name, entry in entries.items()}
    earliest: dict[str, float] = {}
    below_stop: set[str] = set()
    order = [name for name in TopologicalSorter(parents).static_order() if name in entries]
    for name in order:
        known = [parent for parent in parents[name] if parent in earliest]
        last = max((earliest[parent] for parent in known), default=start)
        earliest[name] = _time(entries[name], start, last)
        if any(parent in below_stop or "stop" in entries[parent] for parent in known):
            below_stop.add(name)
    stops = [earliest[name] for name in order if "stop" in entries[name] and not parents[name]]
    end = min([*stops, *([] if duration is None else [start + duration])], default=None)
    late = {name for name in order if end is not None and earliest[name] > end}
    return late | below_stop


def _time(entry: Mapping[str, Any], start: float, last: float) -> float:
    time = last + read_duration(entry.get("delay", 0.0))
    if "at" not in entry:
        return time
    try:
        return max(time, start + read_duration(entry["at"]))
    except ValueError:
        return max(time, read_time(entry["at"], start))
