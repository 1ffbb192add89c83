"""Names of checks: every check is a column of its own, whatever it is called."""

from __future__ import annotations

from tests.scenarios.checks.conftest import judge
from tests.scenarios.conftest import mistakes, run

NOTHING = "apps: {notes: {type: StatefulNotesApp}}\nsilence: true\n"


def test_equal_names_are_numbered_without_collision() -> None:
    result = judge("name: a, proposed: true\nname: a, accepted: true\nname: a (2), state: notes.view_limit == 5")
    assert list(result.checks) == ["a", "a (2)", "a (2) (2)", "side_effects"]


def test_a_check_called_like_a_built_in_finding_is_not_lost() -> None:
    result = run(NOTHING + "checks: [{name: silence, state: notes.view_limit == 6}]\n").result
    assert result.success is False
    assert result.checks == {"silence (2)": False, "silence": True}


def test_operands_that_can_never_match_are_refused() -> None:
    head = "apps: {notes: {type: StatefulNotesApp}}\nevents: [{id: x, env: notes.create_note}]\n"
    bad = {
        "{proposed: {about: {contains: }}}": "contains needs a value",
        "{proposed: {about: {contains: [a, b]}}}": "contains takes one text (contains_any or contains_all take a list)",
        "{called: notes.create_note, within: -5s of x}": "the time after an event must not be negative",
    }
    for check, says in bad.items():
        assert [line.partition(": ")[2] for line in mistakes(f"{head}checks:\n  - {check}\n")] == [says]


def test_a_report_after_the_work_is_no_proposal() -> None:
    flow = """\
  - {id: asks, agent: aui.send_message_to_user, at: 1s, args: {content: Shall I?}}
  - {id: ok, user: aui.accept_proposal, after: asks}
  - {id: works, agent: notes.create_note, after: ok, args: {title: Done}}
  - {id: reports, agent: aui.send_message_to_user, after: works, args: {content: Done.}}
  - {id: asks_again, agent: aui.send_message_to_user, after: reports, args: {content: And this?}}
  - {id: ok_again, user: aui.accept_proposal, after: asks_again}
"""
    result = judge("proposed: {count: 2}", flow, "side_effects: report\n")
    assert (result.success, result.proposal_count, result.acceptance_count) == (True, 2, 2)


def test_a_run_whose_check_raises_keeps_its_counts() -> None:
    result = judge("state: notes.view_limit")
    assert result.status == "exception"
    assert result.termination_reason == "idle"
    assert result.write_actions > 0
