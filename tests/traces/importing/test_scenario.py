"""What an hf document becomes: ids, arguments, times, users' steps, conditions, derived checks, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import InputError
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import hf_document
from pare_runner.traces.importing.report import MEANINGS
from pare_runner.traces.importing.scenario import ImportedScenario
from pare_runner.traces.record import record_of
from tests.traces.importing.conftest import NOTE, OWNER, START, TALK, TOVE, Foreign


def full_flow(foreign: Foreign) -> list[str]:
    """A message, a look, a proposal, a yes, a write."""
    args = {"conversation_id": TALK, "sender_id": TOVE, "content": "Pack two!"}
    comes = foreign.event("Messages.create_and_add_message", args, delay=10.0, oracle=False)
    reads = foreign.event(
        "Messages.read_conversation",
        {"conversation_id": TALK, "offset": 0, "limit": 20, "min_date": None, "max_date": None},
        comes,
        delay=2.0,
    )
    asks = foreign.event("PAREAgentUserInterface.send_message_to_user", {"content": "Shall I?"}, reads)
    says = foreign.event("PAREAgentUserInterface.accept_proposal", {"content": "Yes"}, asks, delay=90.0)
    writes = foreign.event("Notes.update_note", {"note_id": NOTE, "title": "", "content": "two socks"}, says)
    return [comes, reads, asks, says, writes]


def entries(imported: ImportedScenario) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = imported.data["events"]
    return found


def problems(foreign: Foreign) -> list[str]:
    with pytest.raises(InputError) as caught:
        foreign.imported()
    return [str(problem) for problem in caught.value.problems]


def test_a_flow_of_another_program(foreign: Foreign) -> None:
    ids = full_flow(foreign)
    imported = foreign.imported()
    assert entries(imported) == [
        {
            "id": "create_and_add_message",
            "env": "messages.create_and_add_message",
            "at": "10s",
            "args": {"conversation_id": TALK, "sender_id": TOVE, "content": "Pack two!"},
            "hf_id": ids[0],
        },
        {
            "id": "read_conversation",
            "agent": "messages.read_conversation",
            "after": "create_and_add_message",
            "delay": "2s",
            "args": {"conversation_id": TALK, "limit": 20},  # neither nulls nor defaults
            "hf_id": ids[1],
        },
        {
            "id": "send_message_to_user",
            "agent": "aui.send_message_to_user",
            "after": "read_conversation",
            "delay": "1s",
            "args": {"content": "Shall I?"},
            "hf_id": ids[2],
        },
        {
            "id": "accept_proposal",
            "user": "aui.accept_proposal",
            "after": "send_message_to_user",
            "delay": "1m30s",
            "args": {"content": "Yes"},
            "hf_id": ids[3],
        },
        {
            "id": "update_note",
            "agent": "notes.update_note",
            "after": "accept_proposal",
            "delay": "1s",
            "args": {"note_id": NOTE, "title": "", "content": "two socks"},
            "hf_id": ids[4],
        },
    ]
    assert imported.data["checks"] == [{"oracle_writes": True}]
    assert imported.data["scoring"] == "derived"
    assert [note.path for note in imported.report.of("user_event")] == ["$.events[3]"]
    outcome = run_oracle(imported.compile())
    assert (outcome.result.success, outcome.failed_events) == (True, [])
    document = hf_document(record_of(outcome, TraceContext("id")))
    assert [event["event_id"] for event in document["events"]] == ids
    assert [event["event_id"] for event in document["completed_events"]] == ids
    assert document["events"][1]["dependencies"] == [ids[0]]
    assert document["completed_events"][1]["dependencies"] == [ids[0]]
    assert all(event_id in "".join(document["world_logs"]) for event_id in ids)


def test_states_become_tidy_sections(foreign: Foreign) -> None:
    apps = foreign.imported().data["apps"]
    assert apps == {
        "aui": {"type": "PAREAgentUserInterface"},
        "system": {"type": "HomeScreenSystemApp"},
        "messages": {
            "type": "StatefulMessagingApp",
            "users": {TOVE: "Tove Lind", "c" * 32: "Ivo Bek"},
            "me": {"id": OWNER},
            "conversations": [
                {
                    "id": TALK,
                    "participants": [TOVE],
                    "messages": [
                        {"id": "1" * 32, "from": TOVE, "at": "2025-11-18T08:59:00Z", "content": "Bus at nine?"}
                    ],
                }
            ],
        },
        "notes": {
            "type": "StatefulNotesApp",
            "notes": [
                {
                    "id": NOTE,
                    "folder": "Work",
                    "title": "Packing",
                    "content": "socks {{ two }}",
                    "at": "2025-11-18T08:00:00Z",
                    "updated_at": "2025-11-18T08:59:00Z",
                }
            ],
        },
    }


def test_the_owner_keeps_the_id_and_is_me(foreign: Foreign) -> None:
    scenario = foreign.imported().compile()
    name, state = "Messages", dict(scenario.blueprint.states)["Messages"][1]
    assert state is not None
    assert (name, state["current_user_id"], state["conversations"][TALK]["participant_ids"]) == (
        "Messages",
        OWNER,
        [TOVE, OWNER],
    )


def test_texts_of_the_file_are_never_templates(foreign: Foreign) -> None:
    foreign.event("Notes.search_notes", {"query": "{% raw %}{{ x }}{# y #}"})
    imported = foreign.imported()
    scenario = imported.compile()
    (event,) = scenario.flow.events
    assert event.action.args == {"query": "{% raw %}{{ x }}{# y #}"}  # type: ignore[attr-defined]
    notes = dict(scenario.blueprint.states)["Notes"][1]
    assert notes is not None
    assert notes["folders"]["Work"]["notes"][NOTE]["content"] == "socks {{ two }}"


def test_absolute_times(foreign: Foreign) -> None:
    first = foreign.event("Notes.list_folders", at=START + 61.5)
    foreign.event("Notes.list_folders", {}, first, at=START + 90)
    foreign.event("Notes.list_folders", at=START - 5)
    imported = foreign.imported()
    one, two, three = entries(imported)
    assert one["at"] == "2025-11-18T09:01:01.500000Z"
    assert (two["at"], two["after"], "delay" in two) == ("2025-11-18T09:01:30Z", "list_folders", False)
    assert three["at"] == "0s"
    assert [note.path for note in imported.report.of("time")] == ["$.events[2].event_time"]
    times = [event.event_time - START for event in run_oracle(imported.compile()).log]
    assert times == [0.0, 61.5, 90.0]


def test_a_relative_time_that_a_sum_would_change_stays_exact(foreign: Foreign) -> None:
    foreign.event("Notes.list_folders", delay=0.1)
    imported = foreign.imported()
    assert entries(imported)[0]["delay"] == "0.1s"
    assert (
        hf_document(record_of(run_oracle(imported.compile()), TraceContext("id")))["events"][0]["event_relative_time"]
        == 0.1
    )


def test_readable_ids_stay(foreign: Foreign) -> None:
    foreign.event("Notes.list_folders")
    foreign.event("Notes.list_folders")
    foreign.data["events"][0]["event_id"] = "looks"
    foreign.data["events"].append({**foreign.data["events"][0], "event_id": "list_folders"})
    imported = foreign.imported()
    assert [(entry["id"], "hf_id" in entry) for entry in entries(imported)] == [
        ("looks", False),
        ("list_folders_2", True),
        ("list_folders", False),
    ]
    imported.compile()


def test_results_of_other_events(foreign: Foreign) -> None:
    made = foreign.event("Notes.create_note", {"title": "List"})
    args = {"note_id": f"{{{{{made}}}}}", "content": "{{unknown.id}}"}
    foreign.event("Notes.update_note", args, made)
    imported = foreign.imported()
    assert entries(imported)[1]["args"] == {"note_id": {"from": "create_note"}, "content": "{{unknown.id}}"}
    assert [note.path for note in imported.report.of("reference")] == ["$.events[1].action.args[0]"]
    assert not run_oracle(imported.compile()).failed_events


class TestConditions:
    def test_what_waited_for_one_waits_for_its_time(self, foreign: Foreign) -> None:
        first = foreign.event("Notes.list_folders", delay=5.0)
        asked = foreign.condition("_is_read", first)
        then = foreign.event("Notes.list_folders", {}, asked, delay=3.0)
        foreign.ran(first, 5.0)
        foreign.ran(asked, 25.0, returned=True)
        foreign.ran(then, 28.0)
        imported = foreign.imported()
        assert [entry["id"] for entry in entries(imported)] == ["list_folders", "list_folders_2"]
        assert (entries(imported)[1]["after"], entries(imported)[1]["delay"]) == ("list_folders", "23s")
        (note,) = imported.report.of("condition")
        assert "_is_read" in note.message
        assert "25 s" in note.message
        assert "list_folders_2" in note.message
        assert [event.event_time - START for event in run_oracle(imported.compile()).log] == [5.0, 28.0]

    def test_one_without_parents_counts_from_the_start(self, foreign: Foreign) -> None:
        asked = foreign.condition("ready", delay=10.0)
        then = foreign.event("Notes.list_folders", {}, asked, delay=2.0)
        foreign.ran(asked, 40.0, returned=True)
        foreign.ran(then, 42.0)
        assert entries(foreign.imported())[0]["at"] == "42s"

    def test_one_asked_several_times_counts_from_when_it_was_true(self, foreign: Foreign) -> None:
        asked = foreign.condition("ready", delay=10.0)
        then = foreign.event("Notes.list_folders", {}, asked, delay=2.0)
        for number, time in enumerate((10.0, 20.0, 30.0)):
            foreign.ran(asked, time, returned=number == 2)
            foreign.data["completed_events"][-1]["event_id"] = asked.replace("CHECK_0", f"CHECK_{number}")
        foreign.ran(then, 32.0, returned=["Inbox"])
        assert entries(foreign.imported())[0]["at"] == "32s"

    def test_without_a_run_the_time_it_is_first_asked_counts(self, foreign: Foreign) -> None:
        first = foreign.event("Notes.list_folders", delay=5.0)
        asked = foreign.condition("ready", first, delay=10.0)
        again = foreign.condition("sure", asked, delay=1.0)
        foreign.event("Notes.list_folders", {}, again, delay=2.0)
        entry = entries(foreign.imported())[1]
        assert (entry["after"], entry["delay"]) == ("list_folders", "13s")

    def test_beside_other_parents_it_is_a_time_not_to_run_before(self, foreign: Foreign) -> None:
        first = foreign.event("Notes.list_folders", delay=5.0)
        asked = foreign.condition("ready", delay=1.0)
        then = foreign.event("Notes.list_folders", {}, first, asked, delay=2.0)
        for event, time in ((first, 5.0), (asked, 60.0), (then, 62.0)):
            foreign.ran(event, time, returned=True)
        entry = entries(foreign.imported())[1]
        assert (entry["after"], entry["delay"], entry["at"]) == ("list_folders", "2s", "2025-11-18T09:01:02Z")

    def test_the_time_at_which_it_was_true_in_a_run_with_agents(self, foreign: Foreign) -> None:
        asked = foreign.condition("ready", delay=10.0)
        foreign.event("Notes.list_folders", {}, asked, delay=2.0)
        foreign.ran(asked, 400.0, returned=True)
        assert entries(foreign.imported())[0]["at"] == "6m42s"

    def test_with_agents_it_follows_the_planned_call_that_made_it_true(self, foreign: Foreign) -> None:
        first = foreign.event("Notes.new_folder", {"folder_name": "Trip"}, delay=30.0)
        foreign.event("Notes.new_folder", {"folder_name": "Plans"}, first, delay=30.0)
        asked = foreign.condition("ready")
        foreign.event("Notes.new_folder", {"folder_name": "Later"}, asked, delay=2.0)
        foreign.called("Notes.new_folder", {"folder_name": "Plans"}, 9.0, "Plans")
        foreign.ran(asked, 9.0, returned=True)
        imported = foreign.imported()
        assert (entries(imported)[2]["after"], entries(imported)[2]["delay"]) == ("new_folder_2", "2s")
        assert "after new_folder_2, with which it came true" in imported.report.of("condition")[0].message

    def test_with_agents_it_never_follows_what_waits_for_it(self, foreign: Foreign) -> None:
        asked = foreign.condition("ready")
        foreign.event("Notes.new_folder", {"folder_name": "Plans"}, asked, delay=2.0)
        foreign.called("Notes.new_folder", {"folder_name": "Plans"}, 9.0, "Plans")
        foreign.ran(asked, 9.0, returned=True)
        assert entries(foreign.imported())[0]["at"] == "11s"


def test_a_redacted_file_is_told(foreign: Foreign) -> None:
    foreign.data["metadata"]["pare_runner"] = {"redacted": {"emails": 2, "pattern": 1}}
    (note,) = foreign.imported().report.of("redacted")
    assert "3 texts were replaced" in note.message
    foreign.data["metadata"]["pare_runner"] = {"redacted": {"emails": 0}}
    assert not foreign.imported().report.of("redacted")


class TestChecks:
    def test_a_proposal_alone(self, foreign: Foreign) -> None:
        asks = foreign.event("PAREAgentUserInterface.send_message_to_user", {"content": "Shall I?"})
        foreign.event("PAREAgentUserInterface.reject_proposal", {"content": "No"}, asks)
        imported = foreign.imported()
        assert imported.data["checks"] == [{"proposed": True}]
        assert run_oracle(imported.compile()).result.success is True

    def test_nothing_to_do_is_silence(self, foreign: Foreign) -> None:
        args = {"conversation_id": TALK, "sender_id": TOVE, "content": "Hi"}
        foreign.event("Messages.create_and_add_message", args, oracle=False)
        imported = foreign.imported()
        assert (imported.data["silence"], "checks" in imported.data) == (True, False)
        assert run_oracle(imported.compile()).result.success is True

    def test_reading_alone_is_judged_by_nobody(self, foreign: Foreign) -> None:
        foreign.event("Notes.list_folders")
        imported = foreign.imported()
        assert run_oracle(imported.compile()).result.status == "no_validation"
        assert imported.report.of("checks")

    def test_writes_without_an_accept_above_are_reported_only(self, foreign: Foreign) -> None:
        foreign.event("Notes.create_note", {"title": "List"})
        imported = foreign.imported()
        assert imported.data["side_effects"] == "report"
        assert "create_note" in imported.report.of("side_effects")[0].message
        assert run_oracle(imported.compile()).result.success is True


def test_what_the_definition_says(foreign: Foreign) -> None:
    (comes, *_) = full_flow(foreign)
    foreign.data["metadata"]["definition"] |= {
        "scenario_id": "a scenario.1",
        "tags": ["Planning"],
        "duration": 600.0,
        "seed": 3,
        "time_increment_in_seconds": 5,
        "hints": [
            {"hint_type": "ENVIRONMENT_HINT", "content": "{{x}}", "associated_event_id": comes},
            {"hint_type": "ODD", "content": "y", "associated_event_id": "nowhere"},
        ],
    }
    imported = foreign.imported()
    head = {key: imported.data[key] for key in ("id", "tags", "start_time", "duration", "seed")}
    assert head == {
        "id": "a_scenario_1",
        "tags": ["Planning"],
        "start_time": "2025-11-18T09:00:00Z",
        "duration": "10m",
        "seed": 3,
    }
    assert len(imported.report.of("left_out")) == 3
    definition = hf_document(record_of(run_oracle(imported.compile()), TraceContext("id")))["metadata"]["definition"]
    assert definition["hints"] == [
        {"hint_type": "ENVIRONMENT_HINT", "content": "{{x}}", "associated_event_id": comes},
        {"hint_type": "TASK_HINT", "content": "y", "associated_event_id": None},
    ]
    assert (definition["duration"], definition["seed"], definition["tags"]) == (600.0, 3, ["Planning"])


def test_settings_that_the_layout_has_no_place_for(foreign: Foreign) -> None:
    extras = {"additional_system_prompt": "Be {{ brief }}.", "tags": ["Planning"], "nb_turns": 3}
    foreign.data["metadata"]["pare_runner"] = extras
    scenario = foreign.imported().compile()
    assert (scenario.nb_turns, scenario.tags) == (3, ("Planning",))
    assert scenario.additional_system_prompt == "Be {{ brief }}."
    foreign.data["metadata"]["definition"]["tags"] = ["own"]
    assert foreign.imported().compile().tags == ("own",)
    foreign.data["metadata"]["pare_runner"] = dict.fromkeys(extras)
    assert foreign.imported().compile().additional_system_prompt is None


@pytest.mark.parametrize(
    ("key", "value"), [("additional_system_prompt", 1), ("nb_turns", 0), ("nb_turns", True), ("tags", "Planning")]
)
def test_settings_of_a_wrong_type(foreign: Foreign, key: str, value: Any) -> None:
    foreign.data["metadata"]["pare_runner"] = {key: value}
    (problem,) = problems(foreign)
    assert problem.startswith(f"foreign.json: $.metadata.pare_runner.{key}: must be ")


def test_a_stop_and_a_message_of_the_user(foreign: Foreign) -> None:
    says = foreign.event(
        "PAREAgentUserInterface.send_message_to_agent", {"content": "Hi"}, oracle=False, event_type="USER"
    )
    stop = {"class_name": "StopEvent", "event_type": "STOP", "event_time": None, "event_id": "stop"}
    foreign.data["events"].append({**stop, "dependencies": [says], "event_relative_time": 5, "action": None})
    imported = foreign.imported()
    assert [set(entry) & {"user", "stop"} for entry in entries(imported)] == [{"user"}, {"stop"}]
    assert run_oracle(imported.compile()).result.termination_reason == "stop_event"


def test_what_can_never_run_is_left_out(foreign: Foreign) -> None:
    foreign.data["metadata"]["definition"]["duration"] = 60.0
    foreign.event("Notes.list_folders", delay=60.0)
    late = foreign.event("Notes.list_folders", at=START + 61)
    foreign.event("Notes.list_folders", {}, late)
    imported = foreign.imported()
    assert [entry["id"] for entry in entries(imported)] == ["list_folders"]
    assert sorted(note.path for note in imported.report.of("left_out")) == ["$.events[1]", "$.events[2]"]
    stop = {"class_name": "StopEvent", "event_type": "STOP", "event_time": None, "event_id": "stop", "action": None}
    foreign.data["events"].insert(0, {**stop, "dependencies": [], "event_relative_time": 10.0})
    imported = foreign.imported()
    assert [entry["id"] for entry in entries(imported)] == ["stop"]
    imported.compile()


def test_classes_of_meta_are(foreign: Foreign) -> None:
    full_flow(foreign)
    names = {"Messages": "MessagingAppV2", "PAREAgentUserInterface": "AgentUserInterface", "System": "SystemApp"}
    for app in foreign.data["apps"]:
        app["class_name"] = names.get(app["name"], app["class_name"])
    imported = foreign.imported()
    assert len(imported.report.of("class")) == 3
    assert run_oracle(imported.compile()).result.success is True


def test_the_agent_interface_need_not_be_listed(foreign: Foreign) -> None:
    full_flow(foreign)
    del foreign.data["apps"][:2]
    imported = foreign.imported()
    assert list(imported.data["apps"]) == ["messages", "notes"]
    assert run_oracle(imported.compile()).result.success is True


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("apps", 2, "class_name"), "StatefulMesagingApp", "$.apps[2].class_name: there is no app class"),
        (("apps", 3, "name"), "N" * 27, "$.apps[3].name: an app's name has 1 to 26 characters"),
        (("apps", 3, "app_state", "view_limit"), "five", "$.apps[3].app_state: StatefulNotesApp state, view_limit"),
        (("events", 0, "action", "app"), "Mesages", "$.events[0].action.app: the file has no app 'Mesages'"),
        (("events", 0, "action", "function"), "add_mesage", "$.events[0].action.function: StatefulMessagingApp has no"),
        (("events", 1, "action", "args", 0, "name"), "id", "$.events[1].action.args[0].name: read_conversation has no"),
        (("events", 1, "action", "args", 2, "value"), "many", "$.events[1].action.args[2].value: 'many' is no int"),
        (("events", 1, "action", "args", 2, "value_type"), "str", "$.events[1].action.args[2].value: limit must be"),
        (("events", 0, "action", "args"), [], "$.events[0].action.args: create_and_add_message needs the argument"),
        (("events", 1, "dependencies"), ["gone"], "$.events[1].dependencies[0]: there is no event 'gone'"),
        (("events", 1, "event_relative_time"), -1, "$.events[1].event_relative_time: must not be negative"),
        (("events", 0, "event_time"), 1e300, "$.events[0].event_time: 1e+300 seconds since the epoch"),
        (("metadata", "definition", "start_time"), 1e300, "$.metadata.definition.start_time: 1e+300 seconds"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    foreign: Foreign, path: tuple[str | int, ...], value: Any, message: str
) -> None:
    full_flow(foreign)
    place: Any = foreign.data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    told = problems(foreign)
    assert told[0].startswith(f"foreign.json: {message}"), told


def test_names_that_are_nearly_right_are_suggested(foreign: Foreign) -> None:
    foreign.event("Notes.list_folder")
    assert problems(foreign) == [
        "foreign.json: $.events[0].action.function: StatefulNotesApp has no tool 'list_folder' "
        "(did you mean 'list_folders'?)"
    ]


def test_events_that_wait_for_themselves(foreign: Foreign) -> None:
    first, *_, last = full_flow(foreign)
    foreign.data["events"][0]["dependencies"] = [last]
    assert problems(foreign) == [f"foreign.json: $.events[0].dependencies: {first!r} waits for itself"]


def test_a_long_chain_of_events_is_no_problem(foreign: Foreign) -> None:
    before: tuple[str, ...] = ()
    for number in range(3000):
        waits = (
            foreign.condition(f"c{number}", *before) if number % 2 else foreign.event("Notes.list_folders", {}, *before)
        )
        before = (waits,)
    assert len(entries(foreign.imported())) == 1500


def test_what_cannot_be_compiled_is_told_with_its_place(foreign: Foreign) -> None:
    foreign.event("System.open_app", {"app_name": "Notes"}, event_type="USER")
    foreign.event("System.switch_app", {"app_name": "Messages"}, event_type="USER")
    with pytest.raises(InputError, match=r"^foreign\.json: \$\.events\[1\]: Messages has not been opened before"):
        foreign.imported().compile()


def test_an_app_in_front_is_found_by_the_first_tap(foreign: Foreign) -> None:
    foreign.event("Notes.open", {"note_id": NOTE}, event_type="USER")
    imported = foreign.imported()
    assert imported.data["open_app"] == "notes"
    assert [event.function_name() for event in run_oracle(imported.compile()).log] == ["open"]


def test_apps_that_are_elsewhere(foreign: Foreign) -> None:
    foreign.data["apps"] = []
    foreign.data["metadata"]["definition"]["hf_metadata"] = {"dataset": "d", "split": "s", "revision": None}
    assert "$.apps: the apps are not in the file" in problems(foreign)[0]


def test_every_kind_of_note_has_a_meaning(foreign: Foreign) -> None:
    full_flow(foreign)
    assert {note.kind for note in foreign.imported().report.notes} <= set(MEANINGS)
