"""Sets of templates: includes, hashes, and what is said about those that cannot be used."""

from __future__ import annotations

import pytest

from pare_runner.agents.prompts import PromptSet, described, type_text
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.errors import ConfigError
from pare_runner.policy.tools import Tool


def test_a_template_includes_another_of_the_set() -> None:
    prompts = PromptSet(
        {"outer": 'a\n{% if x %}\n{% include "inner.jinja" %}\n{% endif %}\nc\n', "inner": "b{{ x }}\n"}
    )
    assert prompts.render("outer", x=1) == "a\nb1c"


def test_nothing_is_escaped() -> None:
    prompts = PromptSet({"a": "{{ x }} {{ y | tojson }}"})
    assert prompts.render("a", x="<b> & 'c'", y={"z": "<ä> & 'c'", "a": [1, None]}) == (
        '<b> & \'c\' {"z": "<ä> & \'c\'", "a": [1, null]}'
    )


def test_the_hash_tells_names_and_texts_apart_but_not_their_order() -> None:
    first = PromptSet({"a": "1", "b": "2"})
    assert first.hash == PromptSet({"b": "2", "a": "1"}).hash
    others = [{"a": "2", "b": "1"}, {"a": "1"}, {"a": "1", "b": "2 "}, {"a1": "", "b": "2"}, {"a": "1", "c": "2"}]
    assert len({first.hash, *(PromptSet(texts).hash for texts in others)}) == 6


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        ({"a": "x\n{% if %}"}, "a.jinja:2: Expected an expression, got 'end of statement block'"),
        ({"a": "x\n\n{{ y | nonsense }}"}, "a.jinja:3: No filter named 'nonsense'."),
        ({"a": "{{ [1, 2] | random }}"}, "a.jinja:1: No filter named 'random'."),
        (
            {"a": '{% include "bb.jinja" %}', "b": ""},
            "a.jinja: there is no template 'bb.jinja' (did you mean 'b.jinja'?)",
        ),
        ({"a": '{% include "b" %}', "b": ""}, "a.jinja: there is no template 'b' (known: a.jinja, b.jinja)"),
        (
            {"observe_turn": "{{ now }}\n{{ notification }}"},
            "observe_turn.jinja:2: there is no variable 'notification' (did you mean 'notifications'?)",
        ),
    ],
)
def test_what_cannot_be_compiled(texts: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        PromptSet(texts)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x\n{{ goal }}", "a.jinja:2: 'goal' is undefined"),
        ("{% if goal %}x{% endif %}", "a.jinja:1: 'goal' is undefined"),
        ("\n{{ now.nothing }}", "a.jinja:2: 'str object' has no attribute 'nothing'"),
        (
            "{{ now.__class__.__mro__ }}",
            "a.jinja:1: SecurityError: access to attribute '__class__' of 'str' object is unsafe.",
        ),
        ("{{ now + 1 }}", 'a.jinja:1: TypeError: can only concatenate str (not "int") to str'),
        ("{{ lipsum() }}", "a.jinja:1: 'lipsum' is undefined"),
        ('{% include now + ".jinja" %}', "a.jinja:1: TemplateNotFound: noon.jinja"),
        ('x\n{% include "b.jinja" %}', "b.jinja:2: 'nothing' is undefined"),
        ('{% include "a.jinja" %}', "a.jinja:1: the template includes itself without end"),
    ],
)
def test_what_cannot_be_rendered(text: str, says: str) -> None:
    prompts = PromptSet({"a": text, "b": "x\n{{ nothing }}"})
    with pytest.raises(ConfigError) as caught:
        prompts.render("a", now="noon")
    assert str(caught.value) == says


def test_a_prompt_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match=r"there is no prompt 'usr' \(did you mean 'user'\?\)"):
        PromptSet({"user": ""}).render("usr")


def test_a_tool_in_words() -> None:
    specs = StatefulNotesApp.tools(ToolKind.AGENT)
    assert described(Tool("Notes__search_notes", "Notes", specs["search_notes"])).splitlines() == [
        "- Notes__search_notes: Find notes whose title or content contains a text, in any case. "
        "Returns: Matching notes of all folders.",
        "    query (string; required): The text.",
    ]


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, "any value"),
        ({"type": "integer"}, "integer"),
        ({"type": ["string", "number"]}, "string or number"),
        ({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]}, "array of string or null"),
        ({"anyOf": [{"type": "string"}, {"type": "string", "contentEncoding": "base64"}]}, "string"),
        ({"type": "array", "items": {}}, "array"),
        ({"enum": ["new", 1]}, 'one of "new", 1'),
    ],
)
def test_a_type_in_words(schema: dict[str, object], text: str) -> None:
    assert type_text(schema) == text
