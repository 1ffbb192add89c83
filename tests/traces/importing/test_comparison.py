"""Calls of a file's run beside those of ours: what is the same, what is not, and which known defect says why."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.documents import parse_hf, read_hf
from pare_runner.traces.hf import hf_document
from pare_runner.traces.importing.comparison import ComparedCall, compare
from pare_runner.traces.importing.running import run_imported
from pare_runner.traces.importing.scenario import import_document
from pare_runner.traces.record import record_of
from tests.traces.importing.conftest import NOTE, Foreign

SHIPPED = sorted((Path(__file__).parents[3] / "scenarios").glob("*.yaml"))


@pytest.fixture
def foreign() -> Foreign:
    return Foreign("Notes", "Cab", "Reminders")


def compared(foreign: Foreign) -> list[ComparedCall]:
    return compare(foreign.document(), run_imported(foreign.imported()).outcome)


def kinds(rows: list[ComparedCall]) -> list[tuple[str, bool]]:
    return [(row.kind, row.is_unexplained) for row in rows]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_makes_the_same_calls_again(path: Path) -> None:
    outcome = run_oracle(compile_scenario(path.read_text(), path.name))
    document = parse_hf(orjson.dumps(hf_document(record_of(outcome, TraceContext("id")))), path.name)
    rows = compare(document, run_imported(import_document(document)).outcome)
    called = [event for event in outcome.log if event.scheduled and event.action is not None]
    assert len(rows) == len(called) > 0
    assert {row.kind for row in rows} <= {"same", "fails_too"}


def test_the_samples_make_the_same_calls(shared: Path) -> None:
    for path in sorted((shared / "samples/traces").glob("*.json")):
        document = read_hf(path)
        rows = compare(document, run_imported(import_document(document)).outcome)
        assert rows
        assert [row for row in rows if row.kind != "same"] == [], path.name


def test_same_calls_in_any_order_of_a_moment(foreign: Foreign) -> None:
    one = foreign.event("Notes.list_folders", delay=3.0)
    other = foreign.event("Notes.list_notes", {"folder": "Work", "offset": 0}, delay=3.0)
    foreign.ran(other, 3.0, returned="x")
    foreign.ran(one, 3.0, returned=["Inbox"])
    foreign.called("Reminders.get_due_reminders", {}, 3.0, "[]")
    assert [(row.kind, row.seconds, row.call, row.event_id) for row in compared(foreign)] == [
        ("same", 3.0, "Notes.list_notes", other),
        ("same", 3.0, "Notes.list_folders", one),
    ]


def test_ids_that_calls_made_stand_for_each_other(foreign: Foreign) -> None:
    made = foreign.event("Notes.create_note", {"folder": "Work", "title": "T", "content": ""})
    reads = foreign.event("Notes.get_note_by_id", {"note_id": f"{{{{{made}}}}}"}, made)
    foreign.ran(made, 1.0, returned="9" * 32)
    foreign.ran(reads, 2.0, returned="x")
    foreign.data["completed_events"][-1]["action"] = {
        **foreign.data["completed_events"][-1]["action"],
        "args": [foreign.argument("note_id", "9" * 32, oracle=False)],
    }
    assert [str(row) for row in compared(foreign) if row.is_mismatch] == []


def test_other_arguments_are_unexplained(foreign: Foreign) -> None:
    reads = foreign.event("Notes.get_note_by_id", {"note_id": NOTE})
    foreign.ran(reads, 1.0, returned="x")
    foreign.data["completed_events"][0]["action"] = {
        **foreign.data["completed_events"][0]["action"],
        "args": [foreign.argument("note_id", "8" * 32, oracle=False)],
    }
    (row,) = compared(foreign)
    assert (row.kind, row.there, row.here, row.is_unexplained) == (
        *("arguments", f"note_id={'8' * 32}", f"note_id={NOTE}", True),
    )
    assert "unexplained" in str(row)


def test_arguments_that_pare_drops_after_a_reference(foreign: Foreign) -> None:
    made = foreign.event("Notes.create_note", {"folder": "Work", "title": "T", "content": ""})
    adds = foreign.event("Notes.update_note", {"note_id": f"{{{{{made}}}}}", "title": "U"}, made)
    foreign.ran(made, 1.0, returned="9" * 32)
    foreign.ran(adds, 2.0, returned="9" * 32)
    foreign.data["completed_events"][-1]["action"] = {**foreign.data["completed_events"][-1]["action"], "args": []}
    _, row = compared(foreign)
    assert (row.kind, row.is_unexplained) == ("arguments", False)


def test_an_event_of_several_parents_that_began_early(foreign: Foreign) -> None:
    first = foreign.event("Notes.list_folders", delay=1.0)
    second = foreign.event("Notes.list_folders", delay=5.0)
    both = foreign.event("Notes.get_note_by_id", {"note_id": NOTE}, first, second, delay=2.0)
    foreign.ran(first, 1.0, returned=["x"])
    foreign.ran(second, 5.0, returned=["x"])
    foreign.ran(both, 3.0, returned="x")
    row = next(row for row in compared(foreign) if row.event_id == both)
    assert (row.kind, row.there, row.here) == ("time", "3 s", "7 s")
    assert "several parents" in row.why


def test_another_time_without_such_parents_is_unexplained(foreign: Foreign) -> None:
    late = foreign.event("Notes.list_folders", delay=1.0)
    foreign.ran(late, 4.0, returned=["x"])
    assert kinds(compared(foreign)) == [("time", True)]


def test_failures_in_both_runs_and_by_known_defects(foreign: Foreign) -> None:
    calendar = {"name": "Calendar", "class_name": "StatefulCalendarApp", "app_state": {"events": {}}}
    foreign.data["apps"].append(calendar)
    wrong = foreign.event("Notes.delete_note", {"note_id": "PLACEHOLDER"})
    args = {"title": "Trip", "start_datetime": "2025-11-20 10:00:00", "end_datetime": None}
    adds = foreign.event("Calendar.add_calendar_event", args, wrong)
    lists = foreign.event("Notes.list_folders", {}, adds)
    foreign.ran(wrong, 1.0, exception="'PLACEHOLDER'")
    foreign.ran(adds, 2.0, exception="Start datetime must be before end datetime")
    foreign.ran(lists, 3.0, exception="the moon was full")
    rows = compared(foreign)
    assert kinds(rows) == [("fails_too", False), ("succeeds_here", False), ("succeeds_here", True)]
    assert "without an end" in rows[1].why
    assert rows[2].there == "the moon was full"


def test_a_call_that_fails_because_its_app_lost_its_state(foreign: Foreign) -> None:
    deletes = foreign.event("Reminders.delete_reminder", {"reminder_id": "7" * 32})
    reads = foreign.event("Notes.get_note_by_id", {"note_id": "7" * 32}, deletes)
    foreign.ran(deletes, 1.0, returned="ok")
    foreign.ran(reads, 2.0, returned="x")
    assert kinds(compared(foreign)) == [("fails_here", False), ("fails_here", True)]


def test_calls_of_one_run_only(foreign: Foreign) -> None:
    ran = foreign.event("Notes.list_folders", delay=1.0)
    foreign.event("Notes.list_notes", {"folder": "Work"}, delay=2.0)
    holds = foreign.condition("is_late", delay=3.0)
    foreign.event("Notes.get_note_by_id", {"note_id": NOTE}, holds, delay=1.0)
    foreign.ran(ran, 1.0, returned=["x"])
    rows = compared(foreign)
    assert kinds(rows) == [("same", False), ("only_here", True), ("only_here", False)]
    assert "condition" in rows[2].why
    there = compare(foreign.document(), run_imported(Foreign("Notes").imported()).outcome)
    assert kinds(there) == [("only_there", True)]


def test_of_a_run_with_agents_only_the_environment_is_compared(foreign: Foreign) -> None:
    comes = foreign.event("Notes.new_folder", {"folder_name": "Trip"}, oracle=False)
    reads = foreign.event("Notes.list_folders", {}, comes)
    foreign.event("Notes.new_folder", {"folder_name": "Plans"}, reads, oracle=False)
    foreign.ran(comes, 1.0, returned="Trip")
    foreign.called("Notes.list_folders", {}, 9.0, "[]")
    assert [(row.kind, row.event_id) for row in compared(foreign)] == [("same", comes)]


def test_with_agents_times_and_results_that_depend_on_them_are_not_compared(foreign: Foreign) -> None:
    makes = foreign.event("Notes.create_note", {"folder": "Work", "title": "T", "content": ""})
    after = foreign.event("Notes.update_note", {"note_id": f"{{{{{makes}}}}}", "title": "U"}, makes, oracle=False)
    alone = foreign.event("Notes.new_folder", {"folder_name": "Trip"}, oracle=False)
    foreign.ran(after, 90.0, returned="9" * 32)
    foreign.data["completed_events"][-1]["action"] = {
        **foreign.data["completed_events"][-1]["action"],
        "args": [foreign.argument("note_id", "9" * 32, oracle=False), foreign.argument("title", "U", oracle=False)],
    }
    foreign.ran(alone, 5.0, returned="Trip")
    rows = {row.event_id: row for row in compared(foreign)}
    assert (rows[after].kind, rows[alone].kind, rows[alone].is_unexplained) == ("same", "time", True)


def test_calls_whose_events_are_lost_were_made_there_only(foreign: Foreign) -> None:
    kept = foreign.event("Notes.list_folders")
    lost = foreign.event("Notes.new_folder", {"folder_name": "Trip"}, kept)
    foreign.ran(kept, 1.0, returned=["x"])
    foreign.ran(lost, 2.0, returned="Trip")
    foreign.called("Reminders.get_due_reminders", {}, 3.0, "[]")
    foreign.data["events"].pop()
    assert [(row.kind, row.event_id, row.is_unexplained) for row in compared(foreign)] == [
        ("same", kept, False),
        ("only_there", lost, True),
    ]


def test_an_oracle_run_without_any_event_is_still_one(foreign: Foreign) -> None:
    lost = foreign.event("Notes.list_folders")
    foreign.ran(lost, 1.0, returned=["x"])
    foreign.data["events"] = []
    foreign.data["metadata"]["simulation"]["agent_id"] = "oracle"
    assert kinds(compared(foreign)) == [("only_there", True)]


def test_defects_of_pare_explain_nothing_in_files_of_ours(foreign: Foreign) -> None:
    first = foreign.event("Notes.list_folders", delay=1.0)
    second = foreign.event("Notes.list_folders", delay=5.0)
    both = foreign.event("Notes.get_note_by_id", {"note_id": NOTE}, first, second, delay=2.0)
    for event in foreign.data["events"]:
        event["action"]["operation_type"] = "READ"
    foreign.data["metadata"]["pare_runner"] = {"scheduled": [first, second, both], "noise": []}
    foreign.ran(first, 1.0, returned=["x"])
    foreign.ran(second, 5.0, returned=["x"])
    foreign.ran(both, 3.0, returned="x")
    row = next(row for row in compared(foreign) if row.event_id == both)
    assert (row.kind, row.is_unexplained) == ("time", True)


def test_a_reference_without_a_result_is_shown_as_the_file_writes_it(foreign: Foreign) -> None:
    deletes = foreign.event("Notes.delete_note", {"note_id": "gone"})
    reads = foreign.event("Notes.get_note_by_id", {"note_id": f"{{{{{deletes}}}}}"}, deletes)
    foreign.ran(reads, 2.0, returned="x")
    foreign.data["completed_events"][-1]["action"] = {
        **foreign.data["completed_events"][-1]["action"],
        "args": [foreign.argument("note_id", NOTE, oracle=False)],
    }
    row = next(row for row in compared(foreign) if row.event_id == reads)
    assert row.here == "note_id={{delete_note}}"


def test_a_file_without_a_run_has_nothing_to_compare() -> None:
    foreign = Foreign("Notes")
    foreign.event("Notes.list_folders")
    assert compared(foreign) == []


def test_as_json() -> None:
    assert ComparedCall("same", 1.5, "e", "Notes.list_folders").as_json() == {
        "kind": "same",
        "seconds": 1.5,
        "event_id": "e",
        "call": "Notes.list_folders",
        "there": None,
        "here": None,
        "why": None,
    }
