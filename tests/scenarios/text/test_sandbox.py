"""Nothing that is written in an expression can reach Python, grow without bound, or take long."""

from __future__ import annotations

import string
import time
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pare_runner.scenarios.text.evaluation.filters import FILTERS
from pare_runner.scenarios.text.evaluation.methods import ARGUMENTS
from pare_runner.scenarios.text.evaluation.predicates import PREDICATES
from pare_runner.scenarios.text.evaluation.syntax import MAX_BRACKETS, MAX_CHARACTERS, MAX_DEPTH
from pare_runner.scenarios.text.evaluation.values import MAX_ITEMS, MAX_TEXT, MAX_WORK
from pare_runner.scenarios.text.expressions import EvaluationError, Expression, ExpressionError
from pare_runner.scenarios.text.views import app_view, plain


@dataclass
class Item:
    name: str
    secret: str = ""

    def run(self) -> str:
        return "ran"


STATE = {"items": {"a": Item("x"), "b": Item("y")}, "text": "abc", "big": "x" * 1000, "n": 3, "none": None}
NAMES = {"app": None, "known": {"items"}}
CONTEXT = {"app": app_view(STATE), "known": app_view(STATE)}


def refused(text: str) -> str:
    """The error of a text, whether parsing or evaluating finds it, and never after long."""
    started = time.perf_counter()
    with pytest.raises((ExpressionError, EvaluationError)) as caught:
        Expression.parse(text, NAMES).evaluate(CONTEXT)
    assert time.perf_counter() - started < 5
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "().__class__",
        "''.__class__.__mro__",
        "''['__class__']",
        "app.items[0].__class__",
        "app.items[0]['__class__']",
        "app.items[0]._of",
        "app['_of']",
        "app | attr('__class__')",
        "app.items | map('attr', '__class__') | list",
        "app.items | map(attribute='__class__') | list",
        "app.items | map(attribute='name.__class__') | list",
        "app.items | selectattr('__class__') | list",
        "app.items | selectattr('__class__', 'defined') | list",
        "app.items | rejectattr('_of') | list",
        "app.items | sum(attribute='__len__')",
        "app.items | sum('__len__')",
        "app.items | sort(attribute='name,__class__')",
        "app.items | groupby('__class__')",
        "app.items | groupby('name', '_x') | map(attribute='_of') | list",
        "app.items | unique(attribute='_of') | list",
        "app.items | min(attribute='_of')",
        "app.items | join(',', '_of')",
    ],
)
def test_names_with_an_underscore_cannot_be_read(text: str) -> None:
    message = refused(text)
    assert "names that begin with '_' cannot be read" in message or "unknown filter 'attr'" in message


@pytest.mark.parametrize(
    "text",
    [
        "app.items[0].run",
        "app.items[0].run()",
        "app.items.append(1)",
        "app.text.encode()",
        "app.text.format(app)",
        "app.text.format_map(app)",
        "app.text.join(app.items)",
        "app.text.center(10000000)",
        "app.text.ljust(10000000)",
        "app.text.zfill(10000000)",
        "app.text.expandtabs(10000000)",
        "app.text.translate({})",
        "app.keys()",
        "app.get('items')",
        "{'a': 1}.pop('a')",
        "{'a': 1}.update({})",
        "[1].append(2)",
        "[2, 1].sort()",
        "app.text.lower",
        "(1).bit_length()",
        "(1).real",
    ],
)
def test_methods_beyond_the_list_do_not_exist(text: str) -> None:
    refused(text)


@pytest.mark.parametrize("name", ["range", "dict", "lipsum", "cycler", "joiner", "namespace", "print", "open", "self"])
def test_there_are_no_global_functions(name: str) -> None:
    assert refused(f"{name}(1)") == (
        f"{name}() cannot be called (filters do the work of functions: x | length, x | sort, …)"
    )
    assert name in refused(name)


# fmt: off
OTHER_FILTERS = [
    "attr", "batch", "slice", "center", "indent", "wordwrap", "format", "pprint", "tojson", "urlize", "xmlattr", "e",
    "safe", "escape", "forceescape", "striptags", "random", "filesizeformat", "truncate", "urlencode", "wordcount",
    "items",
]
ALLOWED_FILTERS = {
    "abs", "count", "d", "default", "dictsort", "first", "flatten", "float", "groupby", "int", "join", "last", "length",
    "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr",
    "sort", "string", "sum", "title", "trim", "unique", "upper",
}
ALLOWED_METHODS = {
    "lower", "upper", "strip", "startswith", "endswith", "split", "replace", "count", "keys", "values", "items", "get",
    "title", "splitlines", "index", "find",
}
OPERATORS = [
    " and ", " or ", " not ", " in ", " is ", " if ", " else ", "==", "!=", "**", "//", ",",
]
# fmt: on


@pytest.mark.parametrize("name", OTHER_FILTERS)
def test_filters_beyond_the_list_do_not_exist(name: str) -> None:
    assert f"unknown filter {name!r}" in refused(f"app.text | {name}")
    assert f"unknown filter {name!r}" in refused(f"app.items | map({name!r}) | list")


