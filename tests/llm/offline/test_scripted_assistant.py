"""The assistant that plays the oracle."""

from __future__ import annotations

import pytest

from pare_runner.episode.outcome import Outcome
from pare_runner.llm.offline.registry import offline_policy
from tests.llm.offline.conftest import ACCEPTS, PROPOSES, WRITES, Forgetful, calls, events, play

READS = "{id: reads, agent: chat.read_conversation, after: writes, delay: 1s, args: {conversation_id: talk}}"
EDITS = "{id: edits, agent: notes.update_note, after: accepts, delay: 1h, args: {note_id: milk, title: Oat milk}}"
MOVES = "{id: moves, agent: notes.move_note, after: edits, args: {note_id: milk, dest_folder_name: Work}}"


def own(outcome: Outcome) -> list[str]:
    """Calls of the assistant."""
    return [line for line in calls(outcome) if "accept" not in line and "reject" not in line]


def test_it_reads_and_proposes_in_order_and_writes_without_waiting_once_accepted() -> None:
    proposes = PROPOSES.replace("after: writes, delay: 2s", "after: reads, delay: 1m")
    outcome = play(events(WRITES, READS, proposes, ACCEPTS, EDITS, MOVES))
    assert calls(outcome) == [
        "20 Chat__read_conversation",
        "80 send_message_to_user",
        "95 accept_proposal",
        "100 Notes__update_note",
        "105 Notes__move_note",
    ]
    assert (outcome.result.proposal_count, outcome.result.termination_reason) == (1, "idle")


def test_a_look_comes_before_what_depends_on_it_though_it_blocks_nothing() -> None:
    late = READS.replace("delay: 1s", "delay: 3m")
    outcome = play(events(WRITES, late, PROPOSES.replace("after: writes", "after: reads")))
    assert own(outcome) == ["200 Chat__read_conversation", "205 send_message_to_user"]


def test_what_needs_the_result_of_a_late_look_keeps_the_rest_waiting_too() -> None:
    finds = "{id: finds, agent: notes.search_notes, after: writes, delay: 3m, args: {query: Bread}}"
    opens = (
        "{id: opens, agent: notes.get_note_by_id, after: finds, args: {note_id: {from: finds, path: '[0].note_id'}}}"
    )
    outcome = play(events(WRITES, finds, opens, PROPOSES.replace("after: writes", "after: opens")))
    assert [line.split()[1] for line in own(outcome)] == [
        "Notes__search_notes",
        "Notes__get_note_by_id",
        "send_message_to_user",
    ]


def test_a_step_that_came_due_while_it_waited_is_not_forgotten() -> None:
    looks = "{id: looks, agent: chat.read_conversation, at: 7s, args: {conversation_id: talk}}"
    assert own(play(events(looks))) == ["20 Chat__read_conversation"]


def test_a_write_waits_for_an_execution() -> None:
    outcome = play(events(WRITES, PROPOSES, ACCEPTS.replace("proposes", "writes"), EDITS), user="always_reject")
    assert own(outcome) == ["20 send_message_to_user"]
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, EDITS), user="always_accept")
    assert own(outcome) == ["20 send_message_to_user", "30 Notes__update_note"]


def test_a_result_is_put_in_and_waited_for() -> None:
    finds = "{id: finds, agent: notes.search_notes, after: writes, args: {query: Bread}}"
    opens = (
        "{id: looks, agent: notes.get_note_by_id, after: finds, args: {note_id: {from: finds, path: '[0].note_id'}}}"
    )
    outcome = play(events(WRITES, opens, finds))
    assert own(outcome) == ["20 Notes__search_notes", "25 Notes__get_note_by_id"]
    (look,) = [event for event in outcome.log if event.function_name() == "get_note_by_id"]
    assert look.get_args() == {"note_id": "bread"}
    missing = finds.replace("Bread", "Cheese")
    assert own(play(events(WRITES, opens, missing))) == ["20 Notes__search_notes"]


@pytest.mark.parametrize("forgetful", [False, True])
def test_a_failing_step_is_tried_three_times_in_all_and_does_not_keep_the_rest_from_going_on(forgetful: bool) -> None:
    fails = "{id: fails, agent: notes.get_note_by_id, after: writes, args: {note_id: cheese}}"
    text = events(WRITES, fails, PROPOSES.replace("after: writes", "after: fails"), ACCEPTS, EDITS)
    policy = offline_policy("scripted", "observe")
    policies = {"observe": Forgetful(policy), "execute": Forgetful(policy)} if forgetful else None
    outcome = play(text, replaced=policies)
    assert own(outcome) == [
        "20 Notes__get_note_by_id!",
        "25 Notes__get_note_by_id!",
        "30 Notes__get_note_by_id!",
        "35 send_message_to_user",
        "55 Notes__update_note",
    ]


