"""Side effects: writes that nobody expected, that nothing allows, or that nobody agreed to."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import mistakes, run

from .conftest import FLOW, REPORT, Live, judge, text

PROPOSED = "proposed: true"
ACCEPTED = """\
  - {id: asks, agent: aui.send_message_to_user, at: 1s, args: {content: Shall I?}}
  - {id: ok, user: aui.accept_proposal, after: asks}
  - {id: one, agent: notes.create_note, after: ok, args: {content: Milk}}
"""


def effects(*calls: tuple[str, dict[str, object]], rest: str = "", mode: str = "execute") -> str | None:
    """The side effects of these calls of the assistant on `ACCEPTED`; None if there are none."""
    live = Live("called: aui.send_message_to_user, count: {min: 0}", ACCEPTED, rest)
    for tool, args in calls:
        live.agent(tool, mode, **args)
    rationale = live.judge().rationale
    return rationale and rationale.removeprefix("side_effects: ")


def call_id(tool: str, number: int) -> str:
    return f"Notes.{tool} (AGENT-Notes-{tool}-call-{number})"


MADE = ("notes.create_note", {"content": "Milk and more"})
DELETED = ("notes.delete_note", {"note_id": "milk"})
FOLDER = ("notes.new_folder", {"folder_name": "Trips"})
READ = ("notes.list_folders", {})
FAILED = ("notes.delete_note", {"note_id": "nowhere"})
TOLD = ("aui.send_message_to_user", {"content": "Done."})


@pytest.mark.parametrize(
    ("calls", "sees"),
    [
        ([], None),
        ([MADE], None),
        ([MADE, READ, FAILED, TOLD], None),
        ([DELETED], call_id("delete_note", 1)),
        ([MADE, DELETED], call_id("delete_note", 1)),
        ([MADE, MADE], call_id("create_note", 2)),
        ([DELETED, FOLDER, MADE], f"{call_id('delete_note', 1)}, {call_id('new_folder', 1)}"),
        ([("notes.create_note", {"content": ""})], call_id("create_note", 1)),
        ([("notes.create_note", {"content": "Milk", "folder": "Work"})], call_id("create_note", 1)),
    ],
)
def test_every_write_but_one_for_each_of_the_oracles(
    calls: list[tuple[str, dict[str, object]]], sees: str | None
) -> None:
    assert effects(*calls) == sees


@pytest.mark.parametrize("mode", ["observe", "awaiting_confirmation"])
def test_also_an_expected_write_outside_execute_mode(mode: str) -> None:
    assert effects(MADE, mode=mode) == call_id("create_note", 1)
    assert effects(DELETED, rest="allow: [notes.delete_note]\n", mode=mode) == call_id("delete_note", 1)
    assert effects(READ, TOLD, FAILED, mode=mode) is None


@pytest.mark.parametrize(
    ("allow", "call", "sees"),
    [
        ("[notes.delete_note]", DELETED, None),
        ("[notes.new_folder]", DELETED, call_id("delete_note", 1)),
        ("[{call: notes.delete_note}]", DELETED, None),
        ("[{call: notes.delete_note, args: {note_id: milk}}]", DELETED, None),
        ("[{call: notes.delete_note, args: {note_id: bread}}]", DELETED, call_id("delete_note", 1)),
        ("[{call: notes.delete_note, args: {note_id: bread}}, notes.delete_note]", DELETED, None),
        ("[{call: notes.new_folder, args: {folder_name: {regex: ^T}}}]", FOLDER, None),
        ("[{call: notes.new_folder, args: {folder_name: {not: Trips}}}]", FOLDER, call_id("new_folder", 1)),
        ("[{call: notes.new_folder, args: {folder_name: {from: one}}}]", FOLDER, call_id("new_folder", 1)),
    ],
)
def test_allow_takes_calls_out(allow: str, call: tuple[str, dict[str, object]], sees: str | None) -> None:
    assert effects(call, rest=f"allow: {allow}\n") == sees


def test_the_app_is_the_one_that_is_allowed() -> None:
    apps = "apps: {mine: {type: StatefulNotesApp, name: Mine}, hers: {type: StatefulNotesApp, name: Hers}}\n"
    live = Live("state: 'true'", "  []\n", "allow: [mine.create_note]\n", apps)
    live.agent("mine.create_note")
    assert live.judge().success is True
    live.agent("hers.create_note")
    assert live.judge().rationale == "side_effects: Hers.create_note (AGENT-Hers-create_note-call-1)"


def test_allowed_calls_may_come_any_number_of_times() -> None:
    assert effects(MADE, MADE, MADE, rest="allow: [notes.create_note]\n") is None


def test_an_optional_write_is_expected_once() -> None:
    optional = "  - {id: two, agent: notes.delete_note, after: ok, optional: true, args: {note_id: milk}}\n"
    live = Live("called: notes.create_note", ACCEPTED + optional)
    live.agent("notes.create_note", content="Milk")
    assert live.judge().success is True
    live.agent("notes.delete_note", note_id="milk")
    assert live.judge().success is True


def test_a_call_of_no_known_mode_is_outside_execute_mode() -> None:
    live = Live("called: notes.create_note", ACCEPTED)
    live.agent("notes.create_note", None, content="Milk")
    assert live.judge().rationale == f"side_effects: {call_id('create_note', 1)}"


def test_report_has_the_column_but_not_the_verdict() -> None:
    live = Live(PROPOSED, ACCEPTED, REPORT)
    live.agent("aui.send_message_to_user", "observe", content="Shall I?")
    assert live.judge().checks == {"proposed": True, "side_effects": True}
    live.agent("notes.delete_note", note_id="milk")
    result = live.judge()
    assert (result.success, result.rationale) == (True, None)
    assert result.checks == {"proposed": True, "side_effects": False}


def test_forbid_is_the_default() -> None:
    live = Live(PROPOSED, ACCEPTED)
    live.agent("aui.send_message_to_user", "observe", content="Shall I?")
    live.agent("notes.delete_note", note_id="milk")
    result = live.judge()
    assert (result.success, result.rationale) == (False, f"side_effects: {call_id('delete_note', 1)}")
    assert result.checks == {"proposed": True, "side_effects": False}


def test_writes_of_user_and_environment_are_theirs() -> None:
    flow = """\
  - {id: news, env: notes.create_note, args: {content: News}}
  - {id: opens, user: notes.open, args: {note_id: milk}}
  - {id: throws, user: notes.delete, after: opens}
