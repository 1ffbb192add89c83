"""The two hashes: what changes the world, what changes only the judgement, and what changes neither."""

from __future__ import annotations

import pytest

from pare_runner.scenarios.hashes import digest, scenario_hashes
from pare_runner.scenarios.text.yaml_text import load

from .conftest import scenario

TEXT = """\
id: s
title: T
start_time: 2025-11-18T09:00:00Z
tags: [x]
vars: {who: Ann}
apps:
  notes: {type: StatefulNotesApp, notes: [{id: n1, title: "{{ who }}"}]}
  files: {type: SandboxLocalFileSystem, files: {/a.txt: A, /b.txt: B}}
events:
  - {id: e, env: notes.create_note, at: 10s, args: {title: A, content: B}}
checks:
  - {called: notes.create_note, by: env}
side_effects: forbid
"""


def hashes(old: str = "", new: str = "") -> tuple[str, str]:
    assert old in TEXT
    made = scenario(TEXT.replace(old, new, 1))
    return made.world_hash, made.scoring_hash


WORLD, SCORING = hashes()


def test_hashes_are_texts_of_64_hexadecimal_characters() -> None:
    assert len(WORLD) == len(SCORING) == 64
    assert int(WORLD, 16) >= 0
    assert WORLD != SCORING


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[x]", "[ x ]"),
        ("{id: e, env: notes.create_note, at: 10s,", "{at: 10s, env: notes.create_note, id: e,"),
        ("title: T\nstart_time: 2025-11-18T09:00:00Z\n", "start_time: 2025-11-18T09:00:00Z\ntitle: T\n"),
        ("{called: notes.create_note, by: env}", "{by: env, called: notes.create_note}"),
        ("vars: {who: Ann}", "vars: {who: Ann, unused: 5}"),
        ('"{{ who }}"', "Ann"),
        ("{type: StatefulNotesApp, notes", "{'type': StatefulNotesApp, \"notes\""),
    ],
)
def test_writing_the_same_otherwise_changes_nothing(old: str, new: str) -> None:
    assert hashes(old, new) == (WORLD, SCORING)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tags: [x]", "tags: [y]"),
        ("by: env", "by: agent"),
        ("side_effects: forbid", "side_effects: report"),
        ("side_effects: forbid", "allow: [notes.delete_note]"),
        ("side_effects: forbid", "rationale: Why"),
        ("side_effects: forbid", "scoring: derived"),
        ("side_effects: forbid", "silence: true"),
    ],
)
def test_what_changes_only_the_judgement(old: str, new: str) -> None:
    world, scoring = hashes(old, new)
    assert world == WORLD
    assert scoring != SCORING


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("id: s\n", "id: t\n"),
        ("title: T\n", "title: U\n"),
        ("T09:00", "T09:01"),
        ("at: 10s", "at: 11s"),
        ("who: Ann", "who: Bo"),
        ("content: B", "content: C"),
        ("side_effects: forbid", "side_effects: forbid\nmax_turns: 3"),
        ("side_effects: forbid", "side_effects: forbid\nseed: 3"),
        ("/a.txt: A, /b.txt: B", "/b.txt: B, /a.txt: A"),
        ("title: A, content: B", "content: B, title: A"),
    ],
)
def test_what_changes_the_world(old: str, new: str) -> None:
    world, scoring = hashes(old, new)
    assert world != WORLD
    assert scoring == SCORING


def test_the_order_of_apps_is_part_of_the_world() -> None:
    notes, files = TEXT.splitlines(keepends=True)[6:8]
    assert hashes(notes + files, files + notes)[0] != WORLD


RULES = "user: {rules: {accept_when: x, steps: [{user: notes.open, at: 5s, args: {note_id: n1}}]}}\nevents:\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("accept_when: x", "accept_when: y"),
        ("accept_when: x", "reject_when: x"),
        ("at: 5s", "at: 6s"),
        (", steps: [{user: notes.open, at: 5s, args: {note_id: n1}}]", ""),
    ],
)
def test_rules_of_the_user_are_part_of_the_world(old: str, new: str) -> None:
    assert old in RULES
    with_rules = hashes("events:\n", RULES)
    assert with_rules[0] not in (WORLD, hashes("events:\n", RULES.replace(old, new))[0])
    assert with_rules[1] == SCORING


def test_the_order_of_the_arguments_of_a_timed_step_counts_and_that_of_its_keys_does_not() -> None:
    def world(step: str) -> str:
        text = f"user: {{rules: {{steps: [{{user: notes.open, at: 5s, {step}}}]}}}}\nevents:\n"
        return hashes("events:\n", text)[0]

    assert world("args: {note_id: n1}, on: {}") == world("on: {}, args: {note_id: n1}")
    data = load("user: {rules: {steps: [{args: {a: 1, b: 2}}]}}", "s").data
    other = load("user: {rules: {steps: [{args: {b: 2, a: 1}}]}}", "s").data
    assert scenario_hashes(data)[0] != scenario_hashes(other)[0]


def test_a_rubric_is_part_of_the_judgement() -> None:
    world, scoring = hashes("checks:\n", "checks:\n  - {judge: It is polite.}\n")
    assert (world, scoring != SCORING) == (WORLD, True)


def test_a_list_is_no_mapping() -> None:
    def world(args: str) -> str:
        return scenario_hashes(load(f"events: [{{args: {args}}}]", "s").data)[0]

    assert len({world("{a: 1}"), world("[[a, 1]]"), world("{pairs: [[a, 1]]}"), world("{a: '1'}")}) == 4


def test_the_digest_is_known() -> None:
    assert digest({"b": [1, 2.5, None], "a": "é"}) == digest({"a": "é", "b": [1, 2.5, None]})
    assert digest({}).startswith("c09da522dac261c3")