def test_of_two_steps_with_equal_calls_each_has_its_own_tries() -> None:
    fails = "{id: fails, agent: notes.get_note_by_id, after: writes, args: {note_id: cheese}}"
    outcome = play(events(WRITES, fails, fails.replace("id: fails", "id: again")))
    assert own(outcome) == [f"{seconds} Notes__get_note_by_id!" for seconds in (20, 25, 30, 35, 40, 50)]


def test_a_step_that_its_call_does_not_meet_is_left_too() -> None:
    never = EDITS.replace("args:", "match: {title: {equals: {from: writes}}}, args:")
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, never))
    assert [line.split()[1] for line in own(outcome)] == ["send_message_to_user", *["Notes__update_note"] * 3]
    assert outcome.result.termination_reason == "idle"


def test_a_step_that_observes_is_still_made_after_a_rejection() -> None:
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, EDITS, READS.replace("1s", "1h")), user="always_reject")
    assert calls(outcome) == ["20 send_message_to_user", "25 reject_proposal", "3620 Chat__read_conversation"]


def test_the_report_on_an_execution_ends_it_and_is_no_proposal() -> None:
    report = "{id: reports, agent: aui.send_message_to_user, after: accepts, delay: 1m, args: {content: All done.}}"
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, report, EDITS))
    assert own(outcome) == ["20 send_message_to_user", "40 Notes__update_note", "45 send_message_to_user"]
    assert outcome.result.proposal_count == 1


def test_a_message_marked_as_proposal_waits_until_it_can_be_one() -> None:
    offers = "{id: offers, agent: aui.send_message_to_user, after: accepts, proposal: true, args: {content: And this?}}"
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, EDITS, offers))
    assert (outcome.result.proposal_count, outcome.result.acceptance_count) == (2, 1)


def test_a_report_is_no_proposal_though_one_follows() -> None:
    report = "{id: reports, agent: aui.send_message_to_user, after: accepts, args: {content: All done.}}"
    offers = "{id: offers, agent: aui.send_message_to_user, after: reports, delay: 1h, args: {content: And this?}}"
    agrees = "{id: agrees, user: aui.accept_proposal, after: offers}"
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, EDITS, report, offers, agrees))
    assert (outcome.result.proposal_count, outcome.result.acceptance_count) == (2, 2)
    assert own(outcome)[2] == "45 send_message_to_user"


@pytest.mark.parametrize("protocol", ["native", "react"])
def test_the_end_of_an_execution_does_not_stand_for_the_next_proposal(protocol: str) -> None:
    again = "{id: offers, agent: aui.send_message_to_user, after: edits, delay: 10m, args: {content: And this?}}"
    agrees = "{id: agrees, user: aui.accept_proposal, after: offers}"
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, EDITS, again, agrees), protocol=protocol)
    messages = [event.get_args()["content"] for event in outcome.log if event.function_name() == "send_message_to_user"]
    assert messages == ["Shall I?", "And this?", *(["Done."] if protocol == "react" else [])]
    assert (outcome.result.proposal_count, outcome.result.acceptance_count) == (2, 2)


def test_a_look_into_the_future_is_left_for_later_unless_a_write_needs_it() -> None:
    later = READS.replace("after: writes, delay: 1s", "after: accepts, delay: 1h")
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, later, EDITS))
    assert own(outcome)[1:] == ["40 Notes__update_note", "3645 Chat__read_conversation"]
    needed = EDITS.replace("after: accepts", "after: reads")
    outcome = play(events(WRITES, PROPOSES, ACCEPTS, later, needed))
    assert own(outcome)[1:] == ["40 Chat__read_conversation", "45 Notes__update_note"]


def test_it_does_nothing_by_itself_while_an_answer_is_due() -> None:
    outcome = play(events(WRITES, PROPOSES, ACCEPTS.replace("5s", "2h"), READS.replace("1s", "1h")))
    assert calls(outcome) == ["20 send_message_to_user", "7225 accept_proposal", "7230 Chat__read_conversation"]
    assert outcome.metrics.idle_turns < 6


def test_a_step_that_the_loop_does_not_offer_is_left_out() -> None:
    told = "{id: told, agent: aui.get_last_message_from_user, after: writes}"
    outcome = play(events(WRITES, told, PROPOSES.replace("after: writes", "after: told")))
    assert own(outcome) == ["20 send_message_to_user"]
    assert outcome.metrics.idle_turns < 6