"""
    result = judge("called: notes.delete", flow)
    assert (result.success, result.checks) == (True, {"called notes.delete": True, "side_effects": True})


class TestOracleMode:
    """A write of the oracle is in execute mode if an accept is above it."""

    DERIVED = "scoring: derived\n"

    def test_below_an_accept_at_any_distance(self) -> None:
        assert judge(PROPOSED).checks["side_effects"] is True

    def test_no_accept_above(self) -> None:
        flow = FLOW.replace(
            "{id: first, agent: notes.create_note, after: accepts",
            "{id: first, agent: notes.create_note, after: proposes",
        )
        result = judge(PROPOSED, flow, self.DERIVED)
        assert result.success is False
        assert result.rationale == "side_effects: Notes.create_note (first), Notes.create_note (second)"

    def test_that_an_accept_came_before_is_not_enough(self) -> None:
        flow = FLOW.replace("after: first, delay: 60s", "at: 90s")
        result = judge(PROPOSED, flow, self.DERIVED)
        assert result.rationale == "side_effects: Notes.create_note (second)"

    def test_a_rejection_is_no_accept(self) -> None:
        flow = FLOW.replace("aui.accept_proposal", "aui.reject_proposal")
        result = judge(PROPOSED, flow, self.DERIVED)
        assert result.rationale == "side_effects: Notes.create_note (first), Notes.create_note (second)"

    def test_an_accept_that_failed_is_none(self) -> None:
        flow = """\
  - {id: asks, agent: aui.send_message_to_user, at: 1s}
  - {id: looks, agent: notes.delete_note, after: asks, args: {note_id: nowhere}}
  - {id: ok, user: aui.accept_proposal, after: looks, args: {content: {from: looks}}}
  - {id: one, agent: notes.create_note, after: ok}
"""
        result = judge(PROPOSED, flow, self.DERIVED)
        assert result.rationale == "side_effects: Notes.create_note (one)"


def test_without_a_check_nothing_is_judged() -> None:
    live = Live("", ACCEPTED)
    live.agent("notes.delete_note", note_id="milk")
    assert live.judge().status == "no_validation"


@pytest.mark.parametrize(
    ("allow", "says"),
    [
        ("[notes]", "'notes' is not of the form app.tool"),
        ("[nots.new_folder]", "there is no app 'nots' (did you mean 'notes'?)"),
        ("[notes.new_foldr]", "notes has no tool 'new_foldr' (did you mean 'new_folder'?)"),
        ("[{call: aui.accept_proposal}]", "aui.accept_proposal is no tool of the agent"),
        ("[{call: notes.new_folder, args: {name: a}}]", "new_folder has no argument 'name' (known: folder_name)"),
        ("[{call: notes.new_folder, args: {folder_name: {min: a}}}]", "min needs a number or a date, not 'a'"),
    ],
)
def test_what_cannot_be_allowed(allow: str, says: str) -> None:
    assert [line.partition(": ")[2] for line in mistakes(text(PROPOSED, rest=f"allow: {allow}\n"))] == [says]


def test_the_oracles_own_result_may_be_allowed() -> None:
    flow = ACCEPTED + "  - {id: two, agent: notes.delete_note, after: one, args: {note_id: {from: one}}}\n"
    result = run(text(PROPOSED, flow, "allow: [{call: notes.delete_note, args: {note_id: {from: one}}}]\n")).result
    assert (result.success, result.checks["side_effects"]) == (True, True)


def test_an_allowed_call_uses_up_no_expectation() -> None:
    flow = """\
  - {id: asks, agent: aui.send_message_to_user, at: 1s, args: {content: Note it?}}
  - {id: ok, user: aui.accept_proposal, after: asks}
  - {id: one, agent: notes.create_note, after: ok, args: {content: Buy milk}}
"""
    live = Live(PROPOSED, flow, "allow: [{call: notes.create_note, args: {content: {contains: log}}}]\n")
    live.agent("aui.send_message_to_user", mode="observe", met="asks", content="Note it?")
    live.agent("notes.create_note", content="log: starts")
    live.agent("notes.create_note", met="one", content="Buy milk")
    assert live.judge().checks["side_effects"] is True
