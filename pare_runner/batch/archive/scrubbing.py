"""Texts without what tells of a machine: the names in a `Machine` become `<host>`, `<user>`, `<path>`, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from pare_runner.batch.archive.machine import GENERIC_USERS, Machine
from pare_runner.traces.redaction_rules import RULES

_HEADER = re.compile(r"^([^=]*extra_headers[^=]*=).*", re.DOTALL)
_REST_OF_PATH = r"""(?:/[^\s'"\\,;:()<>\[\]{}=|`]*)*"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What tells of the machine in a text, of which kind, and in which line (from 1).

    It is `certain` if nobody would write it who is not there; a name may be a word as well.
    """

    kind: str
    text: str
    line: int
    certain: bool


class Scrubber:
    """Finds and replaces what tells of one machine."""

    def __init__(self, machine: Machine) -> None:
        places = "|".join(re.escape(path) for path in sorted(machine.paths, key=len, reverse=True))
        content = [
            ("service", _any_of(machine.services)),
            ("remote", _any_of(machine.remotes)),
            ("path", rf"(?<![\w.-])(?:{places})(?![\w.-]){_REST_OF_PATH}" if places else ""),
            ("author", _words(machine.authors)),
            ("host", _words(machine.hosts)),
            ("user", _words(machine.users - GENERIC_USERS)),
        ]
        self._content = [(kind, re.compile(pattern)) for kind, pattern in content if pattern]
        generic = _words(machine.users & GENERIC_USERS)
        self._metadata = [("path", rule.pattern) for rule in RULES["paths"]]
        self._metadata += [("user", re.compile(generic))] if generic else []

    def text(self, text: str, *, words: bool = True) -> str:
        """`text` with what tells of the machine replaced; without `words`, names that may be mere words stay."""
        for kind, pattern in self._content:
            text = pattern.sub(partial(_replaced, kind, words), text)
        return text

    def value(self, value: Any) -> Any:
        """A JSON value, names of members included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def metadata(self, text: str) -> str:
        """A text that says how something was called and where: no path of any machine is left, and no login name."""
        text = self.text(text)
        for kind, pattern in self._metadata:
            text = pattern.sub(f"<{kind}>", text)
        return text

    def words(self, words: Iterable[str]) -> list[str]:
        """`metadata` of each word of a command line; values of headers are never shown."""
        return [_HEADER.sub(r"\1<header>", self.metadata(word)) for word in words]

    def find(self, text: str) -> Finding | None:
        """What tells of the machine in a text that cannot be changed, certain things first; None if nothing does."""
        found = [
            Finding(kind, match.group(), text.count("\n", 0, match.start()) + 1, _is_certain(kind, match.group()))
            for kind, pattern in self._content
            for match in [pattern.search(text)]
            if match is not None
        ]
        return min(found, key=lambda finding: not finding.certain, default=None)


def _replaced(kind: str, words: bool, match: re.Match[str]) -> str:
    return f"<{kind}>" if words or _is_certain(kind, match.group()) else match.group()


def _is_certain(kind: str, text: str) -> bool:
    """A login, an author or a host called like a word may be that word."""
    return (
        kind in ("service", "remote", "path")
        or (kind == "host" and not text.isalpha())
        or (kind == "author" and "@" in text)
    )


def _any_of(texts: Iterable[str]) -> str:
    return "|".join(re.escape(text) for text in sorted(texts, key=len, reverse=True))


def _words(texts: Iterable[str]) -> str:
    choice = _any_of(texts)
    return rf"(?<![A-Za-z0-9])(?:{choice})(?![A-Za-z0-9])" if choice else ""
