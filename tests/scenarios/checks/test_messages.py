"""`proposed` and `accepted`: which messages are proposals, and which answer goes with which."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import mistakes

from .conftest import REPORT, Live, judge, seen, text

TWO = """\
  - {id: one, agent: aui.send_message_to_user, at: 10s, args: {content: Shall I water the plants?}}
  - {id: no, user: aui.reject_proposal, after: one, delay: 5s}
  - {id: two, agent: aui.send_message_to_user, after: no, delay: 5s, args: {content: Shall I ask Tom to?}}
  - {id: yes, user: aui.accept_proposal, after: two, delay: 5s}
  - {id: done, agent: aui.send_message_to_user, after: yes, delay: 5s, args: {content: Tom knows.}}
"""
"""Seconds 10 one, 15 no, 20 two, 25 yes, 30 done."""


@pytest.mark.parametrize(
    ("check", "sees"),
    [
        ("proposed: true", None),
        ("proposed: {}", None),
        ("proposed: {about: new TIME}", None),
        ("proposed: {about: {equals: Note the NEW time?}}", None),
        ("proposed: {about: {contains_any: [cake, note]}}", None),
        ("proposed: {about: cake}", "the proposal was 'Note the NEW time?'"),
        ("proposed: {about: {equals: note the new time?}}", "the proposal was 'Note the NEW time?'"),
        ("proposed: {about: cake, count: 0}", None),
        ("proposed: {count: 1}", None),
        ("proposed: {count: 2}", "1 such proposals, exactly 2 wanted"),
        ("proposed: {count: {max: 0}}", "1 such proposals, exactly 0 wanted"),
        ("proposed: {after: looks, before: accepts}", None),
        ("proposed: {not_before: news}", None),
        ("proposed: {not_before: accepts}", "one came before accepts"),
        ("proposed: {before: looks}", "0 such proposals, at least 1 wanted"),
        ("proposed: {within: 10s of news}", None),
        ("proposed: {within: 9s of news}", "0 such proposals, at least 1 wanted"),
        ("accepted: true", None),
        ("accepted: {about: time, count: 1}", None),
        ("accepted: {about: cake}", "the accepted proposal was 'Note the NEW time?'"),
        ("accepted: {count: 0}", "1 such acceptances, exactly 0 wanted"),
        ("accepted: {within: 10s of proposes}", None),
        ("accepted: {within: 9s of proposes}", "0 such acceptances, at least 1 wanted"),
        ("accepted: {before: accepts}", "0 such acceptances, at least 1 wanted"),
    ],
)
def test_one_proposal_that_is_accepted(check: str, sees: str | None) -> None:
    assert seen(check) == sees


@pytest.mark.parametrize(
    ("check", "sees"),
    [
        ("proposed: {count: 2}", None),
        ("proposed: {about: plants, before: 'no', count: 1}", None),
        ("proposed: {about: cake}", "the proposal was 'Shall I ask Tom to?'"),
        ("proposed: {about: knows}", "the proposal was 'Shall I ask Tom to?'"),
        ("accepted: {count: 1}", None),
        ("accepted: {about: Tom}", None),
        ("accepted: {about: plants}", "the accepted proposal was 'Shall I ask Tom to?'"),
        ("called: aui.send_message_to_user, count: 3", None),
        ("called: aui.reject_proposal, count: 1", None),
    ],
)
def test_a_rejected_and_an_accepted_proposal(check: str, sees: str | None) -> None:
    assert seen(check, TWO) == sees


def test_they_are_counted() -> None:
    result = judge("proposed: true", TWO)
    assert (result.proposal_count, result.acceptance_count) == (2, 1)


def test_a_message_that_nobody_answers_is_no_proposal() -> None:
    flow = "  - {id: tells, agent: aui.send_message_to_user, args: {content: The train is late.}}\n"
    assert seen("proposed: true", flow) == "0 such proposals, at least 1 wanted"
    assert seen("accepted: true", flow) == "0 such acceptances, at least 1 wanted"
    assert judge("proposed: true", flow).proposal_count == 0


def test_unless_it_says_that_it_is_one() -> None:
    flow = "  - {id: tells, agent: aui.send_message_to_user, proposal: true, args: {content: Shall I?}}\n"
    assert seen("proposed: {about: shall}", flow) is None
    assert judge("proposed: true", flow).proposal_count == 1


def test_an_answer_makes_a_proposal_of_what_it_waits_for_at_any_distance() -> None:
    flow = """\
  - {id: asks, agent: aui.send_message_to_user, args: {content: Shall I?}}
  - {id: looks, user: aui.wait, after: asks, delay: 5s}
  - {id: 'no', user: aui.reject_proposal, after: looks}
