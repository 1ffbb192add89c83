"""Events of the flow: when they run, what they are linked to, how long conditions wait."""

from __future__ import annotations

import pytest

from pare_runner.episode.oracle import run_oracle

from .conftest import lines, run, scenario

NOTES = "apps: {notes: {type: StatefulNotesApp, notes: [{id: n1, title: A}]}}\n"


def logged(*entries: str, head: str = "") -> list[str]:
    """The log of a flow of such entries, without the tools."""
    text = head + NOTES + "events:\n" + "\n".join(f"  - {{{entry}}}" for entry in entries) + "\n"
    return [" ".join(line.rstrip("!").split()[:2]) + "!" * line.endswith("!") for line in lines(run(text).log)]


A, B = "id: a, env: system.get_current_time", "id: b, env: system.get_current_time"


@pytest.mark.parametrize(
    ("when", "time"),
    [
        ("at: 10s", "10"),
        ("at: 10", "10"),
        ("at: 1m30s", "90"),
        ("at: 2025-11-18T09:05:00Z", "300"),
        ("at: 2025-11-18T10:05:00+01:00", "300"),
        ("at: 2025-11-18 09:05:00", "300"),
        ("at: +0d 09:10", "600"),
        ("at: +1d 08:00", "82800"),
        ("at: +90s", "90"),
        ("delay: 7s", "7"),
        ("at: 10s, delay: 3s", "10"),
        ("at: 3s, delay: 10s", "10"),
        ("", "0"),
    ],
)
def test_times(when: str, time: str) -> None:
    assert logged(f"{A}, {when}" if when else A) == [f"{time} a"]


@pytest.mark.parametrize(
    ("when", "time"),
    [
        ("after: a", "10"),
        ("after: [a]", "10"),
        ("after: a, delay: 1m", "70"),
        ("after: a, at: 5s", "10"),
        ("after: a, at: 5m", "300"),
        ("after: a, delay: 1m, at: 30s", "70"),
        ("after: a, delay: 1m, at: 2m", "120"),
        ("after: []", "0"),
    ],
)
def test_times_after_a_parent(when: str, time: str) -> None:
    assert f"{time} b" in logged(f"{A}, at: 10s", f"{B}, {when}")


def test_an_event_runs_after_all_its_parents() -> None:
    c = "id: c, env: system.get_current_time, after: [a, b], delay: 1s"
    assert logged(c, f"{A}, at: 10s", f"{B}, at: 5s") == ["5 b", "10 a", "11 c"]


def test_ties_keep_file_order() -> None:
    assert logged("id: z, env: system.wait", B, A) == ["0 z", "0 b", "0 a"]


def test_a_failed_event_counts_as_completed() -> None:
    entries = ("id: a, env: notes.delete_folder, args: {folder_name: Attic}", f"{B}, after: a, delay: 1s")
    assert logged(*entries) == ["0 a!", "1 b"]


def test_events_without_an_id_are_called_by_kind_and_position() -> None:
    assert logged("env: system.wait", "env: system.wait, after: env_1, delay: 2s", "stop: true, at: 1h") == [
        "0 env_1",
        "2 env_2",
        "3600 stop_3",
    ]


def test_conditions_start_what_follows() -> None:
    entries = (
        "id: sees, when: {called: notes.delete_note, by: env}",
        f"{A}, after: sees, delay: 5s",
        "id: gone, env: notes.delete_note, at: 10s, args: {note_id: n1}",
    )
    assert logged(*entries) == ["10 gone", "10 sees", "15 a"]


def test_conditions_may_ask_about_the_state() -> None:
    entries = (
        "id: full, when: {state: \"notes.folders | selectattr('id', 'eq', 'Inbox') | map(attribute='notes') | first"
        ' | length == 2"}',
        "id: more, env: notes.create_note, at: 3s",
        "id: most, env: notes.create_note, at: 6s",
    )
    assert logged(*entries) == ["3 more", "3 full", "6 most"]


def test_a_condition_waits_for_its_parents() -> None:
    entries = (
        "id: sees, when: {called: notes.delete_note, by: env}, after: b",
        "id: gone, env: notes.delete_note, args: {note_id: n1}",
        f"{B}, at: 10s",
    )
    assert logged(*entries) == ["0 gone", "10 b", "10 sees"]


def test_a_timeout_drops_what_follows() -> None:
    never = "id: sees, when: {called: notes.delete_note}, timeout: 30s"
    assert logged(never, f"{A}, after: sees", f"{B}, at: 1m") == ["30 sees!", "60 b"]


def test_what_a_condition_raises_names_it() -> None:
    text = NOTES + "events: [{id: sees, when: {state: 'notes.folders | length'}}]\n"
    result = run(text).result
    assert result.status == "exception"
    assert str(result.exception).startswith("check 'sees: state notes.folders | length' raised TypeError:")


def test_the_duration_ends_the_episode() -> None:
    outcome = run(
        f"duration: 20s\n{NOTES}events: [{{{A}, at: 20s}}, {{id: sees, when: {{called: notes.search_notes}}}}]\n"
    )
    assert (lines(outcome.log), outcome.result.termination_reason) == (["20 a System__get_current_time"], "idle")
    outcome = run(
        f"duration: 20s\n{NOTES}events: [{{id: sees, when: {{called: notes.search_notes}}}},"
        f" {{{A}, after: sees}}, {{{B}, at: 5s}}, {{id: late, when: {{called: notes.search_notes}}, timeout: 1h}}]\n"
    )
    assert (lines(outcome.log), outcome.result.termination_reason) == (["5 b System__get_current_time"], "duration")


def test_references_at_any_depth_of_the_arguments() -> None:
    text = """\
apps: {emails: {type: StatefulEmailApp}, notes: {type: StatefulNotesApp, notes: [{id: n1, title: a@b.org}]}}
events:
  - {id: reads, env: notes.list_notes, args: {folder: Inbox}}
  - id: mails
    env: emails.send_email
    after: reads
    args:
      recipients: [{from: reads, path: "notes[0].title"}, c@d.org]
      subject: {from: reads, path: "notes[0].note_id"}
"""
    mailed = run(text).log[-1]
    assert mailed.metadata.exception is None
    assert mailed.get_args()["recipients"] == ["a@b.org", "c@d.org"]
    assert mailed.get_args()["subject"] == "n1"


def test_match_is_checked_when_the_file_is_read() -> None:
    head = NOTES + "events:\n  - {id: asks, agent: aui.send_message_to_user}\n"
    entry = (
        "  - {id: yes, user: aui.accept_proposal, after: asks}\n  - {id: new, agent: notes.create_note, after: yes, "
    )
    assert scenario(head + entry + "match: {title: {contains_any: [x, {from: asks}]}}}\n").file.events[2].match


def test_a_user_step_is_as_many_events_as_taps() -> None:
    text = NOTES + (
        "events:\n"
        "  - {id: reads, user: notes.refresh, on: {note_id: n1}, at: 5s}\n"
        "  - {id: after, env: system.wait, after: reads, delay: 1s}\n"
    )
    made = scenario(text)
    assert made.steps == {"reads": ["reads-tap-1", "reads-tap-2", "reads"], "after": ["after"]}
    assert lines(run_oracle(made).log) == [
        "5 reads-tap-1 System__open_app",
        "5 reads-tap-2 Notes__open",
        "5 reads Notes__refresh",
        "6 after System__wait",
    ]
