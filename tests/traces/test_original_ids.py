"""Traces of imported scenarios call events as the file did that they came from."""

from __future__ import annotations

from typing import Any

from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import hf_document
from pare_runner.traces.original_ids import OriginalIds
from pare_runner.traces.record import record_of

TEXT = """\
id: s
start_time: 2025-11-18T09:00:00Z
apps: {notes: {type: StatefulNotesApp}}
events:
  - {id: makes, env: notes.create_note, at: 10s, args: {title: A}, hf_id: ENV.create-1}
  - {id: reads, agent: notes.get_note_by_id, after: makes, delay: 1s, args: {note_id: {from: makes}}}
hints: [{content: Read, event: makes}]
"""


def exported() -> dict[str, Any]:
    return hf_document(record_of(run_oracle(compile_scenario(TEXT, "s")), TraceContext("id")))


def test_ids_parents_references_logs_and_hints() -> None:
    document = exported()
    for part in ("events", "completed_events"):
        makes, reads = document[part]
        assert (makes["event_id"], reads["event_id"], reads["dependencies"]) == (
            "ENV.create-1",
            "reads",
            ["ENV.create-1"],
        )
        assert makes["action"]["action_id"] == "StatefulNotesApp.create_note-ENV.create-1"
    assert document["events"][1]["action"]["args"][0]["value"] == "{{ENV.create-1}}"
    assert '"id":"ENV.create-1"' in document["world_logs"][0]
    assert document["metadata"]["definition"]["hints"][0]["associated_event_id"] == "ENV.create-1"


def test_neither_the_run_nor_the_scenario_change() -> None:
    scenario = compile_scenario(TEXT, "s")
    outcome = run_oracle(scenario)
    hf_document(record_of(outcome, TraceContext("id")))
    assert [event.event_id for event in outcome.log] == ["makes", "reads"]
    assert [event.event_id for event in scenario.flow.events] == ["makes", "reads"]
    (parent,) = scenario.flow.events[1].dependencies
    assert parent is scenario.flow.events[0]


def test_without_other_ids_nothing_is_copied() -> None:
    scenario = compile_scenario(TEXT.replace(", hf_id: ENV.create-1", ""), "s")
    events = scenario.flow.events
    assert OriginalIds(scenario).of_flow(events) is events
