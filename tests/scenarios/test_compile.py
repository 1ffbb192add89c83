"""From a text to a scenario: what the parts of a file become."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import ScenarioError
from pare_runner.kernel.events import ConditionCheckEvent, Event, EventType, OperationType, OracleEvent, StopEvent
from pare_runner.kernel.references import Ref
from pare_runner.scenarios.compiler.compile import compile_document, compile_scenario
from pare_runner.scenarios.text.yaml_text import Document

from .conftest import HEAD, START, lines, mistakes, run, scenario

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*.yaml"))

TEXT = """\
id: all_of_it
title: A folder is deleted
tags: [notes, test]
start_time: 2025-11-18T09:00:00Z
duration: 1h
seed: 4
max_turns: 7
vars: {who: Ann, folder: Recipes, count: 2}
user: {goal: "Keep {{ who }} happy", additional_system_prompt: "{{ who }} is away"}
open_app: notes
apps:
  notes:
    type: StatefulNotesApp
    name: Jotter
    folders: ["{{ folder }}"]
    view_limit: "{{ count }}"
    notes: [{id: n1, title: Pasta, content: "for {{ who }}", folder: "{{ folder }}", at: -2d}]
events:
  - {id: gone, env: notes.delete_folder, at: 10s, args: {folder_name: "{{ folder }}"}}
  - {id: sees, when: {called: notes.delete_folder, by: env}, after: gone, every: 5s, timeout: 1m}
  - {id: asks, agent: aui.send_message_to_user, after: [gone, sees], delay: 2s, args: {content: "Again, {{ who }}?"}}
  - {id: yes, user: aui.accept_proposal, after: asks, delay: 5s}
  - {id: makes, agent: notes.create_note, after: yes, args: {title: Pasta, content: {from: yes}}}
  - {id: opens, user: notes.edit, on: {note_id: {from: makes}}, after: makes, optional: true}
  - {id: ends, stop: true, at: 30m}
checks:
  - proposed: {about: Again}
  - {name: made, called: notes.create_note}
