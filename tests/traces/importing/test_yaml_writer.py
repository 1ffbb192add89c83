"""Scenario files as the import writes them: whatever the data, our loader reads it back."""

from __future__ import annotations

import random
from typing import Any

import pytest

from pare_runner.scenarios.text.templates import render
from pare_runner.scenarios.text.yaml_text import load
from pare_runner.traces.importing.yaml_writer import WIDTH, escape_all, escaped, scenario_text

TEXTS = [
    "plain",
    "",
    " ",
    "2025-11-18T09:00:00Z",
    "10:30",
    "yes",
    "null",
    "~",
    "1e3",
    "0o17",
    "0x1F",
    "1_000",
    ".inf",
    "-",
    "- a",
    "? b",
    "a: b",
    "a:",
    "a #b",
    "#b",
    "'single'",
    '"double"',
    "it's",
    "[a, b]",
    "{a: b}",
    "!tag",
    "&anchor",
    "*alias",
    "%TAG",
    "@at",
    "`tick`",
    "two\nlines",
    "trailing newline\n",
    "two trailing\n\n",
    "\nleading newline",
    "  leading blanks\nmore",
    "blank at the end \nmore",
    "tab\there",
    "carriage\rreturn",
    "null \x00 byte",
    "next\x85line",
    "separator\u2028here",
    "\ufeffmark",
    "\U0001f600 \u00e4\u00f6 \u4e2d",
    "{{ name }}",
    "{% raw %}",
    "{# comment #}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% endraw %} {{ \"quotes\" }} 'both' \\ {{",
    "--- document",
    "...",
    "x" * 300,
    "word " * 80,
]


def read_back(data: dict[str, Any]) -> Any:
    document = load(scenario_text(escape_all(data), ["a heading"]), "written.yaml")
    return render(document.data, {}, document)


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_is_read_back(text: str) -> None:
    data = {"id": "s", "apps": {"notes": {"type": "T", "notes": [{"content": text}]}}, "events": [text, {"a": [text]}]}
    assert read_back(data) == data


def some_data(random_: random.Random, depth: int = 0) -> Any:
    kind = random_.randrange(8 if depth < 4 else 6)
    if kind >= 6:
        size = range(random_.randrange(5))
        parts = [some_data(random_, depth + 1) for _ in size]
        return parts if kind == 6 else {f"key_{number}": part for number, part in zip(size, parts, strict=True)}
    glued = "".join(
        random_.choice(["a", " ", "\n", ":", "{", "{{", "%}", "}}", "'", '"', "\\", "#", "-"]) for _ in range(9)
    )
    return [None, True, random_.randrange(-(10**18), 10**18), random_.gauss(0, 1e9), random_.choice(TEXTS), glued][kind]


@pytest.mark.parametrize("seed", range(150))
def test_any_data_is_read_back(seed: int) -> None:
    data = {
        "id": "s",
        "apps": {"a": {"x": some_data(random.Random(seed))}},
        "events": [some_data(random.Random(-seed))],
    }
    assert read_back(data) == data


def test_short_things_stand_on_one_line_and_long_ones_do_not() -> None:
    events = [
        {"id": "short", "env": "notes.create_note", "at": "10s", "args": {"title": "Milk"}},
        {"id": "long", "env": "notes.create_note", "at": "10s", "args": {"title": "Milk", "content": "one\ntwo"}},
    ]
    text = scenario_text({"id": "s", "start_time": "2025-11-18T09:00:00Z", "events": events}, ["imported from s.json"])
    assert text == (
        "# imported from s.json\n"
        "id: s\n"
        "start_time: 2025-11-18T09:00:00Z\n"
        "\n"
        "events:\n"
        "- {id: short, env: notes.create_note, at: 10s, args: {title: Milk}}\n"
        "- id: long\n"
        "  env: notes.create_note\n"
        "  at: 10s\n"
        "  args:\n"
        "    title: Milk\n"
        "    content: |-\n"
        "      one\n"
        "      two\n"
    )
    assert all(len(line) <= WIDTH for line in text.splitlines())


def test_text_without_templates_is_left_alone() -> None:
    assert escaped("100 % {sure}") == "100 % {sure}"
