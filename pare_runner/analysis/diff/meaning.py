"""When two decisions are the same: wording is ignored, and ids that a run made are compared by what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pare_runner.analysis.diff.steps import Record, Step

WORDING = frozenset({"content", "description", "message", "subject", "title"})
"""Arguments that hold wording: those that the tools declare as free text (a test compares)."""
PROSE = 5
"""Words from which any other text is wording too."""

_MADE = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""Ids that a run makes; those that authors write are names."""
_ID = re.compile(r"(^|_)ids?$")
_TIME = re.compile(r"(^|_)(at|time|timestamp|datetime|updated|date|strftime)($|_)")

Meaning = tuple[Any, ...]


class Meanings:
    """What the made ids of one run stand for, as far as it has told.

    An id is known by the record it names: the other fields of that record, but for ids and times; or, where it was
    returned alone, by the call that returned it.
    """

    def __init__(self, record: Record) -> None:
        self._known: dict[str, Meaning] = {}
        for name, state in record.apps.items():
            self._learn(state, (name,))
        counts: dict[tuple[str, str | None], int] = {}
        for step in record.steps:
            key = step.role, step.tool
            counts[key] = counts.get(key, 0) + 1
            cause = (step.event,) if step.role == "world" else (*key, counts[key])
            if isinstance(step.result, str):
                self._add(step.result, ("result of", *cause))
            else:
                self._learn(step.result, cause)

    def of(self, name: str) -> Meaning | None:
        """What `name` stands for; None if that is not known, or if it is no made id."""
        return self._known.get(name)

    def _learn(self, value: Any, cause: Meaning) -> None:
        for name, key, record in _records(value):
            self._add(name, (key, *sorted(_fields(record))) if isinstance(record, dict) else ("named by", *cause))

    def _add(self, name: str, meaning: Meaning) -> None:
        if _MADE.fullmatch(name):
            self._known.setdefault(name, meaning)


def same_decision(a: Step, b: Step, of_a: Meanings, of_b: Meanings) -> bool:
    """Whether two decisions are the same but for their wording."""
    if (a.role, a.kind, a.tool) != (b.role, b.kind, b.tool):
        return False
    return not differing_arguments(a, b, of_a, of_b)


def differing_arguments(a: Step, b: Step, of_a: Meanings, of_b: Meanings) -> tuple[str, ...]:
    """Names of the arguments of one tool that differ, wording apart; wording is only there or not."""
    names = dict.fromkeys((*a.arguments, *b.arguments))
    return tuple(name for name in names if not _same_argument(name, a, b, of_a, of_b))


def same_wording(a: Step, b: Step) -> bool:
    """Whether the wording of two decisions is the same, to the letter."""
    names = {*a.arguments, *b.arguments}
    return all(
        a.arguments.get(name) == b.arguments.get(name)
        for name in names
        if is_wording(name, a.arguments.get(name)) or is_wording(name, b.arguments.get(name))
    )


def same_value(a: Any, b: Any, of_a: Meanings, of_b: Meanings) -> bool:
    """Whether two values are equal, or differ in made ids alone that stand for the same."""
    if isinstance(a, str) and isinstance(b, str):
        return a == b or ((meaning := of_a.of(a)) is not None and meaning == of_b.of(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_value(a[key], b[key], of_a, of_b) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same_value(*pair, of_a, of_b) for pair in zip(a, b, strict=True))
    return (type(a) is type(b) and bool(a == b)) or (_number(a) and _number(b) and bool(a == b))


def is_wording(name: str, value: Any) -> bool:
    """Whether an argument is wording: by its name, or by the number of its words."""
    return isinstance(value, str) and (name in WORDING or len(value.split()) >= PROSE)


def _same_argument(name: str, a: Step, b: Step, of_a: Meanings, of_b: Meanings) -> bool:
    one, two = a.arguments.get(name), b.arguments.get(name)
    if is_wording(name, one) or is_wording(name, two):
        return bool(one) == bool(two)
    return same_value(one, two, of_a, of_b)


def _records(value: Any) -> Iterator[tuple[str, str, Any]]:
    """Made ids in a JSON value, each with the field it stands in and the record it names; of a bare one in a list None.

    An id that is the key of a record names that.
    """
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, dict) and _MADE.fullmatch(str(name)):
                yield name, "", item
            elif isinstance(item, str) and _ID.search(str(name)):
                yield item, str(name), value
            yield from _records(item)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield item, "", None
            yield from _records(item)


def _fields(record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What a record says apart from ids and times."""
    for name, value in record.items():
        if not _ID.search(name) and not _TIME.search(name) and isinstance(value, str | int | float | bool):
            yield name, repr(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
