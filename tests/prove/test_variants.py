"""Variants: what stays linked to what when events are copied, left out or put in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pare_runner.kernel.events import (
    AbstractEvent,
    Action,
    CompletedEvent,
    ConditionCheckEvent,
    Event,
    EventMetadata,
    EventType,
    OperationType,
    OracleEvent,
    StopEvent,
    ValidationEvent,
)
from pare_runner.kernel.references import Ref
from pare_runner.prove.variants import (
    Place,
    agent_writes_of,
    copy_events,
    function_of,
    is_agent_step,
    results_used,
    variant,
    with_call,
    without_agent,
    without_event,
)
from tests.scenarios.conftest import lines, run_oracle, scenario

WRITE = Action("Notes", "StatefulNotesApp", "create_note", {"content": "More"}, OperationType.WRITE)


def call(event_id: str, tool: str = "create_note", kind: type = Event, **args: object) -> AbstractEvent:
    app, cls = ("PAREAgentUserInterface",) * 2 if "message" in tool or "proposal" in tool else ("Notes", "NotesApp")
    operation = OperationType.READ if tool.startswith("list") else OperationType.WRITE
    event: AbstractEvent = kind(event_id, action=Action(app, cls, tool, args, operation))
    return event.with_type(EventType.USER) if "accept" in tool else event


def agent(event_id: str, tool: str = "create_note", **args: object) -> AbstractEvent:
    return call(event_id, tool, OracleEvent, **args)


def shape(events: Sequence[AbstractEvent]) -> list[str]:
    """Each event with its parents; that its parents know it as a successor, and nobody else, is asserted."""
    for event in events:
        assert all(event in parent.successors for parent in event.dependencies)
        assert all(event in child.dependencies for child in event.successors)
        assert len(set(map(id, event.successors))) == len(event.successors)
        assert all(any(other is known for known in events) for other in (*event.dependencies, *event.successors))
    return [" < ".join([event.event_id, *(parent.event_id for parent in event.dependencies)]) for event in events]


def log_of(events: Sequence[AbstractEvent], *failed: str) -> list[CompletedEvent]:
    """A log in which `events` happened in this order."""
    return [
        CompletedEvent(
            event.event_id,
            event.event_type,
            0.0,
            None,
            EventMetadata(exception="it broke" if event.event_id in failed else None),
        )
        for event in events
    ]


@pytest.fixture
def events() -> list[AbstractEvent]:
    """news → asks → ok → [makes → moves (uses makes), tells]; news → waits."""
    news, asks = call("news").delayed(3), agent("asks", "send_message_to_user")
    ok, makes = agent("ok", "accept_proposal"), agent("makes")
    moves, tells = agent("moves", "move_note", note_id=Ref("makes")), agent("tells", "send_message_to_user")
    waits = ConditionCheckEvent("waits", every=5.0, timeout=60.0)
    asks.depends_on(news, 2)
    ok.depends_on(asks, 4)
    makes.depends_on(ok)
    moves.depends_on(makes, 1)
    tells.depends_on([ok, makes])
    waits.depends_on(news)
    return [news, asks, ok, makes, moves, tells, waits]


SHAPE = ["news", "asks < news", "ok < asks", "makes < ok", "moves < makes", "tells < ok < makes", "waits < news"]


@pytest.fixture(autouse=True)
def untouched(events: list[AbstractEvent]) -> object:
    """Whatever a test does, the original events stay as they were."""
    yield
    assert shape(events) == SHAPE
    assert [event.event_relative_time for event in events] == [3, 2, 4, 0, 1, 0, 0]


# Copies ---------------------------------------------------------------------------------------------------------------


def test_copies_keep_order_ids_and_links(events: list[AbstractEvent]) -> None:
    copies = copy_events(events)
    assert shape(copies) == shape(events) == SHAPE
    assert [type(event) for event in copies] == [type(event) for event in events]
    assert not {id(event) for event in copies} & {id(event) for event in events}


def test_copies_keep_times_and_fields() -> None:
    validation = ValidationEvent("v", milestones=[bool], timeout=9.0).at_absolute_time(12.0).delayed(3)
    optional = OracleEvent("o", action=WRITE, optional=True, proposal=True)
    first, second = copy_events([validation, optional])
    assert isinstance(first, ValidationEvent)
    assert (first.milestones, first.timeout, first.event_time, first.event_relative_time) == ([bool], 9.0, 12.0, 3)
    assert isinstance(second, OracleEvent)
    assert (second.action, second.optional, second.proposal) == (WRITE, True, True)


def test_copies_leave_links_to_events_that_are_not_given(events: list[AbstractEvent]) -> None:
    assert shape(copy_events(events[2:5])) == ["ok", "makes < ok", "moves < makes"]


# Leaving out ----------------------------------------------------------------------------------------------------------


def test_without_the_agent_its_steps_and_all_below_are_gone(events: list[AbstractEvent]) -> None:
    assert shape(without_agent(events)) == ["news", "waits < news"]


def test_without_the_agent_what_uses_its_results_is_gone() -> None:
    looks = agent("looks", "list_folders")
    user = call("user", "delete_note", note_id=Ref("looks", "[0]"))
    below = call("below").depends_on(user)
    other = call("other")
    assert shape(without_agent([looks, user, below, other])) == ["other"]


@pytest.mark.parametrize(
    ("gone", "left"),
    [
        ("news", ["asks", "ok < asks", "makes < ok", "moves < makes", "tells < ok < makes", "waits"]),
        ("asks", ["news", "ok < news", "makes < ok", "moves < makes", "tells < ok < makes", "waits < news"]),
        ("ok", ["news", "asks < news", "makes < asks", "moves < makes", "tells < makes < asks", "waits < news"]),
        ("moves", [line for line in SHAPE if not line.startswith("moves")]),
        ("makes", ["news", "asks < news", "ok < asks", "tells < ok", "waits < news"]),
        ("nobody", SHAPE),
    ],
)
def test_without_an_event_its_successors_move_to_its_parents(
    events: list[AbstractEvent], gone: str, left: list[str]
) -> None:
    assert shape(without_event(events, gone)) == left


def test_results_are_followed_through_steps_in_any_order() -> None:
    third = agent("third", "move_note", note_id={"of": [Ref("second")]})
    second = agent("second", "duplicate_note", note_id=Ref("first"))
    first, root, leaf = agent("first"), call("root"), call("leaf")
    first.depends_on(root)
    second.depends_on(first)
    third.depends_on(second)
    leaf.depends_on(third, 7)
    left = without_event([third, second, first, leaf, root], "first")
    assert shape(left) == ["leaf < root", "root"]
    assert left[0].event_relative_time == 7


def test_taps_of_one_step_go_together() -> None:
    makes, opens = agent("makes"), call("edits-tap-1", "open", note_id=Ref("makes"))
    edits, after = call("edits", "edit"), call("after")
    opens.depends_on(makes)
    edits.depends_on(opens)
    after.depends_on(edits)
    events = [makes, opens, edits, after]
    assert shape(without_event(events, "makes")) == ["edits", "after < edits"]
    steps = [["makes"], ["edits-tap-1", "edits"], ["after"]]
    assert shape(without_event(events, "makes", steps)) == ["after"]


# Putting in -----------------------------------------------------------------------------------------------------------


def added(events: Sequence[AbstractEvent], place: Place, log: Sequence[CompletedEvent]) -> tuple[str, int]:
    """The added event with its parents, and where it stands."""
    made = with_call(events, WRITE, "more", place, log)
    number = next(number for number, event in enumerate(made) if event.event_id == "more")
    event = made[number]
    assert isinstance(event, OracleEvent)
    assert (event.event_type, event.action, event.event_relative_time) == (EventType.AGENT, WRITE, 0)
    assert event.proposal is (place is Place.FIRST_NOTIFICATION)
    assert [item.event_id for item in made if item is not event] == [item.event_id for item in events]
    return shape(made)[number], number


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (Place.FIRST_NOTIFICATION, "more < news"),
        (Place.AFTER_ACCEPT, "more < ok"),
        (Place.END, "more < moves < tells < waits"),
    ],
)
def test_places(events: list[AbstractEvent], place: Place, line: str) -> None:
    assert added(events, place, log_of(events)) == (line, 7)


@pytest.mark.parametrize("place", list(Place))
def test_into_nothing(place: Place) -> None:
    assert added([], place, []) == ("more", 0)


def test_the_log_says_what_was_first_and_last() -> None:
    events = [call("late"), call("early"), agent("second", "accept_proposal"), agent("first", "accept_proposal")]
    late, early, second, first = events
    log = log_of([early, first, late, second])
    assert added(events, Place.FIRST_NOTIFICATION, log)[0] == "more < early"
    assert added(events, Place.AFTER_ACCEPT, log)[0] == "more < second"
    assert added(events, Place.END, log)[0] == "more < early < first < late < second"


def test_without_an_accept_it_comes_at_the_end() -> None:
    events = [call("a"), call("b")]
    assert added(events, Place.AFTER_ACCEPT, log_of(events))[0] == "more < a < b"


def test_what_never_happened_is_nothing_to_wait_for() -> None:
    when, reply = ConditionCheckEvent("when"), call("reply")
    news, child = call("news"), call("child")
    reply.depends_on(when)
    child.depends_on(news)
    events = [when, reply, news, child]
    assert added(events, Place.FIRST_NOTIFICATION, log_of([news]))[0] == "more < news"
    assert added(events, Place.END, log_of([news]))[0] == "more < news"
    assert added(events, Place.END, log_of([news, child, when], "when"))[0] == "more < child"
    assert added(events, Place.END, log_of([news, child, when, reply], "reply"))[0] == "more < child < reply"


def test_no_stop_event_comes_before_it() -> None:
    news, stop, late = call("news"), StopEvent("stop"), call("late").delayed(60)
    stop.depends_on(news)
    events = [news, stop, late]
    assert added(events, Place.END, log_of([news, stop])) == ("more < news", 1)


def test_an_event_without_a_twin_in_the_flow_is_none_of_it(events: list[AbstractEvent]) -> None:
    log = log_of([*events[:2], call("AGENT-Notes-create_note-call-1")])
    assert added(events, Place.END, log)[0] == "more < asks"


# What is what ---------------------------------------------------------------------------------------------------------


def test_agent_writes_are_those_outside_the_interface(events: list[AbstractEvent]) -> None:
    more = [agent("reads", "list_folders"), call("env"), StopEvent("stop")]
    assert [event.event_id for event in agent_writes_of([*events, *more])] == ["makes", "moves"]


def test_agent_steps_tools_and_results(events: list[AbstractEvent]) -> None:
    assert [event.event_id for event in events if is_agent_step(event)] == ["asks", "makes", "moves", "tells"]
    assert [function_of(event) for event in (events[2], events[6])] == ["accept_proposal", None]
    assert [results_used(event) for event in (events[4], events[3], events[6])] == [{"makes"}, set(), set()]


# Variants of scenarios ------------------------------------------------------------------------------------------------

TEXT = """\
apps: {notes: {type: StatefulNotesApp}}
events:
  - {id: news, env: notes.create_note, at: 10s, args: {content: News}}
  - {id: asks, agent: aui.send_message_to_user, after: news, delay: 5s}
  - {id: ok, user: aui.accept_proposal, after: asks, delay: 5s}
  - {id: one, agent: notes.create_note, after: ok, delay: 5s, args: {content: One}}
checks: [{oracle_writes: true}]
"""


def test_a_variant_runs_other_events_and_judges_as_before() -> None:
    made = scenario(TEXT)
    whole = lines(run_oracle(made).log)
    other = variant(made, without_event(made.events, "one"))
    assert lines(run_oracle(other).log) == whole[:3]
    assert run_oracle(other).result.rationale == "oracle_writes: not made: Notes.create_note (one)"
    assert (other.scenario_id, other.hashes) == (made.scenario_id, made.hashes)
    assert lines(run_oracle(made).log) == whole
    assert run_oracle(made).result.success is True


def test_a_variant_may_be_made_of_a_scenario_that_never_ran() -> None:
    made = scenario(TEXT)
    assert lines(run_oracle(variant(made, made.events)).log) == lines(run_oracle(made).log)


def test_a_call_comes_where_it_was_put() -> None:
    made = scenario(TEXT)
    log = run_oracle(made).log
    seen = {
        place: lines(run_oracle(variant(made, with_call(made.events, WRITE, "more", place, log))).log)
        for place in Place
    }
    assert [
        lines_of.index(f"{time} more Notes__create_note")
        for time, lines_of in zip(("10", "20", "25"), seen.values(), strict=True)
    ] == [1, 3, 4]
