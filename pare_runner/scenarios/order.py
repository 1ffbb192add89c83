"""Order in a flow: what stands above what, and whose results are used where."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from pare_runner.kernel.flow import Flow
from pare_runner.kernel.references import Ref

_ABOVE: WeakKeyDictionary[Flow, tuple[frozenset[int], ...]] = WeakKeyDictionary()


def ancestors(flow: Flow, number: int) -> frozenset[int]:
    """Positions of all events above the one at `number`; worked out once for a flow."""
    if flow not in _ABOVE:
        _ABOVE[flow] = _all_ancestors(flow)
    return _ABOVE[flow][number]


def _all_ancestors(flow: Flow) -> tuple[frozenset[int], ...]:
    found: dict[int, frozenset[int]] = {}
    for number in flow.order:
        parents = flow.parents[number]
        found[number] = frozenset(parents).union(*(found[parent] for parent in parents))
    return tuple(found[number] for number in range(len(flow.events)))


def referenced(value: Any) -> set[str]:
    """Ids of the events whose results stand anywhere in nested lists and dicts."""
    if isinstance(value, Ref):
        return {value.event_id}
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {found for item in items for found in referenced(item)}
