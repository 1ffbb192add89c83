"""Ids of events for people: what is readable stays, what a machine made becomes the name of the tool."""

from __future__ import annotations

import hashlib
import re
import unicodedata
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


def plain_scenario_id(scenario_id: str) -> str:
    """A scenario's id with the characters that one may have: letters A to Z of either case, digits, _ and -.

    Accents go, anything else becomes _. Letters of other scripts are lost by that, so a short hash of the whole id
    stands at the end: two ids stay two.
    """
    letters = "".join(part for part in unicodedata.normalize("NFKD", scenario_id) if not unicodedata.combining(part))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", letters).strip("_") or "scenario"
    is_lossy = any(letter.isalnum() and not letter.isascii() for letter in letters)
    return f"{plain}_{hashlib.sha256(scenario_id.encode(errors='replace')).hexdigest()[:6]}" if is_lossy else plain


def _base(event: HfEvent) -> str:
    name = event.action.function if event.action is not None else None
    base = re.sub(r"[^A-Za-z0-9_]+", "_", name or event.event_type.lower()).strip("_")
    return base if base[:1].isalpha() else f"event_{base}".rstrip("_")
