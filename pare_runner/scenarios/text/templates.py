"""Compile-time values: `{{ expression }}` in the strings of a scenario, over its variables.

`render` walks nested data. A string that is exactly one expression becomes the expression's value, with its type; in
any other string an expression must give a text or a number. Expressions are those of `expressions`, with the same
limits. Statements and comments are refused; `{% raw %}...{% endraw %}` keeps what is between as it is. Strings without
any of these are left alone, and a part without templates is returned as the same object.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pare_runner.errors import Problem, ScenarioError
from pare_runner.scenarios.text.evaluation.pieces import BadTemplate, Piece, has_templates, split
from pare_runner.scenarios.text.evaluation.values import Refused, text_of
from pare_runner.scenarios.text.expressions import EvaluationError, Expression, ExpressionError
from pare_runner.scenarios.text.limits import MAX_BYTES, MAX_DEPTH, MAX_NODES
from pare_runner.scenarios.text.loading.scalars import shorten
from pare_runner.scenarios.text.views import MappingView, Record, field_names, plain, view
from pare_runner.scenarios.text.yaml_text import Document, Path

CODE: Final = "template"

_RESERVED: Final = frozenset(
    {"true", "false", "none", "True", "False", "None", "and", "or", "not", "in", "is", "if", "else"}
)


def render(
    data: object,
    variables: Mapping[str, object],
    document: Document,
    path: Path = (),
    problems: list[Problem] | None = None,
) -> object:
    """`data`, which stands at `path` of `document`, with its templates filled in.

    All problems are found before a ScenarioError is raised; with a list `problems` they are added to it instead, and
    the strings concerned stay as they are.
    """
    found: list[Problem] = []
    made = _Renderer(variables, document, found).value(data, tuple(path))
    return made if _deliver(found, problems) else data


def render_variables(
    variables: Mapping[str, object],
    document: Document,
    path: Path = ("vars",),
    problems: list[Problem] | None = None,
) -> dict[str, object]:
    """The variables of a scenario, in file order; each may use those above it. Problems as in `render`."""
    found: list[Problem] = []
    known: dict[str, object] = {}
    renderer = _Renderer(known, document, found, below=frozenset(variables))
    for name, value in variables.items():
        place = (*path, name)
        if not name.isidentifier() or name in _RESERVED:
            hint = "use letters, digits and '_', not beginning with a digit"
            found.append(
                document.problem(place, f"{name!r} cannot be the name of a variable", hint, code=CODE, key=True)
            )
        count = len(found)
        known[name] = renderer.value(value, place)
        if len(found) > count:
            renderer.broken.add(name)
    _deliver(found, problems)
    return known


def _deliver(found: list[Problem], problems: list[Problem] | None) -> bool:
    if found and problems is None:
        raise ScenarioError(found)
    if problems is not None:
        problems.extend(found)
    return not found


_SCALARS: Final = frozenset({int, float, bool, type(None)})


class _Cascade(Exception):
    """A string that cannot be rendered because of a problem that has been reported."""


class _Budget:
    """What the templates of one call may make in all: lists of lists of variables would grow without bound."""

    def __init__(self) -> None:
        self.values = MAX_NODES
        self.characters = MAX_BYTES

    def is_spent(self) -> bool:
        return self.values < 0 or self.characters < 0

    def spend(self, value: object, depth: int) -> None:
        """Pay for a copy of a view that is to stand `depth` levels deep."""
        self.values -= 1
        if isinstance(value, str):
            self.characters -= len(value)
        elif isinstance(value, tuple | MappingView | Record):
            if depth >= MAX_DEPTH:
                raise BadTemplate(f"values are nested more than {MAX_DEPTH} levels deep")
            for item in _parts(value):
                self.spend(item, depth + 1)
        if self.is_spent():
            raise BadTemplate(f"templates make more than {MAX_NODES:,} values or {MAX_BYTES:,} characters in all")


def _parts(value: tuple[object, ...] | MappingView | Record) -> Iterable[object]:
    """What a view holds: items, keys and values, or fields."""
    if isinstance(value, MappingView):
        return (*value.keys(), *value.values())
    return value if isinstance(value, tuple) else (value[name] for name in field_names(value))


def _is_literal(data: object) -> bool:
    """Whether data holds no template, for nearly all there is: its path need not be known then."""
    kind = type(data)
    return "{" not in data if kind is str else kind in _SCALARS  # type: ignore[operator]


class _Renderer:
    def __init__(
        self,
        variables: Mapping[str, object],
        document: Document,
        found: list[Problem],
        below: frozenset[str] = frozenset(),
    ) -> None:
        self.variables = variables
        self.document = document
        self.found = found
        self.below = below
        self.broken: set[str] = set()
        self.budget = _Budget()
        self.depth = 0  # of the string being rendered

    def value(self, data: object, path: tuple[str | int, ...]) -> object:
        """`data` rendered; the same object if nothing in it had to be."""
        if isinstance(data, str):
            return self._string(data, path) if has_templates(data) else data
        if isinstance(data, dict):
            return self._mapping(data, path)
        if isinstance(data, list):
            made = [item if _is_literal(item) else self.value(item, (*path, index)) for index, item in enumerate(data)]
            return made if any(new is not old for new, old in zip(made, data, strict=True)) else data
        return data

    def _mapping(self, data: dict[str, object], path: tuple[str | int, ...]) -> object:
        made: dict[str, object] = {}
        changed = False
        for key, item in data.items():
            if "{{" in str(key):
                message = f"a key cannot contain a template: {key!r}"
                self.found.append(self.document.problem((*path, key), message, code=CODE, key=True))
            new = made[key] = item if _is_literal(item) else self.value(item, (*path, key))
            changed = changed or new is not item
        return made if changed else data

    def _string(self, text: str, path: tuple[str | int, ...]) -> object:
        self.depth = len(path)
        try:
            pieces = split(text)
            if len(pieces) == 1 and pieces[0].is_expression:
                return self._evaluate(pieces[0].text)
            return "".join(self._as_text(piece) if piece.is_expression else piece.text for piece in pieces)
        except _Cascade:
            return text
        except (BadTemplate, ExpressionError) as error:
            self.found.append(self.document.problem(path, error.message, error.hint, code=CODE))
        except EvaluationError as error:
            message = f"{{{{ {shorten(error.expression.strip(), 80)} }}}}: {error.reason}"
            self.found.append(self.document.problem(path, message, code=CODE))
        return text

    def _as_text(self, piece: Piece) -> str:
        shown = f"{{{{ {shorten(piece.text.strip(), 80)} }}}}"
        value = self._evaluate(piece.text)
        try:
            return text_of(view(value), shown)
        except Refused as error:
            hint = "join it: {{ names | join(', ') }}" if isinstance(value, list) else ""
            raise BadTemplate(str(error), hint) from None

    def _evaluate(self, text: str) -> object:
        name = text.strip()
        if name in self.variables and name not in self.broken:
            # Nearly every template is the name of a variable: no need to parse it.
            return self._taken(self.variables[name])
        try:
            expression = Expression.parse(text, dict.fromkeys(self.variables))
        except ExpressionError:
            if name in self.below:
                raise BadTemplate(
                    f"the variable {name!r} stands further below", "a variable may use those above it"
                ) from None
            raise
        if expression.names & self.broken:
            raise _Cascade
        return self._taken(expression.evaluate(self.variables))

    def _taken(self, value: object) -> object:
        """A copy of `value` as plain data, paid for from the budget before it is made."""
        try:
            if self.budget.is_spent():
                raise _Cascade
            self.budget.spend(view(value), self.depth)
            return plain(value)
        except TypeError as error:
            raise BadTemplate(str(error)) from None
