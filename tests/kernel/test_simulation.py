"""The loop: what runs when, in which order, and when it ends. Times are seconds after a start at 0."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pare_runner.kernel.events import AbstractEvent, ConditionCheckEvent, StopEvent, ValidationEvent
from pare_runner.kernel.log import EventLog
from pare_runner.kernel.references import Ref

from .conftest import Run, call, met, oracle, run

# Order ----------------------------------------------------------------------------------------------------------------


def test_events_run_in_the_order_of_their_times() -> None:
    assert run(call("b").delayed(2), call("a").delayed(1), call("now")) == ["0 now", "1 a", "2 b"]


def test_ties_keep_file_order_whatever_the_ids() -> None:
    assert run(call("z").delayed(1), call("a").delayed(1), call("m").delayed(1)) == ["1 z", "1 a", "1 m"]


def test_a_tie_keeps_file_order_even_if_the_later_event_was_ready_first() -> None:
    first, second = call("first"), call("second").delayed(2)
    starter = call("starter").delayed(2)
    first.depends_on(starter)
    assert run(first, starter, second) == ["2 starter", "2 first", "2 second"]


def test_ties_keep_file_order_at_any_number() -> None:
    ids = [f"e{number}" for number in range(50)]
    random.Random(1).shuffle(ids)
    assert run(*(call(event_id).delayed(1) for event_id in ids)) == [f"1 {event_id}" for event_id in ids]


@st.composite
def flows(draw: st.DrawFn) -> tuple[list[tuple[str, float, float | None, list[int]]], list[int]]:
    """Events as (id, delay, absolute time, parents) in file order, and an order in which to link them."""
    size = draw(st.integers(1, 8))
    events = []
    for number in range(size):
        parents = draw(st.lists(st.integers(0, number - 1), unique=True, max_size=3)) if number else []
        time = draw(st.one_of(st.none(), st.integers(0, 4).map(float)))
        events.append((f"e{number}", draw(st.integers(0, 3).map(float)), time, parents))
    positions = draw(st.permutations(range(size)))
    events = [events[position] for position in positions]
    links = [(at, parent) for at, (_, _, _, parents) in enumerate(events) for parent in parents]
    return events, draw(st.permutations(range(len(links))))


@given(flows())
def test_the_order_follows_from_the_flow_not_from_how_it_was_built(
    case: tuple[list[tuple[str, float, float | None, list[int]]], list[int]],
) -> None:
    events, order = case

    def build(link_order: Sequence[int]) -> list[str]:
        made = {event_id: call(event_id) for event_id, *_ in events}
        links = [(event_id, delay, parent) for event_id, delay, _, parents in events for parent in parents]
        for event_id, delay, time, _ in events:
            made[event_id].delayed(delay).event_time = time
        for number in link_order:
            event_id, delay, parent = links[number]
            made[event_id].depends_on(made[f"e{parent}"], delay)
        return run(*made.values())

    lines = build(order)
    assert lines == build(sorted(order))
    times = {line.split()[1]: float(line.split()[0]) for line in lines}
    rank = {line.split()[1]: number for number, line in enumerate(lines)}
    assert len(lines) == len(events)
    for event_id, delay, time, parents in events:
        earliest = max([times[f"e{parent}"] for parent in parents], default=0.0) + delay
        assert times[event_id] == max(earliest, time or 0.0)
        assert all(rank[f"e{parent}"] < rank[event_id] for parent in parents)
    assert [float(line.split()[0]) for line in lines] == sorted(times.values())


# Parents, delays, times -----------------------------------------------------------------------------------------------


def test_several_parents_all_must_have_completed_and_the_last_decides() -> None:
    early, late = call("early").delayed(1), call("late").delayed(5)
    child = call("child").depends_on([early, late], delay_seconds=2)
    assert run(child, early, late) == ["1 early", "5 late", "7 child"]


def test_a_failed_parent_counts_as_completed() -> None:
    broken = call("broken", "fail").delayed(1)
    assert run(broken, call("child").depends_on(broken, 1)) == ["1 broken!", "2 child"]


def test_several_roots() -> None:
    left, right = call("left").delayed(3), call("right").delayed(1)
    events = (left, right, call("l").depends_on(left, 1), call("r").depends_on(right, 1))
    assert run(*events) == ["1 right", "2 r", "3 left", "4 l"]


def test_an_absolute_time() -> None:
    assert run(call("b").at_absolute_time(107), call("a").delayed(5), start=100.0) == ["105 a", "107 b"]


@pytest.mark.parametrize(("delay", "time"), [(1, 9), (20, 21)])
def test_the_later_of_absolute_time_and_delay_counts(delay: float, time: float) -> None:
    parent = call("parent").delayed(1)
    child = call("child").depends_on(parent, delay).at_absolute_time(9)
    assert run(parent, child) == ["1 parent", f"{time} child"]


def test_a_tool_may_move_the_clock_and_what_was_due_meanwhile_follows_at_once() -> None:
    case = Run(call("sleep", "sleep"), call("next").delayed(1))
    case.box.tools["sleep"] = lambda: case.clock.advance_to(10.0)
    assert case.run() == ["10 sleep", "10 next"]


def test_an_empty_flow_is_idle_at_its_start() -> None:
    case = Run(start=7.0)
    assert (case.run(), case.stopped, case.clock.now) == ([], "idle", 7.0)


def test_the_log_numbers_its_entries() -> None:
    case = Run(call("b").delayed(1), call("a"), ConditionCheckEvent("c"))
    case.run()
    assert [(event.sequence, event.event_id) for event in case.log] == [(0, "a"), (1, "c"), (2, "b")]


def test_entries_name_their_parents() -> None:
    a, b = call("a"), call("b")
    case = Run(a, b, call("c").depends_on([b, a]))
    case.run()
    assert case.log[-1].dependencies == ("b", "a")


def test_one_flow_serves_many_runs() -> None:
    first = call("a")
    events = (first, call("b").depends_on(first, 2))
    assert run(*events) == run(*events) == ["0 a", "2 b"]


# References -----------------------------------------------------------------------------------------------------------


def test_references_are_resolved_when_the_event_starts() -> None:
    made = call("made", "make")
    use = call("use", value=Ref("made", "items[1].name")).depends_on(made)
    case = Run(made, use, tools={"make": lambda: {"items": [{"name": "x"}, {"name": "y"}]}})
    assert case.run() == ["0 made", "0 use"]
    assert case.result("use") == {"value": "y"}


def test_a_missing_path_fails_that_event_and_its_successors_run() -> None:
    made = call("made", a=1)
    use = call("use", value=Ref("made", "b")).depends_on(made)
    case = Run(made, use, call("after").depends_on(use, 1))
    assert case.run() == ["0 made", "0 use!", "1 after"]
    assert case.result("use") == "the result has no 'b' (path 'b')"


@pytest.mark.parametrize(
    ("parent", "reason"), [("fail", "event 'made' has no result: it failed"), ("echo", "")], ids=["failed", "done"]
)
def test_a_failed_event_has_no_result(parent: str, reason: str) -> None:
    made = call("made", parent)
    case = Run(made, call("use", value=Ref("made")).depends_on(made))
    case.run()
    assert case.result("use") == (reason or {"value": {}})


def test_an_event_that_has_not_run_has_no_result() -> None:
    case = Run(call("use", value=Ref("later")), call("later").delayed(1))
    assert case.run() == ["0 use!", "1 later"]
    assert case.result("use") == "event 'later' has no result: it has not run"


# Conditions -----------------------------------------------------------------------------------------------------------


def seen(event_id: str) -> Any:
    """A condition that holds once `event_id` is in the log."""
    return lambda log: log.get(event_id) is not None


def test_a_condition_is_asked_when_its_parents_have_completed() -> None:
    first = call("first").delayed(1)
    condition = ConditionCheckEvent("when", condition=seen("first")).depends_on(first, 2)
    assert run(first, condition, call("then").depends_on(condition, 1)) == ["1 first", "3 when", "4 then"]


def test_a_condition_is_asked_after_every_event() -> None:
    asked: list[float] = []

    def two_entries(log: EventLog) -> bool:
        asked.append(case.clock.now)
        return len(log) == 2

    case = Run(
        ConditionCheckEvent("when", condition=two_entries),
        call("a").delayed(1),
        call("b").delayed(2),
        call("c").delayed(3),
    )
    assert case.run() == ["1 a", "2 b", "2 when", "3 c"]
    assert asked == [0.0, 1.0, 2.0]


def test_a_condition_is_asked_at_its_interval_while_something_is_ahead() -> None:
    asked: list[float] = []

    def never(_: object) -> bool:
        asked.append(case.clock.now)
        return False

    case = Run(ConditionCheckEvent("when", every=2.0, condition=never), call("end").delayed(5))
    assert case.run() == ["5 end"]
    assert asked == [0.0, 2.0, 4.0, 5.0]
    assert case.clock.now == 5.0


def test_a_condition_true_between_events_is_found_at_its_interval() -> None:
    case = Run(
        ConditionCheckEvent("when", every=2.0, condition=lambda _: case.clock.now >= 3),
        call("end").delayed(9),
    )
    assert case.run() == ["4 when", "9 end"]


def test_a_condition_may_follow_from_another() -> None:
    second = ConditionCheckEvent("second", condition=seen("first"))
    first = ConditionCheckEvent("first", condition=seen("a"))
    assert run(second, first, call("a").delayed(1)) == ["1 a", "1 first", "1 second"]


def test_timeout_fails_the_condition_and_drops_its_successors() -> None:
    condition = ConditionCheckEvent("when", condition=lambda _: False, timeout=3.0)
    case = Run(condition, call("then").depends_on(condition), call("other").delayed(5))
    assert case.run() == ["3 when!", "5 other"]
    assert case.result("when") == "timed out"


def test_a_condition_that_holds_at_its_timeout_is_in_time() -> None:
    condition = ConditionCheckEvent("when", condition=lambda _: case.clock.now >= 3, timeout=3.0)
    case = Run(condition, call("then").depends_on(condition))
    assert case.run() == ["3 when", "3 then"]


def test_a_timeout_alone_keeps_the_run_going_but_not_after_it_was_met() -> None:
    waiting = ConditionCheckEvent("when", condition=lambda _: False, timeout=3.0)
    case = Run(waiting)
    assert (case.run(), case.clock.now) == (["3 when!"], 3.0)
    reached = ConditionCheckEvent("when", condition=seen("a"), timeout=60.0, every=1.0)
    case = Run(reached, call("a").delayed(1))
    assert (case.run(), case.clock.now, case.stopped) == (["1 a", "1 when"], 1.0, "idle")


def test_a_condition_nothing_can_make_true_does_not_keep_the_run_going() -> None:
    case = Run(ConditionCheckEvent("when", condition=lambda _: False, every=1.0))
    assert (case.run(), case.clock.now, case.stopped) == ([], 0.0, "idle")


def test_a_condition_that_raises_ends_the_run() -> None:
    def broken(_: object) -> bool:
        raise ZeroDivisionError("by zero")

    with pytest.raises(ZeroDivisionError):
        run(ConditionCheckEvent("when", condition=broken))


# Validations ----------------------------------------------------------------------------------------------------------


def validation(**fields: Any) -> ValidationEvent:
    return ValidationEvent("valid", **fields)


def test_milestones_stay_reached_in_any_order() -> None:
    event = validation(milestones=[lambda log: len(log) == 2, lambda log: len(log) == 1])
    case = Run(event, call("a").delayed(1), call("b").delayed(2), call("then").depends_on(event, 1))
    assert case.run() == ["1 a", "2 b", "2 valid", "3 then"]
    assert case.simulation.failed is None


def test_a_minefield_fails_the_run_and_drops_the_successors() -> None:
    def stepped_on_b(log: Any) -> bool:
        return log.get("b") is not None

    event = validation(milestones=[seen("c")], minefields=[seen("x"), stepped_on_b])
    case = Run(event, call("a"), call("b").delayed(1), call("c").delayed(2), call("then").depends_on(event))
    assert case.run() == ["0 a", "1 b", "1 valid!", "2 c"]
    assert case.simulation.failed == "valid: minefield stepped_on_b hit"


def test_milestones_not_reached_in_time_fail_the_run() -> None:
    case = Run(validation(milestones=[seen("late")], timeout=3.0), call("late").delayed(4))
    assert case.run() == ["3 valid!", "4 late"]
    assert case.simulation.failed == "valid: timed out"


def test_milestones_open_at_the_end_fail_the_run() -> None:
    case = Run(validation(milestones=[seen("never")]), call("a"))
    assert case.run() == ["0 a"]
    assert case.simulation.failed == "valid: milestones not reached"


def test_the_first_failure_is_the_one_reported() -> None:
    events = [
        ValidationEvent(name, milestones=[seen("never")], timeout=time) for name, time in (("b", 2.0), ("a", 1.0))
    ]
    case = Run(*events)
    assert case.run() == ["1 a!", "2 b!"]
    assert case.simulation.failed == "a: timed out"


# The end --------------------------------------------------------------------------------------------------------------


def test_a_stop_event_ends_the_run() -> None:
    case = Run(call("a").delayed(1), StopEvent("stop").delayed(1), call("b").delayed(1))
    assert case.run() == ["1 a", "1 stop"]
    assert case.stopped == "stop_event"
    assert case.run(99.0) == ["1 a", "1 stop"]


def test_the_run_is_idle_when_nothing_is_ahead() -> None:
    case = Run(call("a").delayed(1), duration=60.0)
    case.run()
    assert (case.stopped, case.clock.now) == ("idle", 1.0)


@pytest.mark.parametrize(
    ("duration", "lines"), [(4.5, ["4 a"]), (5.0, ["4 a", "5 b"])], ids=["between", "at the very time"]
)
def test_the_duration_ends_exactly_then(duration: float, lines: list[str]) -> None:
    case = Run(call("a").delayed(4), call("b").delayed(5), call("c").delayed(6), duration=duration)
    assert (case.run(), case.stopped, case.clock.now) == (lines, "duration", duration)


# Part by part ---------------------------------------------------------------------------------------------------------


def test_run_until_stands_at_that_time() -> None:
    case = Run(call("a").delayed(1), call("b").delayed(3), call("c").delayed(5))
    assert (case.run(3.0), case.clock.now, case.stopped) == (["1 a", "3 b"], 3.0, None)
    assert (case.run(4.5), case.clock.now) == (["1 a", "3 b"], 4.5)
    assert (case.run(), case.clock.now, case.stopped) == (["1 a", "3 b", "5 c"], 5.0, "idle")


@pytest.mark.parametrize("ahead", [True, False], ids=["events ahead", "nothing ahead"])
def test_run_until_a_time_after_the_duration_ends_at_the_duration(ahead: bool) -> None:
    case = Run(*([call("late").delayed(11)] if ahead else []), duration=10.0)
    assert (case.run(10.0), case.stopped, case.clock.now) == ([], None, 10.0)
    assert (case.run(12.0), case.stopped, case.clock.now) == ([], "duration", 10.0)


def test_run_until_never_ends_for_want_of_events() -> None:
    case = Run()
    assert (case.run(5.0), case.stopped, case.clock.now) == ([], None, 5.0)


def test_run_until_asks_conditions_at_their_interval() -> None:
    case = Run(ConditionCheckEvent("when", every=2.0, condition=lambda _: case.clock.now >= 3))
    assert (case.run(3.0), case.run(7.0), case.clock.now) == ([], ["4 when"], 7.0)


def test_run_until_fires_timers() -> None:
    assert Run(call("a").delayed(2), timers=[1.0, 2.0, 9.0]).run(5.0) == ["1 timer 1", "2 a", "2 timer 2"]


def test_timers_come_after_the_events_of_the_same_instant() -> None:
    case = Run(call("a").delayed(2), call("b").delayed(2), call("c").delayed(3), timers=[2.0])
    assert case.run() == ["2 a", "2 b", "2 timer 2", "3 c"]


def test_timers_alone_do_not_keep_a_run_going_unless_a_condition_waits() -> None:
    case = Run(call("a").delayed(1), timers=[2.0])
    assert (case.run(), case.clock.now) == (["1 a"], 1.0)
    condition = ConditionCheckEvent("when", condition=seen("timer 2"))
    assert run(condition, timers=[2.0, 3.0]) == ["2 timer 2", "2 when"]


def test_next_time() -> None:
    case = Run(call("a").delayed(4), timers=[3.0, 9.0])
    assert (case.simulation.next_time(), case.simulation.next_time(timers=True)) == (3.0, 3.0)
    case.run(5.0)
    assert (case.simulation.next_time(), case.simulation.next_time(timers=True)) == (None, 9.0)


def test_next_time_leaves_out_periodic_checks_unless_asked_for() -> None:
    case = Run(ConditionCheckEvent("when", every=2.0, timeout=60.0, condition=seen("x")))
    case.run(1.0)
    assert (case.simulation.next_time(), case.simulation.next_time(checks=True)) == (2.0, 2.0)
    case = Run(ConditionCheckEvent("when", every=2.0, condition=seen("x")))
    case.run(1.0)
    assert (case.simulation.next_time(), case.simulation.next_time(checks=True)) == (None, 2.0)


# With agents ----------------------------------------------------------------------------------------------------------


def with_agent(*events: AbstractEvent, **options: Any) -> Run:
    return Run(*events, oracle=False, **options)


def test_oracle_events_do_not_run_with_agents() -> None:
    step = oracle("step").delayed(1)
    assert with_agent(step, call("env").delayed(2)).run() == ["2 env"]
    assert run(step, call("env").delayed(2)) == ["1 step", "2 env"]


def test_what_follows_an_oracle_event_waits_until_it_is_met() -> None:
    step = oracle("step").delayed(1)
    answer = call("answer", got=Ref("step", "id")).depends_on(step, 3)
    case = with_agent(step, answer)
    assert case.run(10.0) == []
    case.complete("step", met("call-1", {"id": "n7"}))
    assert case.run(12.9) == []
    assert case.run(20.0) == ["13 answer"]
    assert case.result("answer") == {"got": "n7"}


def test_an_oracle_event_below_another_waits_for_its_own_call() -> None:
    first = oracle("first")
    second = oracle("second").depends_on(first)
    case = with_agent(first, second, call("env").depends_on(second, 1))
    case.complete("first", met("call-1"))
    assert case.run(5.0) == []
    case.complete("second", met("call-2"))
    assert case.run(9.0) == ["6 env"]


def test_conditions_are_asked_after_calls_from_outside() -> None:
    case = with_agent(ConditionCheckEvent("when", condition=seen("call-1")))
    case.run(4.0)
    case.log.append(met("call-1"))
    assert case.lines == ["0 call-1"]
    case.simulation.after_call()
    assert case.lines == ["0 call-1", "4 when"]


def test_kd_16_the_world_reacts_to_what_the_agents_did() -> None:
    accept = oracle("accept")
    case = with_agent(call("offer").delayed(1), accept, call("cancelled").depends_on(accept, 60))
    assert case.run(10.0) == ["1 offer"]
    case.complete("accept", met("call-1"))
    assert case.run(70.0) == ["1 offer", "70 cancelled"]
