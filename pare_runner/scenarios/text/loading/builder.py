"""From the parser's events to plain data, in one pass without recursion, within limits.

`build(text)` returns the data of the one document in `text`, or raises `Unusable` with every finding. Two kinds of
finding: those after which reading goes on, so that a file's mistakes are reported together (a key twice, a tag, a merge
key, an infinite number), and those that end it (syntax, a limit).
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from pare_runner.scenarios.text.limits import MAX_DEPTH, MAX_NODES
from pare_runner.scenarios.text.loading.anchors import OPEN, Anchor, TooDeep, copy_of
from pare_runner.scenarios.text.loading.messages import Finding, explain, forbidden_character
from pare_runner.scenarios.text.loading.outline import Outline
from pare_runner.scenarios.text.loading.scalars import CORE, ScalarError, plain, shorten, tagged, unknown_tag

MAX_FINDINGS: Final = 50

_MERGE: Final = "<<"


class Unusable(Exception):
    """A text that cannot be used, with everything found in it; `load` turns it into a ScenarioError."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__(findings)
        self.findings = findings


def build(text: str) -> tuple[bool, object]:
    """(whether there is a document, its data); every mapping's keys are strings, as written."""
    builder = _Builder(text)
    try:
        builder.run(yaml.CSafeLoader(text))
    except (UnicodeEncodeError, ReaderError):
        builder.stop(forbidden_character(text))
    except yaml.YAMLError as error:
        finding = explain(error, text)
        # What follows a finding in the same line is most likely its consequence.
        if not builder.findings or builder.findings[-1].line != finding.line:
            builder.findings.append(finding)
    if builder.findings:
        raise Unusable(builder.findings)
    return bool(builder.documents), builder.documents[0] if builder.documents else None


