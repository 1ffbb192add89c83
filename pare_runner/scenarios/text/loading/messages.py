"""The messages of the YAML parser in plain words.

`explain(error, text)` takes what PyYAML raised for `text` and returns a `Finding`: message, hint and the place a person
should look at, which is not always where the parser gave up: a quote that is never closed is named where it opens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import yaml

from pare_runner.scenarios.text.loading.scalars import shorten

QUOTE_IT: Final = "put the whole value in quotes"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a place of a text; line and column count from 1."""

    message: str
    line: int
    column: int
    hint: str = ""


_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAK: Final = re.compile(r"\r\n|\r|\n")

# What the parser says -> message, hint. Errors whose text depends on their surroundings have a function below.
_FIXED: Final[dict[str, tuple[str, str]]] = {
    "mapping keys are not allowed in this context": ("a key cannot begin here", "check the indentation of this line"),
    "block sequence entries are not allowed in this context": (
        "a list item '- ' cannot begin here",
        "begin the list on a new line below its key; put a text that begins with '-' in quotes",
    ),
    "found unexpected ':'": ("a ':' cannot stand here", f"a key needs ': ' with a blank; else {QUOTE_IT}"),
    "found invalid Unicode character escape code": ("this escape stands for no character", ""),
    "did not find expected hexdecimal number": ("this escape needs hexadecimal digits", r"\xNN, \uNNNN or \UNNNNNNNN"),
    "found a tab character that violates indentation": ("a tab is used for indentation", "indent with spaces"),
    "found a tab character where an indentation space is expected": (
        "a tab is used for indentation",
        "indent with spaces",
    ),
    "found an indentation indicator equal to 0": ("the number after '|' or '>' must be 1 to 9", ""),
    "did not find expected comment or line break": (
        "the text after '|' or '>' must begin on the next line",
        "put a text that begins with '|' or '>' in quotes",
    ),
    "did not find expected alphabetic or numeric character": (
        "'&' begins an anchor and '*' an alias, and its name is missing",
        "put a text that begins with '&' or '*' in quotes",
    ),
    "found incompatible YAML document": ("only YAML 1.1 and 1.2 can be read", "leave the %YAML line out"),
}


def explain(error: yaml.YAMLError, text: str) -> Finding:
    """What is wrong with `text`, in plain words and with the place to look at."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return Finding(f"this is not valid YAML: {_first_line(str(error))}", 1, 1)
    problem = error.problem or error.context or "cannot be parsed"
    context = error.context or ""
    start = _place(error.context_mark)
    line, column = _place(error.problem_mark) or start or (1, 1)
    if problem in ("found unexpected end of stream", "found unexpected document indicator") and start:
        return Finding("the quote that opens here is never closed", *start)
    if problem == "could not find expected ':'" and start:
        return Finding("this line is neither 'key: value' nor a list item", *start, "a ':' is missing, or a '- '")
    message, hint = (
        _FIXED.get(problem)
        or _by_surroundings(problem, start, _line_of(text, line), line, column)
        or _by_context(problem, context)
        or (f"this is not valid YAML: {problem}", "")
    )
    return Finding(message, line, column, hint)


def forbidden_character(text: str) -> Finding:
    """The first character of `text` that YAML cannot hold as it is; the parser names it by its offset in bytes."""
    found = _FORBIDDEN.search(text)
    if found is None:
        return Finding("the file holds a character that YAML cannot", 1, 1)
    code = ord(found[0])
    if 0xD800 <= code <= 0xDFFF:
        return finding_at(text, found.start(), f"U+{code:04X}, half of a surrogate pair, cannot stand here")
    escape = rf"\x{code:02x}" if code < 0x100 else rf"\u{code:04x}"
    hint = f'write it as "{escape}" in double quotes, or remove it'
    return finding_at(text, found.start(), f"the control character U+{code:04X} cannot stand here", hint)


def finding_at(text: str, index: int, message: str, hint: str = "") -> Finding:
    """A finding at the character `index` of `text`."""
    before = _LINE_BREAK.split(text[:index])
    return Finding(message, len(before), len(before[-1]) + 1, hint)


def _by_surroundings(
    problem: str, start: tuple[int, int] | None, source: str, line: int, column: int
) -> tuple[str, str] | None:
    """Messages that need the line `source` the parser stopped in, or where the collection it was in had begun."""
    before, here = source[: column - 1], source[column - 1 :]
    if problem == "mapping values are not allowed in this context":
        if re.search(r":\s", before):
            return "a second ': ' in this line", "a value that contains ': ' must be in quotes"
        return "the value above is already complete, a key cannot follow it here", "check the indentation of this line"
    if problem == "found character that cannot start any token":
        if here.startswith("\t"):
            return "a tab is used for indentation", "indent with spaces"
        return f"a value cannot begin with {here[:1]!r}", QUOTE_IT
    if problem == "found unknown escape character":
        return f"unknown escape {shorten(here[:2])} in double quotes", r"write \\ for a backslash, or use single quotes"
    since = f"that begins in line {start[0]}" if start and start[0] != line else "that begins in this line"
    if problem == "did not find expected node content":
        if here.startswith(":"):
            return "a key is missing before this ':'", ""
        if not source.strip():
            return "the text ends inside a list or a mapping", "close it with ']' or '}'"
        return "a value is missing here, or it begins with a character that must be in quotes", QUOTE_IT
    if problem == "did not find expected key":
        if here.startswith(":"):
            return "a key is missing before this ':'", ""
        if before.strip():
            return f"unexpected text after the value: {shorten(here.strip())!r}", QUOTE_IT
        return f"the indentation of this line fits neither the mapping {since} nor its values", "align it with the keys"
    if problem == "did not find expected '-' indicator":
        return f"the list {since} goes on with something that is not an item", "begin it with '- ' or indent it less"
    if problem in ("did not find expected ',' or ']'", "did not find expected ',' or '}'"):
        closing = problem[-2]
        kind = "list" if closing == "]" else "mapping"
        if not source.strip():
            return f"the {kind} {since} is never closed", f"it needs a {closing!r}"
        found = f", but here is {shorten(here.strip())!r}" if here.strip() else ""
        return f"the {kind} {since} needs ',' or {closing!r}{found}", "quote values that contain any of , : [ ] { }"
    return None


def _by_context(problem: str, context: str) -> tuple[str, str] | None:
    """Messages for whole families of errors."""
    if problem == "did not find expected <document start>":
        return "there is text after the end of the document", "a file holds one document, which is one mapping"
    if "tag" in context or "tag handle" in problem:
        return "'!' begins a tag, which scenarios do not use", "put a text that begins with '!' in quotes"
    if "directive" in context or "directive" in problem:
        return "a line that begins with '%' is a directive, which scenarios do not use", "put the text in quotes"
    if "block scalar" in context:
        return "the text after '|' or '>' is not well formed", "begin it on the next line, indented by spaces"
    return None


def _place(mark: yaml.Mark | None) -> tuple[int, int] | None:
    return None if mark is None else (mark.line + 1, mark.column + 1)


def _line_of(text: str, line: int) -> str:
    lines = _LINE_BREAK.split(text)
    return lines[line - 1] if line <= len(lines) else ""


def _first_line(text: str) -> str:
    return shorten(text.partition("\n")[0], 120)
