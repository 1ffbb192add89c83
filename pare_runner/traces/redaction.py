"""Redaction: secrets and personal data of a JSON value become visible markers, and nothing else changes.

A marker is `[redacted:<what>:<number>]`, such as `[redacted:email:2]`: equal originals of a document have the same
number, so that a reader still sees who is who. Numbers go in the order of first occurrence; those of markers that are
there already are not used again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.traces.redaction_rules import GROUP, RULES, SECRET_NAME, SECRET_VALUE, Rule, is_random

PATTERN = "pattern"
"""A kind of one's own is written `pattern:<regular expression>`."""
KINDS = tuple(RULES)

_MARKER = re.compile(r"(\[redacted:[a-z]+:[0-9]+\])")
_PARTS = re.compile(r"\[redacted:([a-z]+):([0-9]+)\]")
_JSON_STRING = re.compile(r'(?P<token>"(?:[^"\\]++|\\.)*+")(?P<colon>[ \t\r\n]*+:[ \t\r\n]*+)?', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What is to be redacted."""

    kinds: tuple[str, ...]
    rules: tuple[Rule, ...] = field(repr=False)

    @classmethod
    def of(cls, kinds: Iterable[str]) -> Redaction:
        """Kinds of `KINDS`, and `pattern:<regular expression>`; ConfigError for anything else."""
        rules: list[Rule] = []
        names: dict[str, None] = {}
        for kind in dict.fromkeys(kinds):
            name, own, pattern = kind.partition(":")
            if own and name == PATTERN:
                rules.append(_own_rule(pattern))
            elif kind in RULES:
                rules += RULES[kind]
            else:
                raise ConfigError(
                    f"{kind!r} cannot be redacted", hint=did_you_mean(kind, (*KINDS, f"{PATTERN}:<expression>"))
                )
            names[name] = None
        return cls(tuple(names), tuple(rules))

    def value(self, value: Any) -> tuple[Any, dict[str, int]]:
        """A JSON value with markers, and kind → how often one was put.

        Texts that are JSON objects or lists themselves stay JSON. Names of members are redacted like other texts;
        numbers, order and structure stay as they are.
        """
        work = _Work(self, _used(_texts(value)))
        return work.value(value), work.counts


def is_json(text: str) -> bool:
    """Whether a text is a JSON object or list."""
    if not text.lstrip().startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


@dataclass(slots=True)
class _Work:
    """One document: the markers given so far."""

    redaction: Redaction
    last: dict[str, int]
    counts: dict[str, int] = field(init=False)
    given: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts = dict.fromkeys(self.redaction.kinds, 0)

    def value(self, value: Any, name: str = "") -> Any:
        """A JSON value; `name` is what its member is called."""
        if isinstance(value, str):
            return self.text(value, name)
        if isinstance(value, dict):
            return {self.text(key): self.value(item, key) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def text(self, text: str, name: str = "") -> str:
        """A text, which may be JSON."""
        if is_json(text):
            return self.json_text(text)
        if name and self._is_secret(name, text):
            return self._marker("keys", "key", text)
        redacted = self._plain(text)
        if redacted != text and is_json(redacted):  # what kept it from being JSON is hidden now
            return self.json_text(redacted)
        return redacted

    def json_text(self, text: str) -> str:
        """JSON whose strings are redacted where they stand: space, numbers and escapes elsewhere remain."""
        pieces: list[str] = []
        done, name, value_at = 0, "", -1
        for found in _JSON_STRING.finditer(text):
            token, is_name = found["token"], found["colon"] is not None
            plain = json.loads(token, strict=False) if "\\" in token else token[1:-1]
            redacted = self.text(plain, name if found.start() == value_at else "")
            if is_name:
                name, value_at = plain, found.end()
            if redacted != plain:
                ascii_only = token.isascii() or "\\u" in token  # an escaped surrogate cannot stand unescaped
                pieces += [text[done : found.start()], json.dumps(redacted, ensure_ascii=ascii_only)]
                done = found.start() + len(token)
        return "".join([*pieces, text[done:]])

    def _plain(self, text: str) -> str:
        # What one rule has hidden can be the beginning of what another one finds, so until nothing is found: the
        # result of redacting twice is that of redacting once. Every round hides something, so there is an end.
        while True:
            redacted = text
            for rule in self.redaction.rules:
                redacted = self._hidden(rule, redacted)
            if redacted == text:
                return text
            text = redacted

    def _hidden(self, rule: Rule, text: str) -> str:
        pieces = _MARKER.split(text)
        pieces[::2] = [rule.pattern.sub(lambda found: self._replaced(rule, found), piece) for piece in pieces[::2]]
        return "".join(pieces)

    def _replaced(self, rule: Rule, found: re.Match[str]) -> str:
        group: str | int = GROUP if GROUP in rule.pattern.groupindex else 0
        original = found[group]
        if not original or not rule.counts(original):
            return found[0]
        start, end = (place - found.start() for place in found.span(group))
        return found[0][:start] + self._marker(rule.kind, rule.label, original) + found[0][end:]

    def _marker(self, kind: str, label: str, original: str) -> str:
        self.counts[kind] += 1
        known = self.given.get((label, original))
        if known is None:
            self.last[label] = self.last.get(label, 0) + 1
            known = self.given[label, original] = f"[redacted:{label}:{self.last[label]}]"
        return known

    def _is_secret(self, name: str, text: str) -> bool:
        named = "keys" in self.redaction.kinds and SECRET_NAME.fullmatch(name) and SECRET_VALUE.fullmatch(text)
        return bool(named) and is_random(text)


def _own_rule(pattern: str) -> Rule:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise ConfigError(f"{pattern!r} is no regular expression: {error}") from None
    if compiled.search(""):
        raise ConfigError(f"the regular expression {pattern!r} matches the empty text, so it would hide nothing")
    return Rule(PATTERN, PATTERN, compiled)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _used(texts: Iterable[str]) -> dict[str, int]:
    """Label → the largest number that a marker has."""
    last: dict[str, int] = {}
    for text in texts:
        if "[redacted:" in text:
            for label, number in _PARTS.findall(text):
                last[label] = max(last.get(label, 0), int(number))
    return last
