"""The hf trace of an oracle run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.apps.core.tools import WRITE, agent_tool
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.kernel.events import ConditionCheckEvent, Event, StopEvent
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TraceContext, TraceWriter
from pare_runner.traces.events import planned_event
from pare_runner.traces.hf import OURS, HfWriter, hf_document
from pare_runner.traces.record import record_of
from tests.batch.situations import (
    START,
    CrashingScenario,
    EverySortScenario,
    FailingScenario,
    NotesScenario,
    UnbuildableScenario,
    UnjudgedScenario,
)

CONTEXT = TraceContext("id", {"oracle": True, "seed": 0})


def trace(scenario: PAREScenario, run_number: int = 1) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(
        orjson.dumps(hf_document(record_of(run_oracle(scenario, run_number=run_number), CONTEXT)))
    )
    return document


def entry(document: dict[str, Any], event_id: str, part: str = "completed_events") -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in document[part] if item["event_id"] == event_id)
    return found


class OddApp(StatefulNotesApp):
    """Tools that return what PARE's traces lose."""

    @agent_tool(WRITE)
    def give(self, kind: str, several: list[str] | None = None, options: dict[str, str] | None = None) -> Any:
        """Return something falsy, or fail."""
        if kind == "fail":
            raise KeyError("nothing there")
        return {"text": "", "zero": 0, "no": False, "list": [], "dict": {}, "none": None}[kind]


class OddScenario(PAREScenario):
    scenario_id = "odd"
    KINDS = ("text", "zero", "no", "list", "dict", "none", "fail")

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        self.apps = [OddApp("Odd")]

    def build_events_flow(self) -> None:
        for number, kind in enumerate(self.KINDS):
            give = Event.from_function(self.apps[0].give, kind=kind, several=["a", "b"], options=None)  # type: ignore[attr-defined]
            self.events.append(give.oracle().with_id(kind).depends_on(None, number))


def test_layout() -> None:
    document = trace(NotesScenario(), run_number=3)

    assert list(document) == [
        *("world_logs", "apps", "events", "completed_events", "version", "context", "augmentation", "metadata")
    ]
    assert document["version"] == "are_simulation_v1"
    assert document["metadata"]["definition"] == {
        "scenario_id": "notes",
        "seed": 0,
        "duration": None,
        "time_increment_in_seconds": 1,
        "start_time": START,
        "run_number": 3,
        "hints": [],
        "config": None,
        "has_a2a_augmentation": False,
        "has_tool_augmentation": False,
        "has_env_events_augmentation": False,
        "has_exception": False,
        "exception_type": None,
        "exception_message": None,
        "tags": ["writing"],
        "hf_metadata": None,
    }
    assert document["metadata"]["simulation"] == {"agent_id": "oracle", "model_id": "oracle"}
    assert document["metadata"]["runner_config"] == {"oracle": True, "seed": 0}
    assert document["metadata"]["annotation"] == {
        "annotation_id": None,
        "annotator": None,
        "validation_decision": "Valid",
        "comment": None,
        "date": START + 10 + 2 + 5 + 1 + 1.5,
    }


def test_keys_are_those_of_a_recorded_trace(shared: Path) -> None:
    sample = json.loads((shared / "samples/traces/duplicate_order_cancellation_check.oracle.hf.json").read_text())
    ours = {item["class_name"]: item for kind in (NotesScenario, EverySortScenario) for item in trace(kind())["events"]}
    document = trace(NotesScenario())

    assert list(document) == list(sample)
    for theirs in sample["events"]:
        assert list(ours[theirs["class_name"]]) == list(theirs)
        assert list(ours[theirs["class_name"]]["action"]) == list(theirs["action"])
    assert list(document["completed_events"][0]) == list(sample["completed_events"][0])
    assert list(document["completed_events"][0]["metadata"]) == list(sample["completed_events"][0]["metadata"])
    assert list(json.loads(document["world_logs"][0])) == list(json.loads(sample["world_logs"][0]))
    assert list(document["metadata"]) == [*sample["metadata"], OURS]
    for part in ("definition", "simulation", "annotation"):
        assert list(document["metadata"][part]) == list(sample["metadata"][part])


