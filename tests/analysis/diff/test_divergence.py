"""The first different decision of two runs."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.analysis.diff.divergence import SAME, WORDING_ONLY, first_difference
from pare_runner.analysis.diff.steps import Kind, Record, Role, Step


def wait(role: Role = "user") -> Step:
    return Step(role, "wait", "PAREAgentUserInterface.wait")


def act(
    tool: str, result: Any = None, failed: str = "", role: Role = "execute", kind: Kind = "call", **arguments: Any
) -> Step:
    return Step(role, kind, tool, arguments, result, failed)


def event(name: str, **arguments: Any) -> Step:
    return Step("world", "event", "Emails.send", arguments, event=name)


def trace(*steps: Step, **apps: Any) -> Record:
    return Record("trace", steps, apps)


PROPOSAL = act("PAREAgentUserInterface.send_message_to_user", role="observe", kind="propose", content="Shall I?")

ACCEPT = act("PAREAgentUserInterface.accept_proposal", role="user", kind="accept")
REJECT = act("PAREAgentUserInterface.reject_proposal", role="user", kind="reject")


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        (PROPOSAL, wait("observe"), "wait instead of propose"),
        (wait("observe"), act("Emails.read", role="observe"), "call instead of wait"),
        (act("Emails.read"), act("Emails.list"), "other tool"),
        (act("Emails.read", email_id="x"), act("Emails.read", email_id="y"), "other arguments"),
        (ACCEPT, REJECT, "reject instead of accept"),
        (wait("user"), wait("observe"), "observe wait instead of user wait"),
        (act("Emails.read"), None, "end instead of call"),
        (None, wait("observe"), "wait instead of end"),
    ],
)  # fmt: skip
def test_kinds_of_differences(a: Step | None, b: Step | None, kind: str) -> None:
    records = [trace(wait(), *([] if step is None else [step])) for step in (a, b)]
    found = first_difference(*records)
    assert (found.kind, found.index, found.a, found.b) == (kind, 1, a, b)


def test_two_decisions_around_it_are_given() -> None:
    before = [act("A.one"), act("A.two"), act("A.three")]
    after = [act("A.four"), act("A.five"), act("A.six")]
    found = first_difference(trace(*before, act("A.x"), *after), trace(*before, act("A.y"), *after[:1]))
    assert found.index == 3
    assert found.before == (tuple(before[1:]), tuple(before[1:]))
    assert found.after == (tuple(after[:2]), tuple(after[:1]))


def test_events_of_the_world_are_no_decisions() -> None:
    found = first_difference(trace(event("mail"), wait()), trace(wait()))
    assert found.kind == SAME


def test_wording_is_told_if_nothing_else_differs() -> None:
    found = first_difference(trace(wait(), act("A.send", content="yes")), trace(wait(), act("A.send", content="no")))
    assert (found.kind, found.index, found.arguments) == (WORDING_ONLY, 1, ("content",))


def test_the_arguments_that_differ_are_named() -> None:
    found = first_difference(trace(act("A.edit", who="x", limit=1)), trace(act("A.edit", who="y", limit=1, offset=2)))
    assert found.arguments == ("who", "offset")


def test_a_world_that_was_the_same_says_nothing() -> None:
    same = (event("mail", content="hello"), act("A.read", result="x"))
    assert first_difference(trace(*same, act("A.a")), trace(*same, act("A.b"))).world == ()


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ([event("mail")], [], "event mail (Emails.send) had happened on A only"),
        ([], [event("mail")], "event mail (Emails.send) had happened on B only"),
        ([event("mail", content="x")], [event("mail", content="y")], "event mail (Emails.send) had other contents"),
        ([act("A.read", failed="no network")], [act("A.read")], "decision 1, A.read, failed on A: no network"),
        ([act("A.read", result=[1])], [act("A.read", result=[2])], "decision 1, A.read, returned something else"),
    ],
)
def test_what_of_the_world_differed_before_is_told(a: list[Step], b: list[Step], says: str) -> None:
    assert first_difference(trace(*a, act("A.a")), trace(*b, act("A.b"))).world == (says,)


def test_what_differs_after_it_is_not_told() -> None:
    assert first_difference(trace(act("A.a"), event("mail")), trace(act("A.b"))).world == ()


def test_another_beginning_is_told() -> None:
    found = first_difference(trace(act("A.a"), Calendar={"events": 1}), trace(act("A.b"), Calendar={"events": 2}))
    assert found.world == ("Calendar began in another state",)


def test_records_of_calls_and_of_traces_do_not_compare() -> None:
    with pytest.raises(ValueError, match="a record of calls and one of trace do not compare"):
        first_difference(Record("calls", (wait(),)), trace(wait()))
