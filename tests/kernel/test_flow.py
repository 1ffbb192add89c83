"""Flows: numbering, default ids, and what cannot be ordered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pare_runner.kernel.events import AbstractEvent, ConditionCheckEvent, StopEvent
from pare_runner.kernel.flow import Flow, FlowError
from pare_runner.kernel.references import Ref

from .conftest import call


def test_positions_are_those_of_the_file() -> None:
    a, b = call("a"), call("b")
    c = call("c", x=[Ref("a")]).depends_on([b, a])
    flow = Flow.compile([c, a, b])
    assert flow.events == (c, a, b)
    assert flow.parents == ((2, 1), (), ())
    assert flow.parent_ids == (("b", "a"), (), ())
    assert flow.children == ((), (0,), (0,))
    assert flow.with_refs == (True, False, False)
    assert flow.index == {"c": 0, "a": 1, "b": 2}
    assert flow.order == (2, 1, 0)


def test_an_event_without_an_id_gets_one_by_its_position() -> None:
    flow = Flow.compile([call(), call("mine"), ConditionCheckEvent(), StopEvent()])
    assert list(flow.index) == ["ENV-Box-echo-1", "mine", "CONDITION-3", "STOP-4"]
    assert list(Flow.compile(flow.events).index) == list(flow.index)


def twice() -> list[AbstractEvent]:
    return [call("a"), call("b"), call("a")]


def unlisted() -> list[AbstractEvent]:
    return [call("a").depends_on(call("elsewhere"))]


def nameless() -> list[AbstractEvent]:
    return [call("a").depends_on(call())]


def cycle() -> list[AbstractEvent]:
    root, a, b = call("root"), call("a"), call("b")
    return [root, call("c").depends_on(root), a.depends_on([root, b]), b.depends_on(a)]


def itself() -> list[AbstractEvent]:
    a = call("a")
    return [a.depends_on(a)]


def past() -> list[AbstractEvent]:
    return [call("a").at_absolute_time(99.9)]


@pytest.mark.parametrize(
    ("events", "message"),
    [
        (twice, "event 'a': two events have this id"),
        (unlisted, "event 'a': its parent 'elsewhere' is not in the flow"),
        (nameless, "event 'a': its parent '<no id>' is not in the flow"),
        (cycle, "event 'a': it waits, directly or through others, for itself"),
        (itself, "event 'a': it waits, directly or through others, for itself"),
        (past, "event 'a': its time is before the start"),
    ],
)
def test_what_cannot_be_ordered(events: Callable[[], list[AbstractEvent]], message: str) -> None:
    with pytest.raises(FlowError) as caught:
        Flow.compile(events(), start_time=100.0)
    assert str(caught.value) == message
    assert caught.value.event_id == "a"


def test_an_event_may_run_at_the_start() -> None:
    assert Flow.compile([call("a").at_absolute_time(100.0)], start_time=100.0).index == {"a": 0}
