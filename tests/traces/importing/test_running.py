"""The oracle run of an import beside the run of the file: what failed where, and checks that fit the oracle."""

from __future__ import annotations

from pare_runner.traces.importing.running import run_imported
from tests.traces.importing.conftest import NOTE, STATES, Foreign


def agreed(foreign: Foreign) -> str:
    """A proposal and a yes; returns the id of the yes."""
    asks = foreign.event("PAREAgentUserInterface.send_message_to_user", {"content": "Shall I?"})
    says = foreign.event("PAREAgentUserInterface.accept_proposal", {"content": "Yes"}, asks)
    foreign.ran(asks, 1.0)
    foreign.ran(says, 2.0, returned="x")
    return says


def different(foreign: Foreign) -> list[tuple[str, str]]:
    """(tool, kind) of every call that is not the same in both runs."""
    return [(call.call, call.kind) for call in run_imported(foreign.imported()).calls if call.kind != "same"]


def test_what_failed_by_its_own_data_fails_too_and_no_check_asks_for_it(foreign: Foreign) -> None:
    says = agreed(foreign)
    wrong = foreign.event("Notes.delete_note", {"note_id": "PLACEHOLDER"}, says)
    right = foreign.event("Notes.delete_note", {"note_id": NOTE}, wrong)
    foreign.ran(wrong, 3.0, exception="'PLACEHOLDER'")
    foreign.ran(right, 4.0, returned=NOTE)
    run = run_imported(foreign.imported())
    assert dict(run.counts) == {"same": 3, "fails_too": 1}
    assert run.is_good
    assert run.outcome.result.success is True
    assert [event.get("optional") for event in run.scenario.data["events"]] == [None, None, True, None]
    assert [note.path for note in run.scenario.report.of("checks")] == ["$.events[2]"]


def test_what_failed_by_a_known_defect_succeeds_and_is_named(foreign: Foreign) -> None:
    foreign.data["apps"].append(Foreign.app("Messages", STATES["Messages"]) | CALENDAR)
    says = agreed(foreign)
    args = {"title": "Trip", "start_datetime": "2025-11-20 10:00:00", "end_datetime": None}
    adds = foreign.event("Calendar.add_calendar_event", args, says)
    foreign.ran(adds, 3.0, exception="Start datetime must be before end datetime")
    (call,) = [call for call in run_imported(foreign.imported()).calls if call.kind != "same"]
    assert (call.kind, call.is_unexplained) == ("succeeds_here", False)
    assert "an event without an end" in call.why


CALENDAR = {"name": "Calendar", "class_name": "StatefulCalendarApp", "app_state": {"events": {}}}


def test_what_fails_here_only_is_not_good(foreign: Foreign) -> None:
    says = agreed(foreign)
    deletes = foreign.event("Notes.delete_note", {"note_id": "gone"}, says)
    foreign.ran(deletes, 3.0, returned="gone")
    run = run_imported(foreign.imported())
    assert [(call.call, call.kind) for call in run.unexplained] == [("Notes.delete_note", "fails_here")]
    assert not run.is_good


def test_what_does_not_run_here_is_not_good(foreign: Foreign) -> None:
    # A stop that ran early in the original, because it does not wait for all its parents there.
    late = foreign.event("Notes.list_folders", delay=5.0)
    foreign.ran(late, 5.0, returned=["Inbox"])
    assert different(foreign) == []
    stop = {"class_name": "StopEvent", "event_type": "STOP", "event_time": None, "event_id": "stop", "action": None}
    foreign.event("Notes.list_folders", delay=1.0)
    parents = [foreign.data["events"][-1]["event_id"]]
    foreign.data["events"].append(stop | {"dependencies": parents, "event_relative_time": 1.0})
    foreign.ran(parents[0], 1.0, returned=["Inbox"])
    assert different(foreign) == [("Notes.list_folders", "only_there")]
    assert not run_imported(foreign.imported()).is_good


def test_without_an_oracle_run_only_what_fails_here_is_told(foreign: Foreign) -> None:
    foreign.event("Notes.delete_note", {"note_id": "gone"}, oracle=False)
    foreign.event("Notes.list_folders")
    assert different(foreign) == [("Notes.delete_note", "fails_here")]


def test_side_effects_of_an_oracle_whose_accept_fails_are_reported_only(foreign: Foreign) -> None:
    asks = foreign.event("PAREAgentUserInterface.send_message_to_user", {"content": "Shall I?"})
    lost = foreign.event("Notes.delete_note", {"note_id": "gone"}, asks, oracle=False)
    says = foreign.event("PAREAgentUserInterface.accept_proposal", {"content": f"{{{{{lost}}}}}"}, lost)
    foreign.event("Notes.delete_note", {"note_id": NOTE}, says)
    run = run_imported(foreign.imported())
    assert run.scenario.data["side_effects"] == "report"
    assert run.outcome.result.success is True
