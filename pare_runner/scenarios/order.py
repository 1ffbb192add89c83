"""Order in a flow: what stands above what."""

from __future__ import annotations

from pare_runner.kernel.flow import Flow


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
