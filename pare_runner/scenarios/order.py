"""Order in a flow: what stands above what, and whose results are used where."""

from __future__ import annotations

from typing import Any

from pare_runner.kernel.flow import Flow
from pare_runner.kernel.references import Ref


def ancestors(flow: Flow, number: int) -> frozenset[int]:
    """Positions of all events above the one at `number`."""
    found: set[int] = set()
    waiting = list(flow.parents[number])
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting.extend(flow.parents[parent])
    return frozenset(found)


def referenced(value: Any) -> set[str]:
    """Ids of the events whose results stand anywhere in nested lists and dicts."""
    if isinstance(value, Ref):
        return {value.event_id}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {found for item in items for found in referenced(item)}
