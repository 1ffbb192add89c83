"""The JSON Schema: takes what the compiler takes, refuses obvious mistakes, and the committed file is current."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from pare_runner.apps.registry import app_classes
from pare_runner.cli.scenarios.schema import schema_text
from pare_runner.cli.scenarios.template import EXAMPLES, template
from pare_runner.errors import ScenarioError
from pare_runner.scenarios import language
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.json_schema import default_handle, scenario_schema
from pare_runner.scenarios.text.yaml_text import load
from tests.scenarios.json_validator import Validator

TOP = Path(__file__).parents[2]
SHIPPED = sorted((TOP / "scenarios").glob("**/*.yaml"))
DINNER = (TOP / "scenarios" / "dinner_headcount_change.yaml").read_text()
SCHEMA = scenario_schema(app_classes())
VALIDATOR = Validator(SCHEMA)


def problems(text: str) -> list[str]:
    return VALIDATOR.problems(load(text, "a.yaml").data)


def test_the_committed_schema_is_current() -> None:
    """`pare scenarios schema -o scenario.schema.json` renews it."""
    assert (TOP / "scenario.schema.json").read_text() == schema_text()


def test_the_file_is_the_schema() -> None:
    assert json.loads(schema_text()) == SCHEMA


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_scenarios_fit(path: Path) -> None:
    assert problems(path.read_text()) == []


@pytest.mark.parametrize("handle", EXAMPLES)
def test_new_scenarios_fit(handle: str) -> None:
    assert problems(template("fresh", [handle], None)) == []


def test_every_key_of_the_language_is_described() -> None:
    checks = (language.CheckEntry, language.MessageMatch, language.AllowEntry)
    users = (language.UserEntry, language.RulesEntry, language.RuleStepEntry)
    for cls in (language.EventEntry, *checks, *users):
        properties = SCHEMA["$defs"][cls.__name__]["properties"]
        for item in dataclasses.fields(cls):
            assert properties[item.metadata["alias"] or item.name]["description"] == item.metadata["doc"]
    top = {item.metadata["alias"] or item.name for item in dataclasses.fields(language.ScenarioFile)}
    assert set(SCHEMA["properties"]) == top


def test_the_usual_handles_are_completed() -> None:
    handles = {default_handle(cls) for cls in app_classes().values()}
    assert handles == {
        *("messages", "emails", "calendar", "contacts", "notes", "reminders", "shopping", "cab", "apartments"),
        *("files", "aui", "system"),
    }
    event = SCHEMA["$defs"]["EventEntry"]["properties"]
    assert "messages.create_and_add_message" in event["env"]["anyOf"][0]["enum"]
    assert "calendar.edit_calendar_event" in event["agent"]["anyOf"][0]["enum"]
    assert "calendar.create_and_add_message" not in event["agent"]["anyOf"][0]["enum"]
    assert {"aui.accept_proposal", "system.open_app"} <= set(event["user"]["anyOf"][0]["enum"])


MISTAKES = {
    "an unknown key": ("title: ", "tilte: "),
    "a missing id": ("id: dinner_headcount_change\n", ""),
    "an unknown app class": ("StatefulCalendarApp", "StatefulCalenderApp"),
    "an app without a type": ("    type: StatefulCalendarApp\n", ""),
    "an unknown key of an app": ("    conversations:", "    conversation:"),
    "an unknown key of a model": ("description: Table for 6", "descripton: Table for 6"),
    "a wrong type in a section": ("participants: [priya, tom]", "participants: priya"),
    "a handle that is no name": ("  calendar:\n", "  my-calendar:\n"),
    "an event of two kinds": ("agent: messages.read_conversation", "agent: a.b, user: a.b"),
    "an event of no kind": ("    env: messages.create_and_add_message\n", ""),
    "a tool without an app": ("env: messages.create_and_add_message", "env: create_and_add_message"),
    "an unknown argument": ("sender_id: priya, content", "sender: priya, content"),
    "a missing argument": ("args: {conversation_id: dinner}}", "args: {}}"),
    "missing arguments": (", args: {conversation_id: dinner}}", "}"),
    "a wrong type of an argument": ("{conversation_id: dinner}}", "{conversation_id: [dinner]}}"),
    "a misspelt matcher": ('{contains: "5"}', '{contains: "5", contain_any: [6]}'),
    "an unknown argument in a check": ('description: {contains: "5"}', 'descr: {contains: "5"}'),
    "a check of two kinds": ("called: calendar.edit_calendar_event", "called: a.b\n    attempted: a.b"),
    "an unknown key of a check": ("    after: accepts\n", "    afer: accepts\n"),
    "an unknown rule": ("side_effects: forbid\n", "user: {rules: {accept_if: x}}\nside_effects: forbid\n"),
    "a misspelt matcher in a rule": (
        "side_effects: forbid\n",
        "user: {rules: {accept_when: {contain_any: [x]}}}\nside_effects: forbid\n",
    ),
    "a rule that is a list": ("side_effects: forbid\n", "user: {rules: {reject_when: [x]}}\nside_effects: forbid\n"),
    "a timed step without a time": (
        "side_effects: forbid\n",
        "user: {rules: {steps: [{user: system.go_home}]}}\nside_effects: forbid\n",
    ),
    "an unknown argument of a timed step": (
        "side_effects: forbid\n",
        "user: {rules: {steps: [{user: system.open_app, at: 5s, args: {app: Calendar}}]}}\nside_effects: forbid\n",
    ),
    "a rubric that is a list": ("called: calendar.edit_calendar_event", "judge: [It is polite]"),
    "a wrong word": ("side_effects: forbid", "side_effects: forgive"),
    "a list where one is meant": ("start_time: 2025-11-18T09:00:00Z", "start_time: []"),
}


@pytest.mark.parametrize(("old", "new"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_refused_as_the_compiler_refuses_it(old: str, new: str) -> None:
    assert DINNER.count(old) >= 1
    text = DINNER.replace(old, new, 1)
    assert problems(text)
    with pytest.raises(ScenarioError):
        compile_scenario(text, "a.yaml")


LIBERTIES = {
    "the documented name of a field": ("{id: table,", "{event_id: table,"),
    "a variable for a whole value": ("participants: [priya, tom]", 'participants: "{{ who }}"'),
    "a result anywhere in the arguments": (
        "{conversation_id: dinner}}",
        "{conversation_id: {from: cancels, path: 'a[0]'}}}",
    ),
    "a handle of one's own": ("calendar", "diary"),
    "an offset as a number": ("delay: 5s", "delay: 5"),
    "several parents": ("after: cancels", "after: [cancels]"),
    "a check in a check": (
        "- called: calendar.edit_calendar_event",
        "- not: {all: [{proposed: true}]}\n  - called: calendar.x",
    ),
    "a value that is a mapping": ('{contains: "5"}', "{any: {mapping: 1}}"),
    "operators in operators": ('{contains: "5"}', '{not: {any_of: [{contains: "5"}, {near: {value: 5, within: 1h}}]}}'),
    "rules for the user": (
        "side_effects: forbid\n",
        "user: {rules: {accept_when: x, reject_when: {regex: y}, steps: [{user: system.open_app, at: 5s, "
        "args: {app_name: {from: cancels}}}]}}\nside_effects: forbid\n",
    ),
    "a rubric": ("- called: calendar.edit_calendar_event", "- judge: It is polite.\n  - called: calendar.x"),
    "a name for the app": ("    type: StatefulCalendarApp\n", "    type: StatefulCalendarApp\n    name: Diary\n"),
}


@pytest.mark.parametrize(("old", "new"), LIBERTIES.values(), ids=LIBERTIES.keys())
def test_a_liberty_is_taken(old: str, new: str) -> None:
    assert DINNER.count(old) >= 1
    assert problems(DINNER.replace(old, new)) == []


def test_no_two_definitions_are_mixed_up() -> None:
    """Every reference leads to a definition, and every definition is used."""
    used: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                used.add(value["$ref"].removeprefix("#/$defs/"))
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(SCHEMA)
    assert used == set(SCHEMA["$defs"])