allow: [notes.delete_note, {call: notes.move_note, args: {note_id: n1}}]
side_effects: report
rationale: Because.
"""


def test_the_head_of_a_file() -> None:
    made = scenario(TEXT)
    assert (made.scenario_id, made.title, made.tags) == ("all_of_it", "A folder is deleted", ("notes", "test"))
    assert (made.start, made.duration, made.seed, made.nb_turns) == (START, 3600.0, 4, 7)
    assert (made.open_app, made.file.user.goal, made.source) == ("Jotter", "Keep Ann happy", TEXT)
    assert made.additional_system_prompt == "Ann is away"
    assert (made.file.side_effects, made.file.rationale) == ("report", "Because.")


def test_apps_are_filled_and_known_by_their_handles() -> None:
    made = scenario(TEXT)
    assert [app.name for app in made.apps] == ["Jotter", "PAREAgentUserInterface", "System"]
    assert made.handles == {"notes": "Jotter", "aui": "PAREAgentUserInterface", "system": "System"}
    notes = made.get_typed_app(StatefulNotesApp)
    assert notes.view_limit == 2
    assert notes.folders["Recipes"].notes["n1"].content == "for Ann"
    assert notes.folders["Recipes"].notes["n1"].created_at == START - 2 * 86400


def test_events_are_linked_as_written() -> None:
    made = scenario(TEXT)
    kinds = [type(event) for event in made.events]
    assert kinds == [
        Event,
        ConditionCheckEvent,
        OracleEvent,
        OracleEvent,
        OracleEvent,
        OracleEvent,
        OracleEvent,
        StopEvent,
    ]
    gone, sees, asks, yes, makes, tap, opens, ends = made.events
    assert asks.dependencies == [gone, sees]
    assert (asks.event_relative_time, yes.event_relative_time, ends.event_relative_time) == (2.0, 5.0, 1800.0)
    assert isinstance(sees, ConditionCheckEvent)
    assert (sees.every, sees.timeout) == (5.0, 60.0)
    assert isinstance(makes, OracleEvent)
    assert makes.action is not None
    assert (makes.action.app, makes.action.operation_type) == ("Jotter", OperationType.WRITE)
    assert makes.action.args == {"title": "Pasta", "content": Ref("yes")}
    assert opens.dependencies == [tap]
    assert made.steps["opens"] == ["opens-tap-1", "opens"]
    assert [getattr(event, "optional", None) for event in (makes, tap, opens)] == [False, True, True]
    assert opens.event_type is EventType.USER


def test_what_the_oracle_writes_is_expected() -> None:
    made = scenario(TEXT)
    assert [(write.event_id, write.app, write.tool.name, write.optional) for write in made.expected] == [
        ("makes", "Jotter", "create_note", False)
    ]
    assert [(call.app, call.function, list(call.arguments)) for call in made.allowed] == [
        ("Jotter", "delete_note", []),
        ("Jotter", "move_note", ["note_id"]),
    ]
    assert [name for name, _ in made.checks] == ["proposed", "made"]


def test_the_whole_of_it_runs() -> None:
    outcome = run(TEXT)
    assert lines(outcome.log) == [
        "10 gone Jotter__delete_folder",
        "10 sees",
        "12 asks PAREAgentUserInterface__send_message_to_user",
        "17 yes PAREAgentUserInterface__accept_proposal",
        "17 makes Jotter__create_note",
        "17 opens-tap-1 Jotter__open",
        "17 opens Jotter__edit",
        "1800 ends",
    ]
    assert (outcome.result.success, outcome.result.termination_reason) == (True, "stop_event")


def test_one_expression_keeps_its_type() -> None:
    text = "vars: {n: 3, list: [a, b], on: true}\napps: {notes: {type: StatefulNotesApp, view_limit: '{{ n }}'}}\n"
    text += "events: [{env: notes.create_note, args: {pinned: '{{ on }}', title: '{{ list[1] }}{{ n + 1 }}'}}]\n"
    made = scenario(text)
    assert made.get_typed_app(StatefulNotesApp).view_limit == 3
    assert run_oracle(made).log[0].get_args()["title"] == "b4"
    assert run_oracle(made).log[0].get_args()["pinned"] is True


def test_raw_text_is_not_rendered() -> None:
    made = scenario(
        "vars: {x: 1}\napps: {notes: {type: StatefulNotesApp, notes: [{id: n, title: '{% raw %}{{ x }}{% endraw %}'}]}}"
    )
    assert made.get_typed_app(StatefulNotesApp).folders["Inbox"].notes["n"].title == "{{ x }}"


def test_keys_that_other_yaml_readers_take_for_booleans() -> None:
    made = scenario("apps: {notes: {type: StatefulNotesApp, notes: [{id: no, title: yes}]}}")
    assert made.get_typed_app(StatefulNotesApp).folders["Inbox"].notes["no"].title == "yes"


def test_a_file_without_checks_gives_no_verdict() -> None:
    result = run("events: [{env: system.wait, args: {time: 5}}]\n").result
    assert (result.success, result.status, result.rationale) == (None, "no_validation", "the file has no checks")


def test_an_empty_world() -> None:
    outcome = run("")
    assert (lines(outcome.log), outcome.result.termination_reason) == ([], "idle")


def test_each_run_has_a_phone_of_its_own() -> None:
    made = scenario(TEXT)
    first, second = run_oracle(made), run_oracle(made)
    assert first.log == second.log
    assert first.phone is not second.phone
    assert "Recipes" in made.get_typed_app(StatefulNotesApp).folders


def test_app_classes_of_one_s_own() -> None:
    class MyNotes(StatefulNotesApp):
        name_in_benchmark = "Mine"

    text = HEAD + "apps: {notes: {type: MyNotes}}\n"
    assert compile_scenario(text, classes={"MyNotes": MyNotes}).handles["notes"] == "Mine"
    with pytest.raises(ScenarioError, match="there is no app class 'MyNotes'"):
        compile_scenario(text)


def test_data_instead_of_a_text() -> None:
    document = Document({"id": "s", "start_time": START, "apps": {"notes": {"type": "StatefulNotesApp"}}}, "made")
    made = compile_document(document)
    assert (made.start, made.source, made.handles["notes"]) == (START, "", "Notes")


def test_warnings_do_not_keep_a_scenario_from_running() -> None:
    text = "scoring: derived\napps: {notes: {type: StatefulNotesApp}}\nevents: [{agent: notes.create_note}]\n"
    made = scenario(text)
    assert [(warning.code, warning.where) for warning in made.warnings] == [("unreachable_write", "s.yaml:5:18")]
    assert run_oracle(made).failed_events == []


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_compile_and_pass(path: Path) -> None:
    made = compile_scenario(path.read_text("utf-8"), path.name)
    outcome = run_oracle(made)
    assert made.scenario_id == path.stem
    assert (outcome.result.success, outcome.result.rationale, outcome.failed_events) == (True, None, [])


@pytest.mark.parametrize("text", ["", "[]", "5", "a: [", "id: {{ x }}"])
def test_what_is_no_scenario_at_all(text: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        compile_scenario(text, "s.yaml")
    assert all(problem.where.startswith("s.yaml:") for problem in caught.value.problems)


def test_long_flows_compile() -> None:
    entries = [f"  - {{id: e{number}, env: system.wait, after: e{number + 1}}}" for number in range(1500)]
    assert mistakes("duration: 1h\nevents:\n" + "\n".join(entries) + "\n  - {id: e1500, env: system.wait}\n") == []