"""
    assert seen("proposed: {count: 1}", flow) is None


def test_an_acceptance_goes_with_the_last_proposal_that_has_no_answer() -> None:
    flow = """\
  - {id: one, agent: aui.send_message_to_user, at: 1s, args: {content: one}}
  - {id: two, agent: aui.send_message_to_user, at: 2s, args: {content: two}}
  - {id: first, user: aui.accept_proposal, after: [one, two], delay: 1s}
  - {id: second, user: aui.accept_proposal, after: first, delay: 1s}
  - {id: third, user: aui.accept_proposal, after: second, delay: 1s}
"""
    assert seen("accepted: {about: two, before: second, count: 1}", flow) is None
    assert seen("accepted: {about: one, after: first, count: 1}", flow) is None
    assert seen("accepted: {about: one, before: second}", flow) == "0 such acceptances, at least 1 wanted"
    assert seen("accepted: {count: 3}", flow) == "2 such acceptances, exactly 3 wanted"
    assert judge("proposed: true", flow).acceptance_count == 2


def test_a_rejection_uses_up_its_proposal() -> None:
    flow = """\
  - {id: one, agent: aui.send_message_to_user, at: 1s, args: {content: one}}
  - {id: 'no', user: aui.reject_proposal, after: one, delay: 1s}
  - {id: 'yes', user: aui.accept_proposal, after: 'no', delay: 1s}
"""
    assert seen("accepted: true", flow) == "0 such acceptances, at least 1 wanted"


def test_an_acceptance_of_nothing_is_none() -> None:
    flow = "  - {id: 'yes', user: aui.accept_proposal, at: 1s}\n"
    assert seen("accepted: true", flow) == "0 such acceptances, at least 1 wanted"
    assert seen("called: aui.accept_proposal", flow) is None


def test_with_agents_proposals_are_what_was_sent_while_observing() -> None:
    live = Live("proposed: {about: time}\naccepted: {about: time}", rest=REPORT)
    live.agent("aui.send_message_to_user", "execute", content="It is time.")
    assert live.judge().rationale == (
        "proposed: 0 such proposals, at least 1 wanted; accepted: 0 such acceptances, at least 1 wanted"
    )
    live.agent("aui.send_message_to_user", "observe", content="Shall I note the time?")
    assert live.judge().rationale == "accepted: 0 such acceptances, at least 1 wanted"
    live.user("aui.accept_proposal")
    assert live.judge().success is True


def test_about_may_name_a_result() -> None:
    flow = """\
  - {id: folders, agent: notes.list_folders}
  - {id: asks, agent: aui.send_message_to_user, proposal: true, after: folders, args: {content: Look into Work?}}
"""
    assert seen("proposed: {about: {contains: {from: folders, path: '[2]'}}}", flow) is None
    assert seen("proposed: {about: {contains: {from: folders, path: '[1]'}}}", flow) == (
        "the proposal was 'Look into Work?'"
    )


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("proposed: false", "write `not: {proposed: true}` for its opposite"),
        ("accepted: false", "write `not: {accepted: true}` for its opposite"),
        ("proposed: true, after: news", "'after' does not go with proposed (put it inside proposed)"),
        ("accepted: true, args: {content: a}", "'args' does not go with accepted (put it inside accepted)"),
        ("proposed: {about: {contians: a}}", "there is no matcher 'contians' (did you mean 'contains'?)"),
        ("proposed: {count: -1}", "a count must not be negative"),
    ],
)
def test_what_cannot_be_proposed(check: str, says: str) -> None:
    assert [line.partition(": ")[2] for line in mistakes(text(check))] == [says]