@pytest.mark.parametrize("name", ["sameas", "callable", "filter", "test", "escaped", "foo"])
def test_tests_beyond_the_list_do_not_exist(name: str) -> None:
    assert f"unknown test {name!r}" in refused(f"app.text is {name}")


def test_the_lists_are_closed() -> None:
    assert {*FILTERS, "select", "reject", "selectattr", "rejectattr", "map"} == ALLOWED_FILTERS
    assert set(ARGUMENTS) == ALLOWED_METHODS
    assert "callable" not in PREDICATES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'a' * 10 ** 9", "'*' is for numbers only"),
        ("10 ** 10 ** 10", "powers ('**') are not supported in expressions"),
        ("'a' * 1000000000", "'*' is for numbers only"),
        ("[0] * 1000000000", "'*' is for numbers only"),
        ("1000000000 * (0, 1)", "'*' is for numbers only"),
        ("'%1000000000d' % 1", "'%' is for numbers only"),
        ("app.text * 1000000000", "app.text * 1000000000: '*' needs a number, not a text"),
        ("app.text % 1", "app.text % 1: '%' needs a number, not a text"),
        ("9" * 400, "the number is too large"),
        ("1e999", "the number is out of range"),
        ("-1e999", "the number is out of range"),
    ],
)
def test_powers_and_repetitions(text: str, message: str) -> None:
    assert refused(text) == message


def test_numbers_are_bounded() -> None:
    assert refused(" * ".join(["9" * 300] * 4)).endswith(": the number is too large")
    assert refused("('f' * 1)").startswith("'*' is for numbers")
    assert refused(f"'{'f' * 300}' | int(base=16)").endswith(": the number is too large")
    assert refused(f"[{', '.join(['1e308'] * 20)}] | sum").endswith(": the number is out of range")
    assert refused(f"{2**1024 - 1} / 1").endswith(": the number is out of range")
    assert Expression.parse("[1 | round(100000000), 17 | round(-100000000)]", NAMES).evaluate(CONTEXT) == (1.0, 0.0)


@pytest.mark.parametrize(
    "text",
    [
        "app.big.replace('x', app.big)",
        "app.big.replace('', app.big)",
        "app.big | replace('x', app.big)",
        "(app.big | list) | join(app.big)",
        "[app.big] | map('replace', 'x', app.big) | list",
        "app.big.replace('x', 'yyyyyyyyyy').replace('y', 'zzzzzzzzzz').replace('z', 'wwwwwwwwww')",
        "app.big.replace('x', 'y' ~ app.big[:250]) ~ app.big.replace('x', 'z' ~ app.big[:250])",
        "app.big.replace('x', 'y' ~ app.big[:250]) + app.big.replace('x', 'z' ~ app.big[:250])",
        "app.big.replace('x', app.big[:256]) | replace('x', 'ß', 200000) | upper",
    ],
)
def test_texts_are_bounded(text: str) -> None:
    assert refused(text).endswith(f"the text made here is longer than {MAX_TEXT:,} characters")


@pytest.mark.parametrize(
    "text",
    [
        "app.big.replace('x', app.big[:30]) | list",
        "app.big.replace('x', 'x ' ~ app.big[:30].replace('x', 'x ')).split()",
        "app.big.replace('x', 'x\\n' ~ app.big[:30].replace('x', 'x\\n')).splitlines()",
        "app.big.replace('x', app.big[:15] ~ ',').split('x') + app.big.replace('x', app.big[:15]).split('x')",
    ],
)
def test_lists_are_bounded(text: str) -> None:
    assert refused(text).endswith(f"the list made here has more than {MAX_ITEMS:,} items")


MANY = "app.big.replace('x', 'x x x x x ').split()"


@pytest.mark.parametrize(
    "text",
    [
        f"{MANY} | map('replace', 'x', app.big.replace('x', app.big[:200])) | list | length",
        f"{MANY} | reject('in', {MANY} | map('upper') | list) | list | length",
        f"{MANY} | select('in', app.long) | list",
        f"[{', '.join(['app.big.replace(app.big[:1], app.big[:260]).lower()'] * 70)}] | length",
        f"[{', '.join(['app.long[1:]'] * 30)}] | length",
        f"[{', '.join(['app.long | reverse'] * 30)}] | length",
        f"[{', '.join(['app.long | trim'] * 30)}] | length",
        f"[{', '.join(['app.long.strip()'] * 30)}] | length",
    ],
)
def test_the_work_of_an_evaluation_is_bounded(text: str) -> None:
    state = {**STATE, "long": " " + "y" * 1_000_000 + "x"}
    with pytest.raises(EvaluationError) as caught:
        Expression.parse(text, NAMES).evaluate({"app": app_view(state)})
    assert caught.value.reason == f"this takes more than {MAX_WORK:,} steps"


