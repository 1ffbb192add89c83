"""What stands above what in a flow, and whose results are used."""

from __future__ import annotations

from itertools import pairwise

from pare_runner.kernel.events import Event
from pare_runner.kernel.flow import Flow
from pare_runner.kernel.references import Ref
from pare_runner.scenarios.order import ancestors, referenced


def test_ancestors_are_all_events_above() -> None:
    a, b, c, d, alone = (Event(name) for name in ("a", "b", "c", "d", "alone"))
    c.depends_on([a, b])
    d.depends_on(c)
    flow = Flow.compile([d, c, alone, a, b])
    above = {event.event_id: ancestors(flow, number) for number, event in enumerate(flow.events)}
    assert above == {
        "d": frozenset({1, 3, 4}),
        "c": frozenset({3, 4}),
        "alone": frozenset(),
        "a": frozenset(),
        "b": frozenset(),
    }


def test_flows_do_not_share_what_was_worked_out() -> None:
    first = Flow.compile([Event("a"), Event("b")])
    parent = Event("a")
    second = Flow.compile([parent, Event("b").depends_on(parent)])
    assert ancestors(first, 1) == frozenset()
    assert ancestors(second, 1) == frozenset({0})


def test_long_chains() -> None:
    events = [Event(str(number)) for number in range(400)]
    for child, parent in pairwise(events):
        child.depends_on(parent)
    assert len(ancestors(Flow.compile(events), 0)) == 399


def test_referenced_events() -> None:
    assert referenced({"a": [Ref("x", "y"), {"b": Ref("z")}], "c": "from"}) == {"x", "z"}
