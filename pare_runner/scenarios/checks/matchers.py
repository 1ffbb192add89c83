"""Matchers: what a value may look like.

A plain value matches itself. A mapping with the keys below is a matcher; several keys must all match. Text is compared
without regard to case by `contains…`, exactly by everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pare_runner.apps.core.dates import read_duration, read_time
from pare_runner.errors import InputError, did_you_mean
from pare_runner.kernel.references import Ref

Resolve = Callable[[Ref], Any]
Matcher = Callable[[Any, Resolve], bool]


def compile_matcher(wanted: Any) -> Matcher:
    """The matcher of a value or a mapping of operators; InputError for an unknown operator or a bad operand."""
    if isinstance(wanted, Ref):
        return lambda value, resolve: equal(value, resolve(wanted))
    if isinstance(wanted, Mapping) and wanted and (set(wanted) & OPERATORS.keys() or set(wanted) <= _LIKELY):
        tests: list[Matcher] = []
        for name, operand in wanted.items():
            if name not in OPERATORS:
                raise InputError(f"there is no matcher {name!r}", hint=did_you_mean(name, OPERATORS))
            tests.append(OPERATORS[name](operand))
        return lambda value, resolve: all(test(value, resolve) for test in tests)
    return lambda value, resolve: equal(value, wanted)


def equal(value: Any, wanted: Any) -> bool:
    """Equality of JSON values; 1 equals 1.0, True does not equal 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(item) for item in value)
    return "" if value is None else str(value)


def _holds(value: Any, part: Any) -> bool:
    if isinstance(value, list) and not isinstance(part, str):
        return part in value
    return str(part).casefold() in _text(value).casefold()


def _list(operand: Any, name: str) -> list[Any]:
    if not isinstance(operand, list) or not operand:
        raise InputError(f"{name} needs a list")
    return operand


def _equals(operand: Any) -> Matcher:
    if isinstance(operand, Ref):
        return lambda value, resolve: equal(value, resolve(operand))
    return lambda value, resolve: equal(value, operand)


def _contains(operand: Any) -> Matcher:
    if isinstance(operand, Ref):
        return lambda value, resolve: _holds(value, resolve(operand))
    return lambda value, resolve: _holds(value, operand)


def _contains_any(operand: Any) -> Matcher:
    parts = _list(operand, "contains_any")
    return lambda value, resolve: any(_holds(value, part) for part in parts)


def _contains_all(operand: Any) -> Matcher:
    parts = _list(operand, "contains_all")
    return lambda value, resolve: all(_holds(value, part) for part in parts)


def _regex(operand: Any) -> Matcher:
    try:
        pattern = re.compile(str(operand))
    except re.error as error:
        raise InputError(f"regex {operand!r}: {error}") from None
    return lambda value, resolve: pattern.search(_text(value)) is not None


def _any_of(operand: Any) -> Matcher:
    options = [compile_matcher(option) for option in _list(operand, "any_of")]
    return lambda value, resolve: any(option(value, resolve) for option in options)


def _not(operand: Any) -> Matcher:
    inner = compile_matcher(operand)
    return lambda value, resolve: not inner(value, resolve)


def _starts_with(operand: Any) -> Matcher:
    return lambda value, resolve: _text(value).startswith(str(operand))


def _ends_with(operand: Any) -> Matcher:
    return lambda value, resolve: _text(value).endswith(str(operand))


def _number(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return read_time(value)
        except ValueError:
            return None
    return None


def _near(operand: Any) -> Matcher:
    if not isinstance(operand, Mapping) or set(operand) != {"value", "within"}:
        raise InputError("near needs {value: …, within: …}")
    target = _number(operand["value"])
    try:
        margin = read_duration(operand["within"])
    except ValueError as error:
        raise InputError(f"near: {error}") from None
    if target is None:
        raise InputError(f"near: {operand['value']!r} is neither a number nor a date")

    def test(value: Any, resolve: Resolve) -> bool:
        number = _number(value)
        return number is not None and abs(number - target) <= margin

    return test


def _bound(name: str) -> Callable[[Any], Matcher]:
    def build(operand: Any) -> Matcher:
        limit = _number(operand)
        if limit is None:
            raise InputError(f"{name} needs a number or a date, not {operand!r}")

        def test(value: Any, resolve: Resolve) -> bool:
            number = _number(value)
            return number is not None and (number >= limit if name == "min" else number <= limit)

        return test

    return build


def _same_items(operand: Any) -> Matcher:
    wanted = _list(operand, "same_items")

    def test(value: Any, resolve: Resolve) -> bool:
        if not isinstance(value, list) or len(value) != len(wanted):
            return False
        rest = list(value)
        for item in wanted:
            if item not in rest:
                return False
            rest.remove(item)
        return True

    return test


def _empty(operand: Any) -> Matcher:
    if not isinstance(operand, bool):
        raise InputError("empty needs true or false")
    return lambda value, resolve: (value is None or value in ("", [], {})) is operand


OPERATORS: dict[str, Callable[[Any], Matcher]] = {
    "equals": _equals,
    "contains": _contains,
    "contains_any": _contains_any,
    "contains_all": _contains_all,
    "regex": _regex,
    "any_of": _any_of,
    "same_items": _same_items,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "near": _near,
    "min": _bound("min"),
    "max": _bound("max"),
    "empty": _empty,
    "not": _not,
}
"""Operator → builder of its matcher."""

_LIKELY = frozenset({"equal", "contain", "matches", "match", "like", "in", "is", "eq", "contains_one", "regexp"})
"""Words people write for operators; a mapping of only these is a mistyped matcher, not a value."""