class _Builder:
    """The state of one reading: the container being filled, those around it, anchors, findings."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.findings: list[Finding] = []
        self.documents: list[object] = []
        self._anchors: dict[str, Anchor] = {}
        self._outline: Outline | None = None
        self._count = 0
        # Of each container around the current one: it, its pending key, and the current one's anchor and first node.
        self._stack: list[tuple[Any, str | None, Anchor | None, int]] = []

    def run(self, parser: yaml.CSafeLoader) -> None:
        """Read all events; raises yaml.YAMLError for syntax, `Unusable` for a limit."""
        next_event, stack, anchors = parser.get_event, self._stack, self._anchors
        current: Any = self.documents
        in_mapping = False
        key: str | None = None
        while True:
            event: Any = next_event()
            kind = type(event)
            written: str | None = None
            if kind is ScalarEvent:
                self._count += 1
                written = event.value
                if in_mapping and key is None:
                    key = written
                    if event.anchor is not None:
                        anchors[event.anchor] = Anchor(self._plain(event), 1, written)
                    if key in current or key == _MERGE or not key or event.tag is not None:
                        self._check_key(event, key, current)
                    continue
                if event.tag is not None:
                    value = self._tagged(event)
                elif event.style:
                    value = written
                else:
                    value = self._plain(event)
                if event.anchor is not None:
                    anchors[event.anchor] = Anchor(value, 1, written)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._count += 1
                value = {} if kind is MappingStartEvent else []
                if len(stack) >= MAX_DEPTH:
                    self.stop(_too_deep(event))
                if event.tag is not None:
                    self._check_tag(event, kind)
                if in_mapping and key is None:
                    # Read it into nowhere, so that the mistakes below it are found as well.
                    self._refuse_key(event)
                    stack.append((current, "", None, 0))
                    current, in_mapping, key = value, kind is MappingStartEvent, None
                    continue
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                closed = current
                current, key, anchor, first = stack.pop()
                in_mapping = type(current) is dict
                if anchor is not None:
                    anchor.value, anchor.count = closed, self._count - first + 1
                continue
            elif kind is AliasEvent:
                source = self._source(event)
                written = source.written
                if in_mapping and key is None:
                    self._count += 1
                    if written is None:
                        self._refuse_key(event)
                    key = written or ""
                    if key in current:
                        self._check_key(event, key, current)
                    continue
                value = self._copy_of(source, event)
            elif event is None:
                return
            else:
                if kind is DocumentStartEvent and self.documents:
                    self.stop(_at(event, "a second document begins here", "a file holds one scenario: no '---' inside"))
                continue
            if self._count > MAX_NODES:
                self.stop(_at(event, f"more than {MAX_NODES:,} values in one file"))
            if in_mapping:
                current[key] = value
            else:
                current.append(value)
            if kind is MappingStartEvent or kind is SequenceStartEvent:
                anchor = None
                if event.anchor is not None:
                    anchor = anchors[event.anchor] = Anchor(OPEN, 0, None)
                # A list gives no key; a mapping waits for the next one once this value is complete.
                stack.append((current, None, anchor, self._count))
                current, in_mapping = value, kind is MappingStartEvent
            key = None

    def add(self, event: Any, message: str, hint: str = "") -> None:
        """Note a finding and go on, unless there are too many already."""
        self.findings.append(_at(event, message, hint))
        if len(self.findings) >= MAX_FINDINGS:
            raise Unusable(self.findings)

    def stop(self, finding: Finding) -> NoReturn:
        """Note a finding and end."""
        raise Unusable([*self.findings, finding])

    def _check_key(self, event: Any, key: str, mapping: dict[str, object]) -> None:
        is_plain = type(event) is ScalarEvent and not event.style and event.tag is None
        if key in mapping:
            path = self._path_of(mapping)
            self._outline = self._outline or Outline(self.text)
            line = self._outline.find([*path, key], key=True)[0]
            self.add(event, f"the key {shorten(key)!r} stands twice in this mapping", f"first in line {line}")
        elif key == _MERGE and is_plain:
            hint = "repeat the keys, or use *alias for the whole value"
            self.add(event, "merge keys '<<' do not exist in YAML 1.2", hint)
        elif not key and is_plain:
            self.add(event, "a key is missing before this ':'")
        elif type(event) is ScalarEvent and event.tag is not None:
            self._tagged(event)

    def _path_of(self, mapping: dict[str, object]) -> list[str | int]:
        chain = [container for container, *_ in self._stack[1:]] + [mapping]
        path: list[str | int] = []
        for outer, inner in pairwise(chain):
            # Each open container is the last thing its parent was given, but for one that stands in a key's place.
            last = len(outer) - 1 if type(outer) is list else next(reversed(outer), "")
            if not outer or outer[last] is not inner:
                break
            path.append(last)
        return path

    def _refuse_key(self, event: Any) -> None:
        index = event.start_mark.index
        if self.text[index - 1 : index + 1] == "{{":
            self.add(event, "a value that begins with '{{' must be in quotes", 'write "{{ name }}"')
        else:
            self.add(event, "a key must be a simple text, not a list or a mapping")

    def _plain(self, event: Any) -> object:
        if event.style or event.tag is not None:
            return event.value
        try:
            return plain(event.value)
        except ScalarError as error:
            self.add(event, str(error), error.hint)
            return None

    def _tagged(self, event: Any) -> object:
        try:
            return tagged(event.tag, event.value, is_plain=not event.style)
        except ScalarError as error:
            self.add(event, str(error), error.hint)
            return None

    def _check_tag(self, event: Any, kind: type) -> None:
        wanted = "map" if kind is MappingStartEvent else "seq"
        if event.tag not in ("!", CORE + wanted):
            self.add(event, unknown_tag(event.tag), "tags are not used in scenarios")

    def _source(self, event: Any) -> Anchor:
        source = self._anchors.get(event.anchor)
        if source is None:
            hint = "anchors begin with '&' and stand before their aliases; put a text that begins with '*' in quotes"
            self.add(event, f"no anchor named {shorten(event.anchor)!r} before this alias", hint)
            return Anchor(None, 1, "")
        if source.value is OPEN:
            self.stop(_at(event, f"the anchor {shorten(event.anchor)!r} contains itself"))
        return source

    def _copy_of(self, source: Anchor, event: Any) -> object:
        """A copy, so that the data is a tree; counted before it is made, so that a bomb costs nothing."""
        self._count += source.count
        if self._count > MAX_NODES:
            self.stop(_at(event, f"more than {MAX_NODES:,} values in one file once its aliases are filled in"))
        try:
            return copy_of(source.value, MAX_DEPTH - len(self._stack))
        except TooDeep:
            self.stop(_too_deep(event))


def _too_deep(event: Any) -> Finding:
    return _at(event, f"values are nested more than {MAX_DEPTH} levels deep")


def _at(event: Any, message: str, hint: str = "") -> Finding:
    mark = event.start_mark
    return Finding(message, mark.line + 1, mark.column + 1, hint)