def test_apps_are_as_before_the_first_event() -> None:
    document = trace(NotesScenario())

    apps = {app["name"]: app for app in document["apps"]}
    assert list(apps) == ["StatefulNotesApp", "PAREAgentUserInterface", "System"]
    assert "Trip" in apps["StatefulNotesApp"]["app_state"]["folders"]
    assert apps["PAREAgentUserInterface"]["app_state"] == {"messages": []}
    assert apps["System"] == {"name": "System", "class_name": "HomeScreenSystemApp", "app_state": None}


def test_planned_events() -> None:
    document = trace(NotesScenario())

    assert entry(document, "gone", "events") == {
        "class_name": "Event",
        "event_type": "ENV",
        "event_time": None,
        "event_id": "gone",
        "dependencies": [],
        "event_relative_time": 10.0,
        "action": {
            "action_id": "StatefulNotesApp.delete_folder-gone",
            "app": "StatefulNotesApp",
            "function": "delete_folder",
            "operation_type": "WRITE",
            "args": [{"name": "folder_name", "value": "Trip", "value_type": "str"}],
        },
    }
    reads = entry(document, "reads", "events")
    assert reads["class_name"] == "OracleEvent"
    assert reads["event_time_comparator"] is None
    assert reads["dependencies"] == ["writes"]
    assert reads["action"]["action_id"] == ""
    assert reads["action"]["operation_type"] == "READ"
    assert reads["action"]["args"] == [{"name": "note_id", "value": "{{writes}}", "value_type": "str"}]
    assert entry(document, "yes", "events")["event_type"] == "USER"


def test_every_sort_of_event_has_its_form_and_validations_have_none() -> None:
    document = trace(EverySortScenario())

    assert [item["class_name"] for item in document["events"]] == ["Event", "ConditionCheckEvent", "Event", "StopEvent"]
    absolute = entry(document, "absolute", "events")
    assert (absolute["event_time"], absolute["event_relative_time"]) == (START + 30, None)
    assert entry(document, "gone", "events")["action"] == {
        "action_id": "ConditionCheckAction.is_gone-gone",
        "app": None,
        "function": "is_gone",
        "operation_type": None,
        "args": None,
    }
    assert entry(document, "stop", "events")["action"] is None
    assert entry(document, "user", "events")["dependencies"] == ["gone"], "the validation's own parent stands for it"
    assert entry(document, "gone")["metadata"]["return_value"] == "true"
    assert entry(document, "stop")["event_type"] == "STOP"


@pytest.mark.parametrize(
    ("at", "delay", "written"),
    [
        (None, 2, (None, 2.0)),
        (START + 9, None, (START + 9, None)),
        (START + 9, 0, (START + 9, None)),
        (START, 2, (None, 2.0)),
    ],
)
def test_one_time_is_written(at: float | None, delay: float | None, written: tuple[float | None, float | None]) -> None:
    entry = planned_event(StopEvent(event_id="stop", event_time=at, event_relative_time=delay))

    assert entry is not None
    assert (entry["event_time"], entry["event_relative_time"]) == written


def test_a_condition_without_a_name_is_called_by_its_id() -> None:
    entry = planned_event(ConditionCheckEvent(event_id="arrived", condition=lambda env: True))

    assert entry is not None
    assert entry["action"]["function"] == "arrived"


def test_completed_events_are_the_calls_with_resolved_arguments() -> None:
    document = trace(NotesScenario())

    assert [item["event_id"] for item in document["completed_events"]] == ["gone", "asks", "yes", "writes", "reads"]
    writes, reads = entry(document, "writes"), entry(document, "reads")
    assert writes["event_time"] == START + 18
    assert writes["event_relative_time"] is None
    assert reads["action"]["action_id"] == "StatefulNotesApp.get_note_by_id-reads"
    assert reads["action"]["args"] == [
        {"name": "note_id", "value": writes["metadata"]["return_value"], "value_type": "str"}
    ]
    assert reads["metadata"]["return_value_type"] == "Note"
    assert orjson.loads(reads["metadata"]["return_value"])["title"] == "Trip"
    assert (reads["metadata"]["proactive_mode"], reads["metadata"]["turn_number"]) == (None, None)


