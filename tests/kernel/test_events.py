"""Building events: links, delays, oracle events."""

from __future__ import annotations

import pytest

from pare_runner.kernel.events import Action, ConditionCheckEvent, Event, EventType, OracleEvent, ValidationEvent

from .conftest import Run, call, run


def test_depends_on_links_both_sides_once() -> None:
    parent, child = call("parent"), call("child")
    assert child.depends_on(parent, 2).depends_on(parent, 3) is child
    assert (child.dependencies, parent.successors, child.event_relative_time) == ([parent], [child], 3)


def test_depending_on_nothing_counts_from_the_start() -> None:
    event = call("a").depends_on(None, delay_seconds=4)
    assert (event.dependencies, event.event_relative_time) == ([], 4)


@pytest.mark.parametrize("build", [lambda e: e.depends_on(None, -1), lambda e: e.delayed(-1)])
def test_a_negative_delay_is_refused(build: object) -> None:
    event = call("a").delayed(1)
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        build(event)  # type: ignore[operator]
    assert event.event_relative_time == 1


def test_followed_by_is_the_mirror() -> None:
    root, a, b = call("root"), call("a"), call("b")
    root.followed_by([a, b], delay_seconds=[1, 2])
    assert run(root, a, b) == ["0 root", "1 a", "2 b"]
    c = call("c")
    b.followed_by(c, 5)
    assert run(root, a, b, c)[-1] == "7 c"


def test_followed_by_needs_as_many_delays_as_children() -> None:
    with pytest.raises(ValueError, match="shorter"):
        call("root").followed_by([call("a"), call("b")], delay_seconds=[1])


def test_names_types_and_times() -> None:
    event = Event().with_id("mine").with_type(EventType.USER).at_absolute_time(5.0)
    assert (event.event_id, event.event_type, event.event_time) == ("mine", EventType.USER, 5.0)


def test_events_are_equal_only_to_themselves() -> None:
    assert call("a") != call("a")


def test_from_function_wants_a_tool() -> None:
    with pytest.raises(TypeError, match="is not a tool of an app"):
        Event.from_function(print, sep="")


def test_an_oracle_event_keeps_id_times_and_action() -> None:
    action = Action("Notes", "StatefulNotesApp", "open", {"note_id": "n"}, actor=EventType.USER)
    oracle = Event("a", action=action).delayed(3).at_absolute_time(9.0).oracle()
    assert isinstance(oracle, OracleEvent)
    assert (oracle.event_id, oracle.event_type, oracle.action) == ("a", EventType.USER, action)
    assert (oracle.event_relative_time, oracle.event_time) == (3, 9.0)


@pytest.mark.parametrize("early", [True, False], ids=["oracle first", "oracle last"])
def test_oracle_takes_the_place_of_the_event_whatever_was_linked_before(early: bool) -> None:
    parent, child = call("parent"), call("child")
    step = call("step").oracle() if early else call("step")
    step.depends_on(parent, 1).followed_by(child, 1)
    made = step if isinstance(step, OracleEvent) else step.oracle()
    assert parent.successors == [made]
    assert child.dependencies == [made]
    assert (made.dependencies, made.successors) == ([parent], [child])
    assert run(parent, made, child) == ["0 parent", "1 step", "2 child"]
    assert Run(parent, made, child, oracle=False).run() == ["0 parent"]


def test_condition_events() -> None:
    event = ConditionCheckEvent.from_condition(lambda log: True, every=2.0, timeout=9.0).with_id("c")
    assert (event.event_type, event.every, event.timeout) == (EventType.CONDITION, 2.0, 9.0)
    assert run(event) == ["0 c"]
    assert ValidationEvent("v").event_type is EventType.VALIDATION


def test_completed_events_tell_what_was_called() -> None:
    case = Run(call("a", x=1), ConditionCheckEvent("c"))
    case.run()
    made, condition = case.log
    assert (made.app_name(), made.app_class_name(), made.function_name()) == ("Box", "Box", "echo")
    assert (made.get_args(), made.tool_name, made.failed()) == ({"x": 1}, "Box__echo", False)
    assert (condition.app_name(), condition.function_name(), condition.tool_name) == (None, None, None)
    assert condition.get_args() == {}
