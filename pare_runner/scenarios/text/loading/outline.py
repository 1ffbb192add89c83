"""Where the parts of a YAML text stand: computed only when somebody asks, by reading the text a second time.

`Outline(text).find(path, key=...)` gives line and column, counted from 1, of a node or of its key. A second reading
costs less than a millisecond for a scenario; marks kept for every node of every file would cost each compilation.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from pare_runner.scenarios.text.limits import MAX_NODES

Place = tuple[int, int]


class Node:
    """A node's place and its children: `items` of a sequence, `entries` (key as written → place of the key, value)."""

    __slots__ = ("entries", "items", "place")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.items: list[Node] = []
        self.entries: dict[str, tuple[Place, Node]] = {}


class Outline:
    """The tree of places of a text; of a text that breaks off with an error, the part before the error."""

    def __init__(self, text: str) -> None:
        self._top = Node((1, 1))
        # Whoever asks for a place in a broken text wants one in the part that could be read.
        with suppress(yaml.YAMLError):
            self._read(yaml.CSafeLoader(text))

    def find(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """The place of the node at `path`, or of its key; of the nearest ancestor that exists if it does not.

        Of a key that occurs twice the first occurrence counts. Below an alias the places are those of the anchor.
        """
        if not self._top.items:
            return self._top.place
        node = self._top.items[0]
        place = node.place
        for part in path:
            if node.entries:
                entry = node.entries.get(str(part))
                if entry is None:
                    break
                key_place, node = entry
                place = key_place if key else node.place
            elif isinstance(part, int) and 0 <= part < len(node.items):
                node = node.items[part]
                place = node.place
            else:
                break
        return place

    def _read(self, parser: yaml.CSafeLoader) -> None:
        stack: list[tuple[Node, bool]] = []
        current, in_mapping = self._top, False
        pending: tuple[str, Place] | None = None
        pendings: list[tuple[str, Place] | None] = []
        anchors: dict[str, tuple[Node, str]] = {}
        count = 0
        while True:
            event: Any = parser.get_event()
            # A text that was refused for its size is not read to its end for a place in it.
            if event is None or count > MAX_NODES:
                return
            kind = type(event)
            if kind is SequenceEndEvent or kind is MappingEndEvent:
                current, in_mapping = stack.pop()
                pending = pendings.pop()
                continue
            if kind not in (ScalarEvent, AliasEvent, SequenceStartEvent, MappingStartEvent):
                continue
            count += 1
            place = (event.start_mark.line + 1, event.start_mark.column + 1)
            node, written = Node(place), ""
            if kind is ScalarEvent:
                written = event.value
            elif kind is AliasEvent:
                target, written = anchors.get(event.anchor, (node, ""))
                node.items, node.entries = target.items, target.entries
            if event.anchor is not None and kind is not AliasEvent:
                anchors[event.anchor] = (node, written)
            if not in_mapping:
                current.items.append(node)
            elif pending is None:
                pending = (written, place)
            else:
                name, key_place = pending
                current.entries.setdefault(name, (key_place, node))
                pending = None
            if kind is SequenceStartEvent or kind is MappingStartEvent:
                stack.append((current, in_mapping))
                pendings.append(pending)
                current, in_mapping, pending = node, kind is MappingStartEvent, None
