"""Expressions over the state of the phone, written in the grammar of Jinja2.

    calendar.events | selectattr('id', 'eq', 'table') | list | length == 1

`Expression.parse` checks everything that can be known without a state; `evaluate` works on live objects through
read-only views and raises for whatever is missing, so that a mistyped name is never simply false. Both end in an error
of one line: `ExpressionError` for a text that is not a valid expression, `EvaluationError` for one that has no value in
a state. Expressions can change nothing and reach nothing but the names they are given; see `evaluator` for the limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pare_runner.errors import InputError
from pare_runner.scenarios.text.evaluation.compiler import Names, compile_tree
from pare_runner.scenarios.text.evaluation.higher_order import Code
from pare_runner.scenarios.text.evaluation.syntax import Malformed, parse
from pare_runner.scenarios.text.evaluation.values import METER, Meter, Refused
from pare_runner.scenarios.text.loading.scalars import shorten

_SHOWN_CHARACTERS: Final = 200


class ExpressionError(InputError):
    """A text that is not a valid expression: what is wrong with it, and what was probably meant."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.message = message
        self.hint = hint


class EvaluationError(InputError):
    """A valid expression that has no value in a state: its text and the reason."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(f"{shorten(expression, _SHOWN_CHARACTERS)}: {reason}")
        self.expression = expression
        self.reason = reason


class Expression:
    """A checked expression: its `text`, the first-level `names` it uses, and `evaluate`."""

    __slots__ = ("_code", "names", "text")

    def __init__(self, text: str, names: frozenset[str], code: Code) -> None:
        self.text = text
        self.names = names
        self._code = code

    @classmethod
    def parse(cls, text: str, names: Names) -> Expression:
        """Check `text`, in which the `names` may be used; each is mapped to its attributes, or to None for any."""
        try:
            code, used = compile_tree(parse(text), names)
        except Malformed as error:
            raise ExpressionError(str(error), error.hint) from None
        return cls(text, used, code)

    def evaluate(self, context: Mapping[str, object]) -> object:
        """The value, as a view (`views.plain` makes a copy of its own); `context` holds a value for each of `names`."""
        METER.set(Meter())
        try:
            return self._code(context)
        except (Refused, LookupError, TypeError, ValueError, ArithmeticError) as error:
            raise EvaluationError(self.text, str(error)) from error
        except RecursionError:
            raise EvaluationError(self.text, "the values are nested too deeply") from None

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"
