"""The grammar of expressions is Jinja's: Jinja parses, and nothing of Jinja runs.

`parse(text)` returns Jinja's tree of one expression, or raises `Malformed` with a message in plain words. A text that
is too long or nested too deeply is refused, so that neither parsing nor evaluating can exhaust the stack.
"""

from __future__ import annotations

import re
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

MAX_CHARACTERS: Final = 4_000
MAX_BRACKETS: Final = 20
MAX_DEPTH: Final = 60

_ENVIRONMENT: Final = Environment()  # only for its lexer and its grammar
_STRING: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
# An escape in a text, and those that Python, which reads them for Jinja, knows: of others it only warns.
_ESCAPE: Final = re.compile(r"\\(?:[0-7]{1,3}|.)", re.DOTALL)
_KNOWN_ESCAPE: Final = re.compile(r"\\(?:[0-3]?[0-7]{1,2}|[\n\\'\"abfnrtvNxuU])")
SURROGATE: Final = re.compile("[\ud800-\udfff]")

# What people write who know another language; looked for outside of quotes.
_HABITS: Final = (
    (re.compile(r"&&"), "write 'and' instead of '&&'"),
    (re.compile(r"\|\|"), "write 'or' instead of '||'"),
    (re.compile(r"!(?!=)"), "write 'not' instead of '!'"),
    (re.compile(r"(?<![=!<>])=(?!=)"), "write '==' to compare"),
    (re.compile(r"\?"), "write 'a if condition else b' instead of 'condition ? a : b'"),
    (re.compile(r"\{\{|\{%"), "an expression stands here without {{ }}"),
)


class Malformed(Exception):
    """A text that is not an expression; `hint` is what to write instead."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def parse(text: str) -> nodes.Expr:
    """The tree of the expression `text`."""
    if len(text) > MAX_CHARACTERS:
        raise Malformed(f"an expression may have at most {MAX_CHARACTERS:,} characters, this one has {len(text):,}")
    if not text.strip():
        raise Malformed("the expression is empty")
    if SURROGATE.search(text):
        raise Malformed("the expression contains half of a surrogate pair")
    for string in _STRING.finditer(text):
        for escape in _ESCAPE.finditer(string[0]):
            if not _KNOWN_ESCAPE.fullmatch(escape[0]):
                raise Malformed(f"unknown escape {escape[0]} in a text", r"write \\ for a backslash")
    bare = _STRING.sub("''", text)
    if _bracket_depth(bare) > MAX_BRACKETS:
        raise Malformed(f"brackets are nested more than {MAX_BRACKETS} levels deep")
    try:
        tree = _parsed(text)
    except RecursionError:
        raise _too_deep() from None
    except TemplateSyntaxError as error:
        raise Malformed(f"syntax error: {_plain_words(error.message or '')}", _hint(bare)) from None
    _check_depth(tree)
    return tree


def _parsed(text: str) -> nodes.Expr:
    parser = Parser(_ENVIRONMENT, text, state="variable")
    tree = parser.parse_expression()
    if not parser.stream.eos:
        token = parser.stream.current
        raise TemplateSyntaxError(f"unexpected {str(token.value)!r} after the expression", token.lineno)
    return tree


def _bracket_depth(bare: str) -> int:
    depth = deepest = 0
    for character in bare:
        if character in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in ")]}":
            depth -= 1
    return deepest


def _check_depth(tree: nodes.Node) -> None:
    level: list[nodes.Node] = [tree]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return
    raise _too_deep()


def _too_deep() -> Malformed:
    return Malformed(f"operations are nested more than {MAX_DEPTH} levels deep", "split it into several checks")


def _hint(bare: str) -> str:
    for pattern, hint in _HABITS:
        if pattern.search(bare):
            return hint
    return ""


def _plain_words(message: str) -> str:
    """Jinja's message without the names it has for the parts of a template."""
    for old, new in (
        ("end of print statement", "end"),
        ("end of template", "end"),
        ("begin of print statement", "{{"),
        ("expected token", "expected"),
        (", got ", ", found "),
    ):
        message = message.replace(old, new)
    return message.rstrip(".") or "this is not an expression"
