"""Taking a string with templates apart: literal text, `{{ expressions }}`, and `{% raw %}...{% endraw %}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from pare_runner.scenarios.text.evaluation.syntax import MAX_CHARACTERS

_OPENING: Final = re.compile(r"\{[{%#]")
_RAW: Final = re.compile(r"\{%\s*raw\s*%\}(.*?)\{%\s*endraw\s*%\}", re.DOTALL)
# What counts for finding the end of an expression: texts in quotes, brackets, and the end itself.
_PARTS: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\}\}|[{}]""", re.DOTALL)
_ESCAPE: Final = "write {% raw %}...{% endraw %} around text that contains it"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a string: literal text, or the text of an expression."""

    text: str
    is_expression: bool


class BadTemplate(Exception):
    """A string whose templates cannot be filled in."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def has_templates(text: str) -> bool:
    """Whether a string contains anything that is not literal text."""
    return "{" in text and _OPENING.search(text) is not None


def split(text: str) -> list[Piece]:
    """The pieces of a string that contains at least one of `{{`, `{%`, `{#`."""
    pieces: list[Piece] = []
    literal: list[str] = []
    position = 0
    while (opening := _OPENING.search(text, position)) is not None:
        literal.append(text[position : opening.start()])
        if opening[0] == "{{":
            end = _end_of_expression(text, opening.end())
            if literal_text := "".join(literal):
                pieces.append(Piece(literal_text, False))
            literal = []
            pieces.append(Piece(text[opening.end() : end], True))
            position = end + 2
        else:
            raw = _RAW.match(text, opening.start()) if opening[0] == "{%" else None
            if raw is None:
                kind = "statements '{% ... %}'" if opening[0] == "{%" else "template comments '{# ... #}'"
                raise BadTemplate(f"{kind} are not allowed in a scenario", _ESCAPE)
            literal.append(raw[1])
            position = raw.end()
    literal.append(text[position:])
    if literal_text := "".join(literal):
        pieces.append(Piece(literal_text, False))
    return pieces


def _end_of_expression(text: str, start: int) -> int:
    """Where the `}}` stands that closes an expression; braces and quotes inside the expression do not count."""
    if text[start : start + 1] in ("-", "+") and text[start + 1 : start + 2].isspace():
        raise BadTemplate("'{{-' does not exist in scenarios", "write '{{' and put the blanks where they belong")
    depth, position, limit = 0, start, start + MAX_CHARACTERS
    while (part := _PARTS.search(text, position, limit)) is not None:
        position = part.end()
        if part[0] == "{":
            depth += 1
        elif part[0] == "}}" and depth < 2:
            if depth == 0:
                return part.start()
            # The first brace closes a mapping, the second may begin the end.
            depth, position = 0, part.start() + 1
        elif part[0] == "}}":
            depth -= 2
        elif part[0] == "}":
            depth -= 1
    raise BadTemplate("'{{' is never closed", "it needs a '}}' after the expression; " + _ESCAPE)