def test_each_evaluation_may_do_its_own_work() -> None:
    expression = Expression.parse("app.big.replace('x', app.big[:260]) | length", NAMES)
    assert [expression.evaluate(CONTEXT) for _ in range(200)] == [260_000] * 200


def test_long_texts_are_refused_before_they_are_parsed() -> None:
    message = f"an expression may have at most {MAX_CHARACTERS:,} characters, this one has 100,000"
    assert refused("(" * 100_000) == message
    assert Expression.parse("'" + "x" * (MAX_CHARACTERS - 2) + "'", {}).evaluate({})


@pytest.mark.parametrize("bracket", ["()", "[]", "{}"])
def test_brackets_may_be_nested_only_so_deeply(bracket: str) -> None:
    message = f"brackets are nested more than {MAX_BRACKETS} levels deep"
    opening, closing = bracket[0], bracket[1]
    assert refused(opening * 1999 + "1" + closing * 1999) == message
    assert refused(opening * (MAX_BRACKETS + 1)) == message
    if bracket != "{}":
        assert Expression.parse(opening * MAX_BRACKETS + "1" + closing * MAX_BRACKETS, {}).evaluate({})


@pytest.mark.parametrize(
    "text",
    [
        "not " * 900 + "1",
        "-" * 3000 + "1",
        "+".join("1" * 1900),
        " and ".join("1" * 600),
        "1 | " + " | ".join(["string"] * 400),
        "app" + ".a" * 1900,
        "app" + "[0]" * 1300,
        "1 if 1 else " * 300 + "1",
        "x" + "()" * 1900,
        "not " * MAX_DEPTH + "1",
    ],
)
def test_operations_may_be_nested_only_so_deeply(text: str) -> None:
    assert refused(text).startswith(f"operations are nested more than {MAX_DEPTH} levels deep")


def test_the_deepest_allowed_expression_works() -> None:
    assert Expression.parse("not " * (MAX_DEPTH - 2) + "true", {}).evaluate({}) is True
    deepest = "(" * MAX_BRACKETS + "not " * (MAX_DEPTH - 2) + "true" + ")" * MAX_BRACKETS
    assert Expression.parse(deepest, {}).evaluate({}) is True


def test_arguments_are_evaluated_once_for_a_list() -> None:
    inner = "app.text"
    for _ in range(8):
        inner = f"(app.big | list | map('replace', 'x', {inner}) | first)"
    started = time.perf_counter()
    assert Expression.parse(inner, NAMES).evaluate(CONTEXT) == "abc"
    # Evaluated for every item, this would take 1000 to the power of 8 steps.
    assert time.perf_counter() - started < 10


def test_evaluating_changes_nothing() -> None:
    before = plain(CONTEXT["app"])
    for text in ("app.items | sort(attribute='name', reverse=true)", "app.items + [1]", "app.text.replace('a', 'b')"):
        Expression.parse(text, NAMES).evaluate(CONTEXT)
    assert plain(CONTEXT["app"]) == before


FRAGMENTS = [
    *"()[]{}.,|:~+-*/%=<>'\"\\ 01_",
    *OPERATORS,
    *("app", "app.items", "app.text", "app.n", "known.items", "'a'", "'_x'", "none"),
    *(f" | {name}" for name in [*FILTERS, "select", "map", "selectattr", "attr"]),
    *(f" is {name}" for name in PREDICATES),
    *(f".{name}()" for name in ARGUMENTS),
    "('odd')",
    "(attribute='name')",
    "('name', 'eq', 'x')",
    "[0]",
    "[1:]",
    "é",
    "\n",
]


def parse_and_evaluate(text: str) -> None:
    try:
        expression = Expression.parse(text, NAMES)
    except ExpressionError as error:
        assert error.message  # noqa: PT017 - an error is one of the two good ends
        return
    assert expression.names <= NAMES.keys()
    try:
        plain(expression.evaluate(CONTEXT))
    except EvaluationError as error:
        assert error.reason  # noqa: PT017


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text(string.printable, max_size=30)))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    parse_and_evaluate(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=8).map("".join))
def test_any_mixture_of_fragments_is_evaluated_or_refused(text: str) -> None:
    parse_and_evaluate(text)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_filter_takes_every_kind_of_value(data: Any) -> None:
    value = data.draw(st.sampled_from(["1", "-2.5", "'aB c'", "''", "none", "true", "[]", "[3, 1]", "['b', 'A']"]))
    other = data.draw(st.sampled_from(["app", "app.items", "app.items[0]", "{'a': 1}", "[none, 'a', 1]", "1", "'x'"]))
    name = data.draw(st.sampled_from([*FILTERS, *PREDICATES]))
    arguments = data.draw(st.sampled_from(["", f"({other})", f"({other}, {value})", "('name')", "(attribute='name')"]))
    joint = "|" if name in FILTERS else "is"
    parse_and_evaluate(f"{value} {joint} {name}{arguments}")
    parse_and_evaluate(f"{other} {joint} {name}{arguments}")
