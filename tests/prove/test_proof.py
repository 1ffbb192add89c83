"""The five claims: each holds where it should, and where it fails the reason is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.prove.proof import Claim, Proof, prove
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.scenarios.conftest import scenario

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))

APPS = "apps: {notes: {type: StatefulNotesApp, notes: [{id: milk, title: Milk, content: two bottles}]}}\n"
NEWS = "  - {id: news, env: notes.create_note, at: 10s, args: {content: News}}\n"
ASKS = """\
  - {id: asks, agent: aui.send_message_to_user, after: news, delay: 5s, args: {content: Shall I delete it?}}
  - {id: ok, user: aui.accept_proposal, after: asks, delay: 5s}
"""
GONE = "  - {id: gone, agent: notes.delete_note, after: ok, delay: 2s, args: {note_id: milk}}\n"
NEVER = ["Notes.delete_folder", "Notes.rename_folder", "Notes.add_attachment_to_note", "Notes.remove_attachment"]
"""Tools that nothing in these states can be given to."""


def proof_of(events: str, rest: str = "checks: [{oracle_writes: true}]\n", apps: str = APPS) -> Proof:
    return prove(scenario(f"{apps}events:\n{events}{rest}"))


def failing(events: str, rest: str = "checks: [{oracle_writes: true}]\n") -> list[str]:
    """The claims that do not hold, as `part what: seen`."""
    return [f"{claim.part} {claim.what}: {claim.seen}" for claim in proof_of(events, rest).failing]


def claims(proof: Proof, part: str) -> list[str]:
    return [claim.what for claim in proof.claims if claim.part == part]


def test_a_scenario_that_holds() -> None:
    proof = proof_of(NEWS + ASKS + GONE)
    assert (proof.scenario_id, proof.holds, proof.failing) == ("s", True, [])
    assert claims(proof, "a") == ["the oracle passes"]
    assert claims(proof, "b") == ["doing nothing fails"]
    assert claims(proof, "c") == ["without gone it fails"]
    tools = ("new_folder", "create_note", "update_note", "delete_note", "move_note", "duplicate_note")
    assert claims(proof, "d") == [f"one Notes.{tool} too many fails" for tool in tools]
    assert claims(proof, "e") == ["every user step is reachable"]
    assert proof.skipped == NEVER


def test_claims_are_told_as_they_are_decided() -> None:
    told: list[Claim] = []
    proof = prove(scenario(f"{APPS}events:\n{NEWS}{ASKS}{GONE}checks: [{{oracle_writes: true}}]\n"), told.append)
    assert told == proof.claims


def test_the_same_proof_twice_is_equal() -> None:
    assert proof_of(NEWS + ASKS + GONE) == proof_of(NEWS + ASKS + GONE)


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_every_shipped_scenario_is_proven(path: Path) -> None:
    proof = prove(compile_scenario(path.read_text(encoding="utf-8"), path.name))
    assert proof.failing == []
    assert {claim.part for claim in proof.claims} >= {"a", "b", "d", "e"}


# (a) the oracle passes ------------------------------------------------------------------------------------------------


def test_the_oracle_fails_its_own_checks() -> None:
    proof = proof_of(NEWS + ASKS + GONE, "checks: [{name: early, called: notes.delete_note, before: ok}]\n")
    assert proof.failing == [Claim("a", "the oracle passes", False, "early: 0 such calls, at least 1 wanted")]
    assert proof.skipped == NEVER


def test_a_check_raises() -> None:
    says = "exception: check 'state notes.view_limit' raised TypeError: a state check must be true or false, not 5"
    found = failing(NEWS + ASKS + GONE, "checks: [{state: notes.view_limit}]\n")
    assert [line.partition(": ")[2] for line in found] == [says] * len(found)
    assert [line.partition(": ")[0] for line in found[:3]] == [
        "a the oracle passes",
        "b doing nothing fails",
        "c without gone it fails",
    ]


def test_a_check_that_raises_only_if_somebody_meddles_fails_that_claim() -> None:
    check = "  - {name: it, state: notes.folders | length == 3 or notes.view_limit / 0 == 1}\n"
    (found,) = failing(NEWS + ASKS + GONE, f"checks:\n  - {{oracle_writes: true}}\n{check}")
    assert found.startswith("d one Notes.new_folder too many fails: exception: check 'it' raised EvaluationError: ")
    assert found.endswith(": division by zero")


def test_a_step_of_the_oracle_fails() -> None:
    looks = "  - {id: looks, agent: notes.list_notes, after: news, args: {folder: Nowhere}}\n"
    assert failing(NEWS + ASKS + GONE + looks) == ["a looks succeeds: there is no folder 'Nowhere'"]


def test_what_the_environment_does_fails() -> None:
    broken = "  - {id: broken, env: notes.delete_folder, at: 1m, args: {folder_name: Trips}}\n"
    assert failing(NEWS + ASKS + GONE + broken) == [
        "a broken succeeds: there is no folder 'Trips' (known: Inbox, Personal, Work)"
    ]


def test_a_condition_times_out() -> None:
    waits = "  - {id: waits, when: {called: notes.new_folder}, timeout: 1h}\n"
    assert failing(NEWS + ASKS + GONE + waits) == ["a waits succeeds: timed out"]


@pytest.mark.parametrize(
    "events",
    [
        NEWS,
        NEWS + ASKS,
        NEWS + ASKS + GONE.replace("after: ok", "after: ok, optional: true"),
    ],
    ids=["nobody acts", "no write", "an optional write"],
)
def test_proves_nothing(events: str) -> None:
    found = failing(events, "checks: [{called: notes.create_note, by: env}]\n")
    assert found == [
        "a the scenario proves something: there is no mandatory write, no rejected proposal and no silence",
        "b doing nothing fails: it passes",
    ]


def test_without_checks_nothing_is_judged() -> None:
    found = failing(NEWS + ASKS + GONE, "")
    assert found[0] == "a the oracle passes: the file has no checks"
    assert found[1:3] == ["b doing nothing fails: it passes", "c without gone it fails: it passes"]


# (b) doing nothing fails ----------------------------------------------------------------------------------------------


def test_doing_nothing_passes() -> None:
    check = "checks: [{called: notes.create_note, by: env}]\n"
    assert failing(NEWS + ASKS + GONE, check)[:2] == [
        "b doing nothing fails: it passes",
        "c without gone it fails: it passes",
    ]


def test_a_rejected_proposal_is_something_to_prove() -> None:
    proof = proof_of(NEWS + ASKS.replace("accept", "reject"), "checks: [{proposed: true}]\n")
    assert proof.holds
    assert claims(proof, "b") == ["doing nothing fails"]
    assert claims(proof, "c") == []
    assert "one Notes.delete_note too many fails" in claims(proof, "d")


def test_a_rejected_proposal_nobody_asks_for() -> None:
    assert failing(NEWS + ASKS.replace("accept", "reject"), "checks: [{accepted: {count: 0}}]\n") == [
        "b doing nothing fails: it passes"
    ]


class TestSilence:
    """The right thing is to do nothing."""

    def test_all_its_claims(self) -> None:
        proof = proof_of(NEWS, "silence: true\n")
        assert proof.holds
        assert claims(proof, "a") == ["the oracle passes"]
        assert claims(proof, "b") == ["doing nothing passes", "a proposal at the first notification fails"]
        assert claims(proof, "c") == []
        assert len(claims(proof, "d")) == 6
        assert proof.skipped == NEVER

    def test_without_any_event(self) -> None:
        assert proof_of("  []\n", "silence: true\n").holds

    def test_a_check_that_fails(self) -> None:
        assert failing(NEWS, "silence: true\nchecks: [{called: notes.create_note}]\n") == [
            "a the oracle passes: called notes.create_note: 0 such calls, at least 1 wanted",
            "b doing nothing passes: called notes.create_note: 0 such calls, at least 1 wanted",
        ]

    @pytest.mark.parametrize(
        "more",
        [
            "  - {id: stop, stop: true, at: 10m}\n",
            "  - {id: stop, stop: true, after: news}\n",
            "  - {id: when, when: {called: notes.delete_note}}\n  - {id: reply, env: notes.create_note, after: when}\n",
            "  - {id: reply, env: notes.delete_folder, after: wait, args: {folder_name: a}}\n"
            "  - {id: wait, when: {proposed: true}}\n",
        ],
        ids=["a stop", "a stop after the last event", "a branch never taken", "one that begins the file"],
    )
    @pytest.mark.parametrize("first", [True, False])
    def test_what_else_the_flow_holds_keeps_nothing_from_being_tried(self, more: str, first: bool) -> None:
        proof = proof_of(NEWS + more if first else more + NEWS, "silence: true\n")
        assert (proof.failing, proof.skipped, len(claims(proof, "d"))) == ([], NEVER, 6)


# (c) every write is needed --------------------------------------------------------------------------------------------

MOVE = "  - {id: moves, agent: notes.move_note, after: ok, delay: 1s, args: {note_id: milk}}\n"


def test_a_write_nobody_asks_for() -> None:
    found = failing(NEWS + ASKS + MOVE + GONE, "checks: [{called: notes.delete_note}]\n")
    assert found == ["c without moves it fails: it passes"]


def test_an_optional_write_may_be_left_out() -> None:
    optional = MOVE.replace("after: ok", "after: ok, optional: true")
    proof = proof_of(NEWS + ASKS + optional + GONE)
    assert proof.holds
    assert claims(proof, "c") == ["without gone it fails"]


def test_what_uses_the_result_of_a_write_goes_with_it() -> None:
    events = (
        NEWS
        + ASKS
        + (
            "  - {id: makes, agent: notes.create_note, after: ok, args: {content: More}}\n"
            "  - {id: moves, agent: notes.move_note, after: makes, args: {note_id: {from: makes}}}\n"
            "  - {id: looks, user: notes.refresh, on: {note_id: {from: makes}}, after: moves, delay: 5s}\n"
        )
    )
    proof = proof_of(events)
    assert proof.failing == []
    assert claims(proof, "c") == ["without makes it fails", "without moves it fails"]


def test_a_user_step_that_uses_its_result_goes_with_all_its_taps() -> None:
    events = (
        NEWS
        + ASKS
        + (
            "  - {id: makes, agent: notes.create_note, after: ok, args: {content: More}}\n"
            "  - {id: looks, user: notes.refresh, on: {note_id: {from: makes}}, after: makes, delay: 5s}\n"
        )
    )
    assert proof_of(events, "checks: [{called: system.open_app}]\n").failing == []


# (d) meddling fails ---------------------------------------------------------------------------------------------------


def test_meddling_is_only_reported() -> None:
    proof = proof_of(NEWS + ASKS + GONE, "checks: [{oracle_writes: true}]\nside_effects: report\n")
    assert [claim.what for claim in proof.failing] == [
        f"one Notes.{tool} too many fails"
        for tool in ("new_folder", "create_note", "update_note", "delete_note", "move_note", "duplicate_note")
    ]
    assert {claim.seen for claim in proof.failing} == {"it passes"}


def test_a_tool_that_is_allowed_altogether_is_skipped() -> None:
    proof = proof_of(NEWS + ASKS + GONE, "checks: [{oracle_writes: true}]\nallow: [notes.create_note]\n")
    assert proof.holds
    assert "one Notes.create_note too many fails" not in claims(proof, "d")
    assert proof.skipped == [*NEVER[:2], "Notes.create_note", *NEVER[2:]]


def test_a_tool_that_is_allowed_in_part_is_tried_where_it_is_not() -> None:
    rest = (
        "checks: [{oracle_writes: true}]\nallow: [{call: notes.create_note, args: {folder: {any_of: [Inbox, Work]}}}]\n"
    )
    proof = proof_of(NEWS + ASKS + GONE, rest)
    assert proof.holds
    assert "one Notes.create_note too many fails" in claims(proof, "d")
    assert proof.skipped == NEVER


def test_a_call_that_displaces_the_oracles_own_is_not_one_too_many() -> None:
    # Deleting the only note first makes the oracle's own step fail: it was deleted once, by one call.
    apps = APPS.replace("{id: milk, title: Milk, content: two bottles}", "{id: milk}")
    folder = "  - {id: news, env: notes.new_folder, at: 10s, args: {folder_name: Trips}}\n"
    proof = proof_of(folder + ASKS + GONE, apps=apps)
    assert proof.holds
    assert "Notes.delete_note" in proof.skipped
    assert "one Notes.delete_folder too many fails" in claims(proof, "d")


def test_what_can_be_called_only_right_after_the_accept_is_called_there() -> None:
    # In the end the only note is gone: until then it can be changed.
    folder = "  - {id: news, env: notes.new_folder, at: 10s, args: {folder_name: Trips}}\n"
    proof = proof_of(folder + ASKS + GONE)
    assert proof.holds
    assert {f"one Notes.{tool} too many fails" for tool in ("update_note", "move_note")} < set(claims(proof, "d"))


def test_what_can_be_called_only_at_the_end_is_called_there() -> None:
    # Until the assistant makes one there is no note, and the new one's id is known only from the oracle's end.
    apps = "apps: {notes: {type: StatefulNotesApp}}\n"
    folder = "  - {id: news, env: notes.new_folder, at: 10s, args: {folder_name: Trips}}\n"
    makes = "  - {id: makes, agent: notes.create_note, after: ok, delay: 2s, args: {content: More}}\n"
    proof = proof_of(folder + ASKS + makes, apps=apps)
    assert proof.holds
    assert {f"one Notes.{tool} too many fails" for tool in ("delete_note", "update_note")} < set(claims(proof, "d"))


def test_every_app_of_the_file_but_the_agent_interface() -> None:
    apps = APPS[:-2] + ", mine: {type: StatefulReminderApp, name: Mine}}\n"
    proof = proof_of(NEWS + ASKS + GONE, apps=apps)
    assert proof.holds
    apps_tried = {what.split()[1].split(".")[0] for what in claims(proof, "d")}
    assert apps_tried == {"Notes", "Mine"}


def test_files_of_the_phone_serve_as_attachments() -> None:
    apps = APPS[:-2] + ", files: {type: SandboxLocalFileSystem, files: {/a.txt: Hello}}}\n"
    proof = proof_of(NEWS + ASKS + GONE, apps=apps)
    assert proof.holds
    assert "one Notes.add_attachment_to_note too many fails" in claims(proof, "d")


# (e) user steps are reachable -----------------------------------------------------------------------------------------


def test_a_tap_that_fails() -> None:
    opens = "  - {id: opens, user: notes.open, after: gone, delay: 5s, args: {note_id: milk}}\n"
    proof = proof_of(NEWS + ASKS + GONE + opens)
    assert proof.failing == [Claim("e", "opens succeeds", False, "there is no note 'milk'")]
    assert "every user step is reachable" not in claims(proof, "e")


def test_every_failed_tap_is_named() -> None:
    edits = "  - {id: edits, user: notes.edit, on: {note_id: milk}, after: gone, delay: 5s}\n"
    found = failing(NEWS + ASKS + GONE + edits)
    assert [line.partition(": ")[0] for line in found] == ["e edits-tap-2 succeeds", "e edits succeeds"]
