"""Reading hf files: what is accepted, and that everything wrong in a file is told with its JSON path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pare_runner.errors import InputError
from pare_runner.traces.documents import MAX_PROBLEMS, parse_hf, read_hf, world_logs

EVENT: dict[str, Any] = {
    "class_name": "OracleEvent",
    "event_type": "AGENT",
    "event_time": None,
    "event_id": "reads",
    "dependencies": [],
    "event_relative_time": 2,
    "event_time_comparator": None,
    "action": {
        "action_id": "",
        "app": "Notes",
        "function": "list_notes",
        "operation_type": None,
        "args": [{"name": "folder", "value": "None", "value_type": "NoneType"}],
    },
}
DOCUMENT: dict[str, Any] = {
    "version": "are_simulation_v1",
    "apps": [{"name": "Notes", "class_name": "StatefulNotesApp", "app_state": None}],
    "events": [EVENT],
    "completed_events": [
        {**EVENT, "class_name": "CompletedEvent", "event_time": 12.5, "metadata": {"exception": "no folder None"}}
    ],
    "world_logs": [json.dumps({"timestamp": 1, "log_type": "llm_output_thought_action", "content": "x"})],
    "metadata": {"definition": {"scenario_id": "s", "start_time": 10, "tags": ["Planning"], "seed": 7.0}},
    "something_new": {"kept": False},
}


def told(document: Any) -> list[str]:
    """The problems of a document, as its reader tells them."""
    with pytest.raises(InputError) as caught:
        parse_hf(json.dumps(document), "s.json")
    return [str(problem) for problem in caught.value.problems]


def with_value(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The document with something else at a place; `...` removes it."""
    document = json.loads(json.dumps(DOCUMENT))
    place: Any = document
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return document


def test_a_document_is_read_as_it_stands() -> None:
    document = parse_hf(json.dumps(DOCUMENT), "s.json")
    assert (document.definition.scenario_id, document.definition.start_time, document.definition.seed) == ("s", 10.0, 7)
    (event,), (completed,) = document.events, document.completed_events
    assert (event.event_id, event.event_relative_time, event.event_time) == ("reads", 2.0, None)
    assert event.action is not None
    assert (event.action.app, event.action.args[0].value_type) == ("Notes", "NoneType")
    assert (completed.time, completed.exception, completed.return_value) == (12.5, "no folder None", None)


def test_log_entries_are_read_when_asked_for_and_get_todays_names() -> None:
    (entry,) = world_logs(parse_hf(json.dumps(DOCUMENT), "s.json"))
    assert (entry["log_type"], entry["agent_id"]) == ("llm_output", "unknown")
    broken = parse_hf(json.dumps(with_value(("world_logs", 0), '{"timestamp": 1, "log_type": "thougth"}')), "s.json")
    with pytest.raises(InputError, match=r"s.json: \$.world_logs\[0\].log_type: .*did you mean 'thought'"):
        world_logs(broken)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), "are_simulation_v2", "s.json: $.version: the version is 'are_simulation_v2'"),
        (("version",), ..., "s.json: $: the key 'version' is missing"),
        (("metadata", "definition", "scenario_id"), None, "$.metadata.definition.scenario_id: must be text, not null"),
        (("metadata", "definition"), ..., "$.metadata: the key 'definition' is missing"),
        (("metadata", "definition", "tags"), "a", "$.metadata.definition.tags: must be a list"),
        (("events", 0, "event_time"), "soon", "$.events[0].event_time: must be a number, not 'soon' (str)"),
        (("events", 0, "event_time"), ..., "$.events[0]: the key 'event_time' is missing"),
        (("events", 0, "event_type"), "AGENTS", "$.events[0].event_type: 'AGENTS' is none of"),
        (("events", 0, "dependencies"), [3], "$.events[0].dependencies[0]: must be text, not 3 (int)"),
        (("events", 0, "action"), None, "$.events[0].action: an event of class OracleEvent needs an action"),
        (("events", 0, "action", "app"), None, "$.events[0].action.app: must be text, not null"),
        (("events", 0, "action", "operation_type"), "REED", "did you mean 'READ'"),
        (("events", 0, "action", "args", 0), [], "$.events[0].action.args[0]: must be an object"),
        (("events", 0, "action", "args", 0, "value"), 3, "$.events[0].action.args[0].value: must be text, not 3 (int)"),
        (("completed_events", 0, "event_time"), None, "$.completed_events[0].event_time: must be a number, not null"),
        (("completed_events", 0, "metadata", "turn_number"), "1", "$.completed_events[0].metadata.turn_number"),
        (("apps", 0, "app_state"), [], "$.apps[0].app_state: must be an object"),
        (("apps",), None, "$.apps: must be a list, not null"),
        (("apps",), ..., "$.apps: is missing"),
        (("events",), None, "$.events: must be a list, not null"),
        (("events",), ..., "$.events: is missing"),
        (("apps",), [DOCUMENT["apps"][0]] * 2, "$.apps[1].name: there is another app 'Notes'"),
        (("events",), [EVENT, EVENT], "$.events[1].event_id: there is another event 'reads'"),
        (("world_logs",), [{}], "$.world_logs[0]: must be text"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(path: tuple[str | int, ...], value: Any, message: str) -> None:
    (problem,) = told(with_value(path, value))
    assert message in problem


def test_all_problems_of_a_file_are_told_but_not_without_end() -> None:
    document = with_value(("events",), [{**EVENT, "event_id": f"e{n}", "event_type": "NONE"} for n in range(100)])
    problems = told(document)
    assert len(problems) == MAX_PROBLEMS + 1
    assert "$.events[19].event_type" in problems[19]
    assert problems[-1] == "s.json: and 80 more problems"


@pytest.mark.parametrize("text", ["", "{", json.dumps(DOCUMENT)[:-40], "[" * 5000, '{"a": "\udce4"}'])
def test_what_is_no_json_is_told_with_its_file(text: str) -> None:
    with pytest.raises(InputError, match=r"s\.json: this is not JSON"):
        parse_hf(text, "s.json")


@pytest.mark.parametrize(
    "data", [json.dumps(DOCUMENT).encode("utf-16"), json.dumps(DOCUMENT).encode("utf-16-le"), b"\x93\x00PAR1"]
)
def test_what_is_no_utf_8_is_told(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^s\.json: this is not UTF-8 text$"):
        parse_hf(data, "s.json")


def test_a_lite_trace_is_told() -> None:
    (problem,) = told({"scenario_id": "s", "per_agent_interaction_histories": {}})
    assert problem.startswith("s.json: $: this is a lite trace")


@pytest.mark.parametrize("value", [[], 3, "x", None])
def test_another_kind_of_json_is_no_trace(value: Any) -> None:
    assert told(value)[0].startswith("s.json: $: an hf trace is an object")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read the file: No such file"):
        read_hf(tmp_path / "absent.json")
    with pytest.raises(InputError, match="is not a file"):
        read_hf(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with open(path, "wb") as file:
        file.truncate(2**30)
    with pytest.raises(InputError, match=r"the file has 1,024\.0 MiB, at most 512\.0 MiB are read"):
        read_hf(path)
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(DOCUMENT).encode())
    with pytest.raises(InputError, match="at most"):
        read_hf(path, max_bytes=100)
    assert read_hf(path).definition.scenario_id == "s"


def test_every_sample_is_read_with_its_log(shared: Path) -> None:
    samples = sorted((shared / "samples" / "traces").glob("*.json"))
    assert len(samples) == 9
    for path in samples:
        document = read_hf(path)
        assert document.events
        assert len(world_logs(document)) == len(document.raw_world_logs) > 0