def test_every_call_has_an_action_log() -> None:
    document = trace(NotesScenario())

    logs = [orjson.loads(text) for text in document["world_logs"]]
    assert [item["id"] for item in logs] == [item["event_id"] for item in document["completed_events"]]
    assert {item["log_type"] for item in logs} == {"action"}
    assert {item["agent_id"] for item in logs} == {"unknown"}
    assert logs[0] == {
        "timestamp": START + 10,
        "id": "gone",
        "agent_id": "unknown",
        "content": "StatefulNotesApp: delete_folder",
        "input": {"folder_name": "Trip"},
        "event_type": "ENV",
        "output": "Trip",
        "action_name": "delete_folder",
        "app_name": "StatefulNotesApp",
        "exception": None,
        "exception_stack_trace": None,
        "log_type": "action",
    }
    assert logs[-1]["output"]["title"] == "Trip", "a value, not its text"


def test_a_failed_call_tells_what_was_raised_without_paths() -> None:
    document = trace(FailingScenario())

    metadata = entry(document, "reads")["metadata"]
    assert "no-such-note" in metadata["exception"]
    assert "pare_runner.apps.phone:_call" in metadata["exception_stack_trace"]
    assert "/" not in metadata["exception_stack_trace"]
    assert metadata["return_value"] is None
    assert orjson.loads(document["world_logs"][0])["exception"] == metadata["exception"]
    assert document["metadata"]["annotation"]["validation_decision"] == "Invalid"
    assert document["metadata"]["annotation"]["comment"] == "no note"


def test_kd_41_empty_none_and_nested_values_survive() -> None:
    """Known defect 41: falsy results became null, lists and dicts Python reprs, None the text "None"."""
    document = trace(OddScenario())

    results = {item["event_id"]: item["metadata"] for item in document["completed_events"]}
    assert {name: (item["return_value"], item["return_value_type"]) for name, item in results.items()} == {
        "text": ("", "str"),
        "zero": ("0", "int"),
        "no": ("false", "bool"),
        "list": ("[]", "list"),
        "dict": ("{}", "dict"),
        "none": (None, None),
        "fail": (None, None),
    }
    logs = {item["id"]: item for item in map(orjson.loads, document["world_logs"])}
    assert {name: item["output"] for name, item in logs.items()} == {
        "text": "",
        "zero": 0,
        "no": False,
        "list": [],
        "dict": {},
        "none": None,
        "fail": None,
    }
    assert logs["fail"]["exception"] == "nothing there"
    assert [item["operation_type"] for item in (event["action"] for event in document["events"])] == ["WRITE"] * 7
    arguments = [
        {"name": "kind", "value": "text", "value_type": "str"},
        {"name": "several", "value": '["a","b"]', "value_type": "list"},
        {"name": "options", "value": None, "value_type": None},
    ]
    assert entry(document, "text", "events")["action"]["args"] == arguments
    assert entry(document, "text")["action"]["args"] == arguments


@pytest.mark.parametrize("kind", [CrashingScenario, UnbuildableScenario])
def test_a_crash_is_no_verdict(kind: type[PAREScenario]) -> None:
    document = trace(kind())

    definition = document["metadata"]["definition"]
    assert definition["has_exception"]
    assert definition["exception_type"] in ("RuntimeError", "ValueError")
    assert definition["exception_message"] in ("the check is broken", "no apps today")
    assert document["metadata"]["annotation"]["validation_decision"] is None


def test_a_run_without_a_phone_has_neither_apps_nor_events() -> None:
    document = trace(UnbuildableScenario())

    assert [document[part] for part in ("apps", "events", "completed_events", "world_logs")] == [[], [], [], []]


def test_no_verdict_is_neither_valid_nor_invalid() -> None:
    assert trace(UnjudgedScenario())["metadata"]["annotation"]["validation_decision"] is None


def test_the_file_is_named_by_the_run_and_equal_for_equal_runs() -> None:
    writer: TraceWriter = HfWriter()
    scenario = NotesScenario()

    (first,) = writer.render(record_of(run_oracle(scenario), TraceContext("a_run")))
    (second,) = writer.render(record_of(run_oracle(scenario), TraceContext("a_run")))
    (third,) = writer.render(record_of(run_oracle(NotesScenario()), TraceContext("a_run")))

    assert (writer.name, first.name) == ("hf", "a_run.json")
    assert first == second == third
    assert orjson.loads(first.data)["metadata"]["definition"]["scenario_id"] == "notes"


def test_apps_of_a_scenario_that_is_known_elsewhere_are_left_to_be_found_there() -> None:
    known = {"dataset": "some/data", "split": "test", "revision": None}

    document = trace(NotesScenario(hf_metadata=known))
    assert document["apps"] == []
    assert document["metadata"]["definition"]["hf_metadata"] == known
    assert document["completed_events"]
