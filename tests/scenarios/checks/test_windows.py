"""after, before, not_before and within: positions in the log, and what an unmet id does."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import mistakes

from .conftest import Live, seen, text

TIES = """\
  - {id: one, env: notes.create_note, at: 10s, args: {title: one}}
  - {id: two, env: notes.create_note, at: 10s, args: {title: two}}
  - {id: three, env: notes.create_note, at: 10s, args: {title: three}}
"""


@pytest.mark.parametrize(
    ("window", "sees"),
    [
        ("after: accepts, count: 2", None),
        ("after: first, count: 1", None),
        ("after: second", "0 such calls, at least 1 wanted"),
        ("before: first", "0 such calls, at least 1 wanted"),
        ("before: second, count: 1", None),
        ("after: first, before: second", "0 such calls, at least 1 wanted"),
        ("after: accepts, before: second, count: 1", None),
        ("not_before: accepts, count: 2", None),
        ("not_before: first, count: 1", None),
        ("not_before: second", "one came before second"),
        ("not_before: second, count: 0", "one came before second"),
        ("within: 60s of accepts, count: 2", None),
        ("within: 1m of accepts, count: 2", None),
        ("within: 59 s of accepts, count: 1", None),
        ("within: 59s of first", "0 such calls, at least 1 wanted"),
        ("within: 1m of second", "0 such calls, at least 1 wanted"),
        ("within: 1h of news, after: first, count: 1", None),
        ("within: 1m of accepts, not_before: second", "one came before second"),
    ],
)
def test_windows_of_calls(window: str, sees: str | None) -> None:
    assert seen(f"called: notes.create_note, {window}") == sees


def test_only_calls_with_these_arguments_break_not_before() -> None:
    assert seen("called: notes.create_note, args: {folder: Work}, not_before: first") is None
    assert seen("called: notes.create_note, args: {folder: Inbox}, not_before: second") == "one came before second"


@pytest.mark.parametrize(
    ("window", "inside"),
    [
        ("after: one", ["two", "three"]),
        ("after: two", ["three"]),
        ("before: three", ["one", "two"]),
        ("before: one", []),
        ("not_before: two", ["three"]),
        ("within: 0s of two", ["three"]),
    ],
)
def test_position_decides_where_times_are_equal(window: str, inside: list[str]) -> None:
    check = f"called: notes.create_note, by: env, {window}"
    assert [
        title for title in ("one", "two", "three") if not seen(f"{check}, args: {{title: {title}}}", TIES)
    ] == inside


@pytest.mark.parametrize("window", ["after: {}", "before: {}", "not_before: {}", "within: 1h of {}"])
@pytest.mark.parametrize("event", ["never", "unreached", "fails"])
def test_an_event_that_did_not_happen_makes_the_check_false(window: str, event: str) -> None:
    bound = window.format(event)
    assert seen(f"called: notes.create_note, {bound}") == f"{event} did not happen"
    assert seen(f"called: notes.delete_folder, count: 0, {bound}") == f"{event} did not happen"
    assert seen(f"proposed: {{{bound}}}") == f"{event} did not happen"


def test_what_the_environment_tried_and_failed_is_a_bound() -> None:
    flow = """\
  - {id: fails, env: notes.delete_note, at: 1s, args: {note_id: nowhere}}
  - {id: news, env: notes.create_note, after: fails}
"""
    assert seen("called: notes.create_note, by: env, after: fails", flow) is None
    assert seen("called: notes.create_note, by: env, before: fails", flow) == "0 such calls, at least 1 wanted"


def test_a_condition_is_a_bound_once_it_is_true() -> None:
    flow = """\
  - {id: many, when: {state: notes.folders | length == 4}}
  - {id: made, env: notes.new_folder, at: 10s, args: {folder_name: Trips}}
  - {id: gone, env: notes.delete_folder, at: 20s, args: {folder_name: Trips}}
"""
    assert seen("called: notes.delete_folder, by: env, within: 10s of many", flow) is None
    assert seen("called: notes.new_folder, by: env, after: many", flow) == "0 such calls, at least 1 wanted"


def test_a_condition_that_timed_out_did_not_happen() -> None:
    flow = "  - {id: many, when: {state: notes.folders | length == 4}, timeout: 5s}\n"
    assert seen("not: {called: notes.delete_folder, after: many}", flow) is None
    assert seen("called: notes.delete_folder, count: 0, after: many", flow) == "many did not happen"


def test_a_user_step_is_its_last_tap() -> None:
    flow = "  - {id: opens, user: notes.open, at: 5s, args: {note_id: milk}}\n"
    assert seen("called: system.open_app, before: opens", flow) is None
    assert seen("called: notes.open, after: opens", flow) == "0 such calls, at least 1 wanted"


def test_with_agents_a_bound_is_the_call_that_met_the_event() -> None:
    live = Live("called: notes.create_note, args: {folder: Work}, after: looks, before: accepts")
    live.agent("notes.create_note", folder="Work")
    assert live.judge().checks["called notes.create_note"] is False
    assert live.judge().rationale.startswith("called notes.create_note: no call met the step looks; ")
    live.agent("notes.list_folders", met="looks")
    live.agent("notes.create_note", folder="Work")
    live.user("aui.accept_proposal", met="accepts")
    assert live.judge().checks["called notes.create_note"] is True


@pytest.mark.parametrize(
    ("window", "says"),
    [
        ("after: frist", "there is no event 'frist' (did you mean 'first'?)"),
        ("before: frist", "there is no event 'frist' (did you mean 'first'?)"),
        ("not_before: frist", "there is no event 'frist' (did you mean 'first'?)"),
        ("within: 1m of frist", "there is no event 'frist' (did you mean 'first'?)"),
        ("within: 1m", "'1m' is not of the form `2m of EVENT`"),
        ("within: soon of first", "'soon' is not a duration like 10s, 5m or 1h30m"),
    ],
)
def test_windows_that_cannot_be(window: str, says: str) -> None:
    assert [line.partition(": ")[2] for line in mistakes(text(f"called: notes.create_note, {window}"))] == [says]
    assert [line.partition(": ")[2] for line in mistakes(text(f"proposed: {{{window}}}"))] == [says]
