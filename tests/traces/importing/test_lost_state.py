"""State that the file does not hold: put back where calls show it, told in any case, and never invented."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.traces.importing.reprs import objects_in, shown_fields
from pare_runner.traces.importing.running import run_imported
from pare_runner.traces.importing.scenario import ImportedScenario
from tests.traces.importing.conftest import CLASSES, NOTE, RIDE, START, Foreign

REMINDER = (
    "Reminder(reminder_id='{id}', title='Water plants', "
    'due_datetime=datetime.datetime(2025, 11, 18, 9, 1, tzinfo=datetime.timezone.utc), description="it\'s dry", '
    "repetition_unit=None, repetition_value=1, time_notified={notified})"
)


def lost(imported: ImportedScenario) -> list[str]:
    return [note.message for note in imported.report.of("lost_state")]


@pytest.mark.parametrize("state", [None, {}])
def test_a_state_that_is_not_there_is_told(state: Any) -> None:
    foreign = Foreign("Notes")
    foreign.data["apps"].append(foreign.app("Messages", state))
    imported = foreign.imported()
    assert [str(note) for note in imported.report.of("lost_state")] == [
        "lost_state: $.apps[3].app_state: the file does not say what it holds; it is empty here"
    ]
    assert imported.data["apps"]["messages"] == {"type": "StatefulMessagingApp"}
    del foreign.data["apps"][3]["app_state"]
    assert lost(foreign.imported()) == lost(imported)


class TestReminders:
    def test_those_that_calls_listed_are_put_back(self) -> None:
        foreign = Foreign("Reminders")
        listed = REMINDER.format(id="a" * 32, notified=START + 70.5)
        foreign.called("Reminders.get_due_reminders", {}, 70.5, f"[{listed}]")
        foreign.called("Reminders.get_due_reminders", {}, 71.5, f"[{listed}]")
        imported = foreign.imported()
        assert imported.data["apps"]["reminders"]["reminders"] == [
            {"id": "a" * 32, "title": "Water plants", "at": "2025-11-18T09:01:00Z", "description": "it's dry"}
        ]
        assert lost(imported) == ["the file holds no reminders; rebuilt from what calls listed: 'Water plants'"]

    def test_those_made_in_the_run_are_not(self) -> None:
        foreign = Foreign("Reminders")
        args = {"title": "Water plants", "due_datetime": "2025-11-18 09:01:00", "description": "it's dry"}
        made = foreign.event("Reminders.add_reminder", args)
        foreign.ran(made, 1.0, returned="b" * 32)
        foreign.called("Reminders.get_due_reminders", {}, 70.5, f"[{REMINDER.format(id='b' * 32, notified=None)}]")
        imported = foreign.imported()
        assert imported.data["apps"]["reminders"] == {"type": "StatefulReminderApp"}
        assert lost(imported) == ["the file holds no reminders, and no call shows any"]

    def test_a_text_that_is_no_repr_shows_nothing(self) -> None:
        foreign = Foreign("Reminders")
        foreign.called("Reminders.get_all_reminders", {}, 1.0, "[Reminder(title=open('/etc/passwd').read()")
        assert lost(foreign.imported()) == ["the file holds no reminders, and no call shows any"]


class TestRide:
    def ride(self, imported: ImportedScenario) -> Any:
        return imported.data["apps"]["cab"].get("on_going_ride")

    def test_one_that_the_environment_acts_on(self) -> None:
        foreign = Foreign("Cab")
        foreign.event("Cab.update_ride_status", {"status": "DELAYED"}, oracle=False)
        imported = foreign.imported()
        assert self.ride(imported)["id"] == RIDE
        assert "update_ride_status acts on it before any ride is ordered" in lost(imported)[0]
        assert run_imported(imported).is_good

    def test_not_if_a_ride_is_ordered_first(self) -> None:
        foreign = Foreign("Cab")
        args = {"start_location": "Pier 3", "end_location": "Museum", "service_type": "Van", "ride_time": None}
        orders = foreign.event("Cab.order_ride", args)
        foreign.event("Cab.end_ride", {}, orders, oracle=False)
        imported = foreign.imported()
        assert (self.ride(imported), lost(imported)) == (None, [])

    def test_not_if_the_call_failed_in_the_original(self) -> None:
        foreign = Foreign("Cab")
        foreign.ran(foreign.event("Cab.end_ride", oracle=False), 1.0, exception="No ride")
        run = run_imported(foreign.imported())
        assert self.ride(run.scenario) is None
        assert [call.kind for call in run.calls] == ["fails_too"]

    def test_one_that_is_not_in_the_history(self) -> None:
        foreign = Foreign("Cab")
        foreign.state("Cab")["ride_history"] = []
        foreign.ran(
            foreign.event("Cab.get_current_ride_status"), 1.0, returned=f"Ride ID: {RIDE}\nStart Location: Pier 3"
        )
        imported = foreign.imported()
        (ride,) = imported.data["apps"]["cab"]["state"]["ride_history"]  # what it costs nobody knows
        assert (ride["ride_id"], ride["start_location"], ride["end_location"]) == (RIDE, "Pier 3", "unknown")
        assert run_imported(imported).is_good

    def test_a_ride_that_is_over_is_not_on(self) -> None:
        foreign = Foreign("Cab")
        foreign.state("Cab")["ride_history"][0]["status"] = "COMPLETED"
        foreign.event("Cab.end_ride", oracle=False)
        assert self.ride(foreign.imported()) is None

    def test_quotations_that_are_copies_of_rides_are_no_state(self) -> None:
        foreign = Foreign("Cab")
        foreign.state("Cab")["quotation_history"] = list(foreign.state("Cab")["ride_history"])
        assert "state" not in foreign.imported().data["apps"]["cab"]


class TestAttachments:
    def attached(self, imported: ImportedScenario) -> Any:
        return imported.data["apps"]["notes"]["notes"][0].get("attachments")

    def test_those_listed_or_removed_are_put_back_without_contents(self, foreign: Foreign) -> None:
        lists = foreign.event("Notes.list_attachments", {"note_id": NOTE})
        removes = foreign.event("Notes.remove_attachment", {"note_id": NOTE, "attachment": "b.pdf"}, lists)
        foreign.ran(lists, 1.0, returned=["a.pdf", "b.pdf"])
        foreign.ran(removes, 2.0, returned=NOTE)
        imported = foreign.imported()
        assert self.attached(imported) == [{"name": "a.pdf", "text": ""}, {"name": "b.pdf", "text": ""}]
        assert lost(imported) == ["attachments of note 'Packing': rebuilt without contents: a.pdf, b.pdf"]
        assert run_imported(imported).is_good

    def test_those_added_in_the_run_are_not(self) -> None:
        foreign = Foreign("Notes")
        foreign.data["apps"].append(files({"name": "a.pdf", "type": "file", "text": "x"}))
        adds = foreign.event("Notes.add_attachment_to_note", {"note_id": NOTE, "attachment_path": "/a.pdf"})
        lists = foreign.event("Notes.list_attachments", {"note_id": NOTE}, adds)
        foreign.ran(adds, 1.0, returned=NOTE)
        foreign.ran(lists, 2.0, returned=["a.pdf"])
        imported = foreign.imported()
        assert (self.attached(imported), lost(imported)) == (None, [])

    def test_a_removal_that_failed_shows_nothing(self, foreign: Foreign) -> None:
        removes = foreign.event("Notes.remove_attachment", {"note_id": NOTE, "attachment": "b.pdf"})
        foreign.ran(removes, 1.0, exception="no such attachment")
        imported = foreign.imported()
        assert self.attached(imported) is None
        assert [call.kind for call in run_imported(imported).calls] == ["fails_too"]


def files(*children: dict[str, Any]) -> dict[str, Any]:
    root = {"name": "", "type": "directory", "children": list(children)}
    return Foreign.app("Files", {"files": root, "tmpdir": "sandbox/x"})


def test_contents_of_files_come_from_what_was_read() -> None:
    foreign = Foreign()
    folder = {"name": "docs", "type": "directory", "children": [{"name": "plan.txt", "type": "file"}]}
    foreign.data["apps"].append(files(folder, {"name": "other.txt", "type": "file"}))
    reads = foreign.event("Files.read_document", {"file_path": "/docs/plan.txt", "max_lines": 20})
    foreign.ran(reads, 1.0, returned="line 1\nline 2")
    imported = foreign.imported()
    assert imported.data["apps"]["files"]["files"] == {"/docs/plan.txt": "line 1\nline 2", "/other.txt": ""}
    assert lost(imported) == [
        "contents of files: rebuilt from what calls showed: /docs/plan.txt",
        "contents of files: these are empty: /other.txt",
    ]


def test_a_file_whose_name_looks_like_a_template() -> None:
    foreign = Foreign()
    foreign.data["apps"].append(files({"name": "{{ a }}.txt", "type": "file", "text": "x"}))
    imported = foreign.imported()
    states = imported.compile().blueprint.states
    assert "state" in imported.data["apps"]["files"]
    assert states["Files"][1]["files"]["children"][0]["name"] == "{{ a }}.txt"  # type: ignore[index]


def test_nulls_for_what_is_not_there(foreign: Foreign) -> None:
    note = foreign.state("Notes")["folders"]["Work"]["notes"][NOTE]
    note["attachments"] = None
    imported = foreign.imported()
    assert "state" not in imported.data["apps"]["notes"]
    assert imported.compile().blueprint.states["Notes"][1]["folders"]["Work"]["notes"][NOTE]["attachments"] == {}  # type: ignore[index]


def test_the_owner_is_added_to_a_group_that_does_not_list_them(foreign: Foreign) -> None:
    (conversation,) = foreign.state("Messages")["conversations"].values()
    conversation["participant_ids"] = ["b" * 32, "c" * 32, "9" * 32]
    foreign.state("Messages")["id_to_name"]["9" * 32] = "Una Ray"
    foreign.state("Messages")["name_to_id"]["Una Ray"] = "9" * 32
    imported = foreign.imported()
    assert [note.message for note in imported.report.of("state")] == [
        "the owner of the phone takes part in the conversation 'Tove Lind'"
    ]


def test_reprs_are_data_and_nothing_runs() -> None:
    text = "[Note(title='a', at=datetime.datetime(2025, 1, 2), kind=<K.A: 1>)]"
    assert objects_in(text, "Note") == []
    (note,) = objects_in("[Note(title='a', at=datetime.datetime(2025, 1, 2), who=print('x'), n=[1])]", "Note")
    assert note == {"title": "a", "at": "2025-01-02T00:00:00+00:00", "n": [1]}
    assert objects_in("Note(at=datetime.datetime(2025, 99, 2))", "Note") == [{}]
    assert objects_in("(" * 5000, "Note") == []
    assert shown_fields("  Ride ID: x\n  Start Location: Pier 3\nnothing") == {
        "ride_id": "x",
        "start_location": "Pier 3",
    }


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_a_state_that_is_not_in_the_file_at_all(name: str) -> None:
    foreign = Foreign()
    foreign.data["apps"] = [Foreign.app(name, None)]
    foreign.imported().compile()
