"""Ids of events for people: what is readable stays, what a machine made becomes the name of the tool."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pare_runner.traces.hf_models import HfEvent

_READABLE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_MACHINE = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-|[0-9a-fA-F]{16}|-CHECK_[0-9]+$")
"""The beginning of a UUID, a long hash, or what Meta-ARE adds to conditions."""


def short_ids(events: Iterable[HfEvent]) -> dict[str, str]:
    """Id in the file → id in the scenario, unique; a second call of a tool is `<tool>_2`."""
    events = list(events)
    short = {event.event_id: event.event_id for event in events if is_readable(event.event_id)}
    taken = set(short.values())
    for event in events:
        if event.event_id in short:
            continue
        base = _base(event)
        number, name = 1, base
        while name in taken:
            number += 1
            name = f"{base}_{number}"
        taken.add(name)
        short[event.event_id] = name
    return {event.event_id: short[event.event_id] for event in events}


def is_readable(event_id: str) -> bool:
    """Whether an id can stay as it is."""
    return _READABLE.fullmatch(event_id) is not None and _MACHINE.search(event_id) is None


def _base(event: HfEvent) -> str:
    name = event.action.function if event.action is not None else None
    base = re.sub(r"[^A-Za-z0-9_]+", "_", name or event.event_type.lower()).strip("_")
    return base if base[:1].isalpha() else f"event_{base}".rstrip("_")
