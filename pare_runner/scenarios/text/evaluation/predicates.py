"""The tests of expressions (`x is odd`, `select('odd')`): Jinja's by name and meaning, and `contains`.

`PREDICATES` maps a name to a function of the tested value and the test's arguments. `defined` and `undefined` ask
whether a value is there at all, so they are part of the evaluator.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final

from pare_runner.scenarios.text.evaluation.operators import (
    contained,
    greater,
    greater_or_equal,
    less,
    less_or_equal,
    remainder,
)
from pare_runner.scenarios.text.views import MappingView, Record

Predicate = Callable[..., Any]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _holds(container: object, value: object) -> bool:
    """`texts is contains 'x'`: the other way round than `in`, for `selectattr('title', 'contains', 'Dinner')`."""
    return contained(value, container)


def _divisible(value: object, by: object) -> bool:
    return bool(remainder(value, by) == 0)


_SYNONYMS: Final[dict[Predicate, tuple[str, ...]]] = {
    operator.eq: ("eq", "equalto", "=="),
    operator.ne: ("ne", "!="),
    less: ("lt", "lessthan", "<"),
    less_or_equal: ("le", "<="),
    greater: ("gt", "greaterthan", ">"),
    greater_or_equal: ("ge", ">="),
}

PREDICATES: Final[dict[str, Predicate]] = {
    **{name: predicate for predicate, names in _SYNONYMS.items() for name in names},
    "boolean": lambda value: isinstance(value, bool),
    "contains": _holds,
    "divisibleby": _divisible,
    "even": lambda value: remainder(value, 2) == 0,
    "false": lambda value: value is False,
    "float": lambda value: isinstance(value, float),
    "in": contained,
    "integer": _is_integer,
    "iterable": lambda value: isinstance(value, str | tuple | MappingView),
    "lower": lambda value: isinstance(value, str) and value.islower(),
    "mapping": lambda value: isinstance(value, MappingView | Record),
    "none": lambda value: value is None,
    "number": _is_number,
    "odd": lambda value: remainder(value, 2) == 1,
    "sequence": lambda value: isinstance(value, str | tuple),
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "upper": lambda value: isinstance(value, str) and value.isupper(),
}

# Tests whether there is a value, and the answer if there is one.
PRESENCE: Final = {"defined": True, "undefined": False}
