"""Matchers: what a value may look like.

A plain value matches itself. A mapping with the keys below is a matcher; several keys must all match. A mapping without
any of them is a value, unless one of its keys is so like them that it is most likely mistyped, or what it is compared
with can be no mapping. Text is compared without regard to case by `contains…`, exactly by everything else.
`{from: EVENT}` may stand for any value in it; where that event has no such result nothing matches.
"""

from __future__ import annotations

import difflib
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from pare_runner.apps.core.dates import read_duration, read_time
from pare_runner.apps.core.shapes import MapOf, Model, Shape, Union
from pare_runner.errors import InputError, did_you_mean, nearest
from pare_runner.kernel.references import Ref, ReferenceFailed, contains_ref, resolve

ResultOf = Callable[[str], Any]
"""Event id → its result; ReferenceFailed when there is none."""

Matcher = Callable[[Any, ResultOf], bool]
Test = Callable[[Any], bool]


def compile_matcher(wanted: Any, *, mappings: bool = True) -> Matcher:
    """The matcher of a value or a mapping of operators; InputError for an unknown operator or a bad operand.

    `mappings` says whether the values it will see can be mappings: if not, one without operators is a mistake.
    """
    if not mappings:
        _refuse_mappings(wanted)
    if contains_ref(wanted):
        _operators(wanted)
        make = _equals if isinstance(wanted, Ref) else _test
        return lambda value, result_of: _with_result(lambda: make(resolve(wanted, result_of))(value))
    test = _test(wanted)
    return lambda value, result_of: test(value)


def takes_mappings(shape: Shape) -> bool:
    """Whether a mapping may be a value of this shape."""
    if isinstance(shape, Union):
        return any(takes_mappings(option) for option in shape.options)
    return isinstance(shape, MapOf | Model) or type(shape) is Shape


def equal(value: Any, wanted: Any) -> bool:
    """Equality of JSON values; 1 equals 1.0, True does not equal 1."""
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted
    return bool(value == wanted)


def _with_result(match: Callable[[], bool]) -> bool:
    try:
        return match()
    except (ReferenceFailed, InputError):  # no result, or one the operator cannot compare with
        return False


def _test(wanted: Any) -> Test:
    operators = _operators(wanted)
    if not operators:
        return lambda value: equal(value, wanted)
    for name, operand in operators.items():
        if operand is None and name in ("contains", "regex", "starts_with", "ends_with"):
            raise InputError(f"{name} needs a value")
        if name in _OF_TEXT and "" in (operand if isinstance(operand, list) else [operand]):
            raise InputError(f"{name}: an empty text fits everything")
        if name == "contains" and isinstance(operand, list):
            raise InputError("contains takes one text", hint="contains_any or contains_all take a list")
    tests = [OPERATORS[name](operand) for name, operand in operators.items()]
    return tests[0] if len(tests) == 1 else lambda value: all(test(value) for test in tests)


def _refuse_mappings(wanted: Any) -> None:
    """InputError for a mapping without operators where a value or a matcher is meant, at any depth."""
    if not isinstance(wanted, Mapping):
        return
    if not any(name in OPERATORS for name in wanted):
        name = next((name for name in wanted if name in _MEANT or nearest(name, OPERATORS)), next(iter(wanted), None))
        if name is None:
            raise InputError("{} is no matcher", hint="`empty: true` fits what is empty")
        raise _no_matcher(name)
    for part in [*_items(wanted.get("any_of")), wanted.get("not")]:
        _refuse_mappings(part)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _no_matcher(name: object) -> InputError:
    hint = did_you_mean(_MEANT.get(str(name), name), OPERATORS, limit=len(OPERATORS))
    return InputError(f"there is no matcher {name!r}", hint=hint)


def _operators(wanted: Any) -> Mapping[str, Any]:
    """The operators of `wanted`, none if it is a plain value; InputError for what is most likely meant as one."""
    if not isinstance(wanted, Mapping):
        return {}
    unknown = [name for name in wanted if name not in OPERATORS]
    mistyped = [name for name in unknown if name in _MEANT or difflib.get_close_matches(name, OPERATORS, cutoff=0.87)]
    if len(unknown) == len(wanted) and not mistyped:
        return {}
    if unknown:
        raise _no_matcher((mistyped or unknown)[0])
    return wanted


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


def _equals(operand: Any) -> Test:
    return lambda value: equal(value, operand)


def _contains(operand: Any) -> Test:
    return lambda value: _holds(value, operand)


def _contains_any(operand: Any) -> Test:
    parts = _list(operand, "contains_any")
    return lambda value: any(_holds(value, part) for part in parts)


def _contains_all(operand: Any) -> Test:
    parts = _list(operand, "contains_all")
    return lambda value: all(_holds(value, part) for part in parts)


def _regex(operand: Any) -> Test:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pattern = re.compile(str(operand))
    except (re.error, Warning) as error:
        raise InputError(f"regex {operand!r}: {error}") from None
    return lambda value: pattern.search(_text(value)) is not None


def _any_of(operand: Any) -> Test:
    options = [_test(option) for option in _list(operand, "any_of")]
    return lambda value: any(option(value) for option in options)


def _not(operand: Any) -> Test:
    inner = _test(operand)
    return lambda value: not inner(value)


def _starts_with(operand: Any) -> Test:
    return lambda value: _text(value).startswith(str(operand))


def _ends_with(operand: Any) -> Test:
    return lambda value: _text(value).endswith(str(operand))


def _number(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        try:
            return read_time(value)
        except ValueError:
            return None
    return None


def _near(operand: Any) -> Test:
    if not isinstance(operand, Mapping) or set(operand) != {"value", "within"}:
        raise InputError("near needs {value: …, within: …}")
    target = _number(operand["value"])
    try:
        margin = read_duration(operand["within"])
    except ValueError as error:
        raise InputError(f"near: {error}") from None
    if target is None:
        raise InputError(f"near: {operand['value']!r} is neither a number nor a date")

    def test(value: Any) -> bool:
        number = _number(value)
        return number is not None and abs(number - target) <= margin

    return test


def _bound(name: str) -> Callable[[Any], Test]:
    def build(operand: Any) -> Test:
        limit = _number(operand)
        if limit is None:
            raise InputError(f"{name} needs a number or a date, not {operand!r}")

        def test(value: Any) -> bool:
            number = _number(value)
            return number is not None and (number >= limit if name == "min" else number <= limit)

        return test

    return build


def _same_items(operand: Any) -> Test:
    wanted = _list(operand, "same_items")

    def test(value: Any) -> bool:
        if not isinstance(value, list) or len(value) != len(wanted):
            return False
        rest = list(value)
        for item in wanted:
            if item not in rest:
                return False
            rest.remove(item)
        return True

    return test


def _empty(operand: Any) -> Test:
    if not isinstance(operand, bool):
        raise InputError("empty needs true or false")
    return lambda value: (value is None or value in ("", [], {})) is operand


OPERATORS: dict[str, Callable[[Any], Test]] = {
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
"""Operator → builder of its test."""

_OF_TEXT = ("contains", "contains_any", "contains_all", "regex", "starts_with", "ends_with")

_MEANT = {
    "is": "equals",
    "eq": "equals",
    "in": "any_of",
    "one_of": "any_of",
    "contains_one": "contains_any",
    "like": "contains",
    "match": "regex",
    "matches": "regex",
    "pattern": "regex",
    "gte": "min",
    "lte": "max",
}
"""What people write for an operator → the operator."""
