"""Each mistake in a file's YAML gets a sentence in plain words and the place to look at."""

from __future__ import annotations

import pytest

from pare_runner.errors import ScenarioError
from pare_runner.scenarios.text.yaml_text import load

QUOTE = " (put the whole value in quotes)"


def refused(text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        load(text, "s")
    (problem,) = caught.value.problems
    return str(problem)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Colons, quotes and characters with a meaning inside values.
        (
            "a: 1\nb: Sorry: I can't",
            "s:2:9: a second ': ' in this line (a value that contains ': ' must be in quotes)",
        ),
        (
            "a: {b:}c}",
            "s:1:6: a ':' cannot stand here (a key needs ': ' with a blank; else put the whole value in quotes)",
        ),
        ("a: @home", "s:1:4: a value cannot begin with '@'" + QUOTE),
        ("a: `x`", "s:1:4: a value cannot begin with '`'" + QUOTE),
        ("a: %x", "s:1:4: a value cannot begin with '%'" + QUOTE),
        ("a: 1\nb: 'x\nc: 2\n", "s:2:4: the quote that opens here is never closed"),
        ('a: "x\n---\nb: 1', "s:1:4: the quote that opens here is never closed"),
        ('a: "see" you', "s:1:10: unexpected text after the value: 'you'" + QUOTE),
        ("a: 'don't'", 's:1:9: unexpected text after the value: "t\'"' + QUOTE),
        ('a: "C:\\d"', r"s:1:7: unknown escape \d in double quotes (write \\ for a backslash, or use single quotes)"),
        ('a: "\\xzz"', r"s:1:7: this escape needs hexadecimal digits (\xNN, \uNNNN or \UNNNNNNNN)"),
        ('a: "\\ud800"', "s:1:7: this escape stands for no character"),
        (
            "a: & b",
            "s:1:5: '&' begins an anchor and '*' an alias, and its name is missing "
            "(put a text that begins with '&' or '*' in quotes)",
        ),
        (
            "a: !x!y z",
            "s:1:4: '!' begins a tag, which scenarios do not use (put a text that begins with '!' in quotes)",
        ),
        (
            "a: !<x y",
            "s:1:7: '!' begins a tag, which scenarios do not use (put a text that begins with '!' in quotes)",
        ),
        (
            "a: >x\n",
            "s:1:5: the text after '|' or '>' must begin on the next line "
            "(put a text that begins with '|' or '>' in quotes)",
        ),
        ("a: |0\n x", "s:1:5: the number after '|' or '>' must be 1 to 9"),
        # Templates that YAML takes for mappings.
        ("a: {{ guest }}", "s:1:5: a value that begins with '{{' must be in quotes (write \"{{ name }}\")"),
        ("a: {{ guest }} comes", "s:1:5: a value that begins with '{{' must be in quotes (write \"{{ name }}\")"),
        ("u: {p: {{ guest }}}", "s:1:9: a value that begins with '{{' must be in quotes (write \"{{ name }}\")"),
        # Indentation and structure.
        ("a:\n\t- b", "s:2:1: a tab is used for indentation (indent with spaces)"),
        ("a: b\n\tc: d", "s:2:1: a tab is used for indentation (indent with spaces)"),
        (
            "a: 1\n  b: 2",
            "s:2:4: the value above is already complete, a key cannot follow it here "
            "(check the indentation of this line)",
        ),
        (
            "a:\n  b: 1\n c: 2",
            "s:3:2: the indentation of this line fits neither the mapping that begins in line 1 nor its values "
            "(align it with the keys)",
        ),
        (
            "a: 1\nb\nc: 2",
            "s:2:1: this line is neither 'key: value' nor a list item (a ':' is missing, or a '- ')",
        ),
        (
            "- a\nb: c",
            "s:2:1: the list that begins in line 1 goes on with something that is not an item "
            "(begin it with '- ' or indent it less)",
        ),
        (
            "a: - b",
            "s:1:4: a list item '- ' cannot begin here "
            "(begin the list on a new line below its key; put a text that begins with '-' in quotes)",
        ),
        (": x", "s:1:1: a key is missing before this ':'"),
        ("a: {: x}", "s:1:5: a key is missing before this ':'"),
        ("a: ]", "s:1:4: a value is missing here, or it begins with a character that must be in quotes" + QUOTE),
        ("a: [1, 2]]", "s:1:10: unexpected text after the value: ']'" + QUOTE),
        (
            "a: [1, 2\nb: 3\n",
            "s:2:2: the list that begins in line 1 needs ',' or ']', but here is ': 3' "
            "(quote values that contain any of , : [ ] { })",
        ),
        (
            "a: {b: 1 c: 2}",
            "s:1:11: the mapping that begins in this line needs ',' or '}', but here is ': 2}' "
            "(quote values that contain any of , : [ ] { })",
        ),
        ("a: [1\n", "s:2:1: the list that begins in line 1 is never closed (it needs a ']')"),
        ("a: {b: 1\n", "s:2:1: the mapping that begins in line 1 is never closed (it needs a '}')"),
        ("a: [\n", "s:2:1: the text ends inside a list or a mapping (close it with ']' or '}')"),
        (
            "a: 1\n...\nb: 2",
            "s:3:1: there is text after the end of the document (a file holds one document, which is one mapping)",
        ),
        (
            "a: |x\n b",
            "s:1:5: the text after '|' or '>' must begin on the next line "
            "(put a text that begins with '|' or '>' in quotes)",
        ),
        (
            "a: |\n\t b",
            "s:2:1: a tab is used for indentation (indent with spaces)",
        ),
        (
            "a: !<> d",
            "s:1:6: '!' begins a tag, which scenarios do not use (put a text that begins with '!' in quotes)",
        ),
        (
            "%FOO x\n---\na: 1",
            "s:1:5: a line that begins with '%' is a directive, which scenarios do not use (put the text in quotes)",
        ),
        ("%YAML 2.0\n---\na: 1", "s:1:1: only YAML 1.1 and 1.2 can be read (leave the %YAML line out)"),
        # Characters.
        (
            "a: b\nc: d\x07",
            "s:2:5: the control character U+0007 cannot stand here "
            '(write it as "\\x07" in double quotes, or remove it)',
        ),
        (
            "a: \x00",
            "s:1:4: the control character U+0000 cannot stand here "
            '(write it as "\\x00" in double quotes, or remove it)',
        ),
        (
            "a: é\ufffe",
            "s:1:5: the control character U+FFFE cannot stand here "
            '(write it as "\\ufffe" in double quotes, or remove it)',
        ),
        ("a: 1\nb: \ud800", "s:2:4: U+D800, half of a surrogate pair, cannot stand here"),
        (
            "a: b\u2028c: d",
            's:1:5: an invisible line separator, U+2028, cannot stand here (write it as "\\u2028" in double quotes, '
            "or remove it)",
        ),
    ],
)
def test_messages(text: str, expected: str) -> None:
    assert refused(text) == expected


def test_a_syntax_error_in_another_line_is_reported_with_what_came_before() -> None:
    with pytest.raises(ScenarioError) as caught:
        load("a: {{ x }}\nb: [\n", "s")
    assert [problem.where for problem in caught.value.problems] == ["s:1:5", "s:3:1"]
    assert str(caught.value).count("\n") == 1
