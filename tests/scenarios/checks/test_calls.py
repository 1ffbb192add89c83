"""`called` and `attempted`: which calls count, and what is said when there are too few or too many."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import mistakes

from .conftest import REPORT, Live, seen, text


@pytest.mark.parametrize(
    ("check", "sees"),
    [
        ("called: notes.create_note", None),
        ("called: notes.create_note, by: agent", None),
        ("called: notes.create_note, by: env", None),
        ("called: notes.create_note, by: user", "0 such calls, at least 1 wanted"),
        ("called: notes.list_folders", None),
        ("called: aui.accept_proposal", None),
        ("called: aui.accept_proposal, by: user", None),
        ("called: aui.accept_proposal, by: agent", "0 such calls, at least 1 wanted"),
        ("called: notes.delete_folder", "0 such calls, at least 1 wanted"),
    ],
)
def test_agent_and_user_count_unless_said_otherwise(check: str, sees: str | None) -> None:
    assert seen(check) == sees


def test_what_only_the_environment_did_needs_by() -> None:
    flow = "  - {id: news, env: notes.create_note, at: 10s}\n"
    assert seen("called: notes.create_note", flow) == "0 such calls, at least 1 wanted"
    assert seen("called: notes.create_note, by: env", flow) is None


@pytest.mark.parametrize(
    ("count", "sees"),
    [
        ("2", None),
        ("1", "2 such calls, exactly 1 wanted"),
        ("3", "2 such calls, exactly 3 wanted"),
        ("0", "2 such calls, exactly 0 wanted"),
        ("{min: 2}", None),
        ("{min: 3}", "2 such calls, at least 3 wanted"),
        ("{min: 0}", None),
        ("{max: 2}", None),
        ("{max: 1}", "2 such calls, 0 to 1 wanted"),
        ("{min: 1, max: 2}", None),
        ("{min: 3, max: 4}", "2 such calls, 3 to 4 wanted"),
        ("{min: 2, max: 2}", None),
        ("{min: 1, max: 1}", "2 such calls, exactly 1 wanted"),
    ],
)
def test_counts(count: str, sees: str | None) -> None:
    assert seen(f"called: notes.create_note, count: {count}") == sees


def test_none_at_all_may_be_wanted() -> None:
    assert seen("called: notes.delete_folder, count: 0") is None
    assert seen("called: notes.delete_folder, count: {max: 0}") is None


@pytest.mark.parametrize(
    ("count", "says"),
    [
        ("-1", "a count must not be negative"),
        ("{min: -1}", "a count is a number or {min: …, max: …}"),
        ("{}", "a count is a number or {min: …, max: …}"),
        ("{least: 1}", "a count is a number or {min: …, max: …}"),
        ("{min: 2, max: 1}", "a count cannot be at least 2 and at most 1"),
        ("{max: -1}", "a count cannot be at least 0 and at most -1"),
        ("true", "must be int | dict[str, int] | None, not True (bool)"),
        ("1.5", "must be int | dict[str, int] | None, not 1.5 (float)"),
    ],
)
def test_counts_that_cannot_be(count: str, says: str) -> None:
    (mistake,) = mistakes(text(f"called: notes.create_note, count: {count}"))
    assert mistake.endswith(f": {says}")


@pytest.mark.parametrize(
    ("args", "sees"),
    [
        ("{folder: Work}", None),
        ("{folder: Inbox, title: Train}", None),
        ("{title: '', pinned: false}", None),
        ("{title: Bus}", "called with {'folder': 'Work', 'title': '', 'content': 'Tell the office', 'pinned': False}"),
        ("{folder: Work, title: Train}", "called with {'folder': 'Work', 'title': '', 'content': 'Tell the "),
    ],
)
def test_all_arguments_must_match_in_one_call_defaults_filled_in(args: str, sees: str | None) -> None:
    found = seen(f"called: notes.create_note, args: {args}")
    assert found == sees or (sees is not None and str(found).startswith(sees))


def test_only_calls_whose_arguments_match_are_counted() -> None:
    assert seen("called: notes.create_note, args: {folder: Work}, count: 1") is None
    assert seen("called: notes.create_note, args: {title: Bus}, count: 0") is None
    assert seen("called: notes.create_note, args: {folder: Work}, count: 2") == "1 such calls, exactly 2 wanted"


def test_long_arguments_are_shortened() -> None:
    flow = f"  - {{id: news, env: notes.create_note, args: {{content: {'x' * 300}}}}}\n"
    sees = seen("called: notes.create_note, by: env, args: {folder: Work}", flow)
    start = "{'folder': 'Inbox', 'title': '', 'content': '"
    assert sees == f"called with {start}{'x' * (117 - len(start))}..."


def test_calls_that_failed_are_attempted_not_called() -> None:
    assert seen("called: notes.delete_note") == "0 such calls, at least 1 wanted"
    assert seen("attempted: notes.delete_note") is None
    assert seen("attempted: notes.delete_note, args: {note_id: nowhere}, by: agent, count: 1") is None
    assert seen("attempted: notes.delete_note, args: {note_id: milk}") == "called with {'note_id': 'nowhere'}"


def test_what_completed_was_attempted_too() -> None:
    assert seen("attempted: notes.create_note, count: 2") is None
    assert seen("attempted: notes.delete_folder") == "0 such calls, at least 1 wanted"


def test_a_call_that_did_not_fit_the_tool_was_attempted_with_what_it_was_given() -> None:
    live = Live("attempted: notes.delete_note, args: {note_id: 5}")
    live.agent("notes.delete_note", note_id=5)
    assert live.judge().success is True


def test_a_tap_is_a_call_of_the_screens_tool() -> None:
    flow = "  - {id: opens, user: notes.open, at: 5s, args: {note_id: milk}}\n"
    assert seen("called: notes.open, args: {note_id: milk}, by: user", flow) is None
    assert seen("called: notes.open, args: {note_id: bread}", flow) == "called with {'note_id': 'milk'}"
    assert seen("called: system.open_app, by: user, args: {app_name: Notes}", flow) is None


def test_the_app_is_the_one_that_is_named() -> None:
    apps = "apps: {mine: {type: StatefulNotesApp, name: Mine}, hers: {type: StatefulNotesApp, name: Hers}}\n"
    live = Live("called: mine.create_note\nnot: {called: hers.create_note}", "  []\n", REPORT, apps)
    live.agent("mine.create_note")
    assert live.judge().success is True
    live.agent("hers.create_note")
    assert live.judge().rationale == "not called hers.create_note: called hers.create_note holds"


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("called: notes", "'notes' is not of the form app.tool"),
        ("called: nots.create_note", "there is no app 'nots' (did you mean 'notes'?)"),
        ("called: notes.craete_note", "notes has no tool 'craete_note' (did you mean 'create_note'?)"),
        (
            "called: notes.create_note, args: {titel: a}",
            "create_note has no argument 'titel' (did you mean 'title'?)",
        ),
        ("called: notes.create_note, args: {title: {regex: '('}}", "regex '(': missing ), unterminated subpattern"),
    ],
)
def test_what_cannot_be_called(check: str, says: str) -> None:
    (mistake,) = mistakes(text(check))
    assert mistake.partition(": ")[2].startswith(says)
