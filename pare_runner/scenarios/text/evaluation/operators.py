"""The operators of expressions: arithmetic on numbers only, `+` on texts and lists as well, comparisons that explain.

Each function takes the operands' values and raises `Refused` for what it is not defined for. Results are bounded: no
number of more than 1,024 bits, no text or list beyond the limits of `values`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final

from pare_runner.scenarios.text.evaluation.values import (
    Refused,
    charge,
    check_length,
    kind_of,
    made_items,
    number,
    text_of,
)
from pare_runner.scenarios.text.views import MappingView

Binary = Callable[[Any, Any], Any]

_MAX_BITS: Final = 1_024


def add(left: object, right: object) -> object:
    """Numbers are added, texts and lists put one after the other."""
    if isinstance(left, str) and isinstance(right, str):
        check_length(len(left) + len(right))
        return left + right
    if type(left) is tuple and type(right) is tuple:
        return made_items((*left, *right))
    if isinstance(left, str) != isinstance(right, str):
        raise Refused(f"'+' cannot add {kind_of(left)} and {kind_of(right)}; '~' joins texts and numbers")
    return bounded(number(left, "'+'") + number(right, "'+'"))


def joined(*parts: object) -> str:
    """`~`: the parts as one text."""
    texts = [text_of(part, "'~'") for part in parts]
    check_length(sum(map(len, texts)))
    return "".join(texts)


def bounded(value: int | float) -> int | float:
    """`value`, if it is finite and not huge."""
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Refused("the number is out of range")
    elif value.bit_length() > _MAX_BITS:
        raise Refused("the number is too large")
    return value


def negative(value: object) -> object:
    return -number(value, "'-'")


def positive(value: object) -> object:
    return +number(value, "'+'")


def contained(value: Any, container: Any) -> bool:
    """`value in container`: a text in a text, an item in a list, a key in a mapping."""
    if isinstance(container, str):
        charge(len(container) // 16)
        if not isinstance(value, str):
            raise Refused(f"'in' cannot look for {kind_of(value)} in a text")
        return value in container
    if type(container) is tuple:
        charge(len(container))
        return value in container
    if isinstance(container, MappingView):
        return value in container
    raise Refused(f"'in' needs a text, a list or a mapping, not {kind_of(container)}")


def not_contained(value: object, container: object) -> bool:
    return not contained(value, container)


def _arithmetic(symbol: str, function: Binary) -> Binary:
    user = f"'{symbol}'"

    def apply(left: object, right: object) -> object:
        try:
            made: int | float = function(number(left, user), number(right, user))
            return bounded(made)
        except ZeroDivisionError:
            raise Refused("division by zero") from None
        except OverflowError:
            raise Refused("the number is out of range") from None

    return apply


def _order(symbol: str, function: Binary) -> Binary:
    def compare(left: object, right: object) -> object:
        try:
            return function(left, right)
        except TypeError:
            raise Refused(f"'{symbol}' cannot compare {kind_of(left)} with {kind_of(right)}") from None

    return compare


less: Final = _order("<", operator.lt)
less_or_equal: Final = _order("<=", operator.le)
greater: Final = _order(">", operator.gt)
greater_or_equal: Final = _order(">=", operator.ge)
remainder: Final = _arithmetic("%", operator.mod)

# By the names that Jinja's grammar gives them.
COMPARISONS: Final[dict[str, Binary]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": less,
    "lteq": less_or_equal,
    "gt": greater,
    "gteq": greater_or_equal,
    "in": contained,
    "notin": not_contained,
}
ARITHMETIC: Final[dict[str, Binary]] = {
    "Add": add,
    "Sub": _arithmetic("-", operator.sub),
    "Mul": _arithmetic("*", operator.mul),
    "Div": _arithmetic("/", operator.truediv),
    "FloorDiv": _arithmetic("//", operator.floordiv),
    "Mod": remainder,
}
