"""Matchers: what each operator accepts, and which operands it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.errors import InputError
from pare_runner.kernel.references import Ref, ReferenceFailed
from pare_runner.scenarios.checks.matchers import OPERATORS, compile_matcher

from .conftest import seen

NO_VALUES = (None, "", [], {}, 0, False)
RESULTS = {"list": ["abc", 5], "operator": {"contains": "a"}}


def result_of(event_id: str) -> Any:
    if event_id not in RESULTS:
        raise ReferenceFailed(event_id)
    return RESULTS[event_id]


def matching(wanted: Any, *values: Any) -> list[Any]:
    """Those of `values` that match."""
    matcher = compile_matcher(wanted)
    return [value for value in values if matcher(value, result_of)]


@pytest.mark.parametrize(
    ("wanted", "yes", "no"),
    [
        ("a", ["a"], ["A", "ab", ["a"], None]),
        ("", [""], [None, [], " "]),
        (None, [None], ["", 0, False, []]),
        (1, [1, 1.0], [True, "1", 2]),
        (True, [True], [1, "true"]),
        (False, [False], [0, None, ""]),
        (["a", "b"], [["a", "b"]], [["b", "a"], ["a"], "a"]),
        ({}, [{}], [None, []]),
        ({"phone": "555"}, [{"phone": "555"}], [{"phone": "556"}, {"phone": "555", "job": ""}, "555"]),
    ],
)
def test_a_plain_value_matches_itself(wanted: Any, yes: list[Any], no: list[Any]) -> None:
    assert matching(wanted, *yes, *no) == yes
    assert matching({"equals": wanted}, *yes, *no) == yes
    assert matching({"not": wanted}, *yes, *no) == no


OPERATOR_CASES: list[tuple[dict[str, Any], list[Any], list[Any]]] = [
    ({"equals": {"contains": "a"}}, [{"contains": "a"}], ["a"]),
    ({"contains": "Ä"}, ["Ä", "eine äpfelkiste", ["x", "yä"]], ["a", "", None, [], 5]),
    ({"contains": 5}, ["15", 5, 15, [5]], [[15], None, "6"]),
    ({"contains": "9:40"}, ["at 9:40", ["9:40"]], ["9.40"]),
    ({"contains_any": ["a", "B"]}, ["xA", "b", ["c", "B"]], ["c", None, []]),
    ({"contains_all": ["a", "B"]}, ["ba", "A and b", ["a", "b"]], ["a", "b", None]),
    ({"regex": "^a.c$"}, ["abc"], ["ABC", "xabc", None, 5]),
    ({"regex": "(?i)B"}, ["abc", "ABC", ["x", "b"]], ["ac"]),
    ({"regex": 5}, ["15", 15], ["16"]),
    ({"any_of": ["a", {"contains": "b"}, None, 1]}, ["a", "abc", None, 1], ["A", "", True, ["a"]]),
    ({"same_items": ["a", "b"]}, [["a", "b"], ["b", "a"]], [["a"], ["a", "b", "b"], ["a", "a"], "ab", None]),
    ({"same_items": ["a", "a"]}, [["a", "a"]], [["a"], ["a", "b"]]),
    ({"same_items": [{"x": 1}, None]}, [[None, {"x": 1}]], [[{"x": 1}], [{"x": 2}, None]]),
    ({"starts_with": "A"}, ["A", "Ab", ["Ab", "c"]], ["ab", "bA", "", None]),
    ({"starts_with": 1}, [1, 15, "1x"], [51]),
    ({"ends_with": "b"}, ["b", "ab", ["a", "b"]], ["aB", "ba", "", None]),
    ({"near": {"value": 10, "within": 2}}, [8, 12, 10.0], [7.9, 12.1, "10", None, True, [10]]),
    ({"near": {"value": 10, "within": "1m"}}, [-50, 70], [71]),
    ({"near": {"value": 10, "within": 0}}, [10], [10.1]),
    (
        {"near": {"value": "2025-11-18 09:00:00", "within": "30m"}},
        ["2025-11-18 09:30:00", "2025-11-18T08:30:00Z", "2025-11-18T10:15+01:00", 1763456400],
        ["2025-11-18 09:30:01", "2025-11-18", "soon", "-1d", None],
    ),
    ({"min": 5}, [5, 5.5], [4.9, "5", None, True]),
    ({"max": 5}, [5, 4.9, -1], [5.1, "", None, False]),
    ({"min": 1, "max": 2}, [1, 1.5, 2], [0, 3]),
    ({"min": "2025-11-18"}, ["2025-11-18 00:00:00", "2025-11-18"], ["2025-11-17 23:59:59", None]),
    ({"max": "2025-11-18T10:00+01:00"}, ["2025-11-18 09:00:00"], ["2025-11-18 09:00:01"]),
    ({"empty": True}, [None, "", [], {}], [0, False, " ", [None]]),
    ({"empty": False}, [0, False, " ", [None]], [None, "", [], {}]),
    ({"not": {"contains": "a"}}, ["b", None], ["A"]),
    ({"not": {"not": "a"}}, ["a"], ["b"]),
    ({"contains": "a", "not": {"contains": "b"}}, ["a"], ["ab", "b"]),
]


@pytest.mark.parametrize(("wanted", "yes", "no"), OPERATOR_CASES)
def test_operators(wanted: Any, yes: list[Any], no: list[Any]) -> None:
    assert matching(wanted, *yes, *no) == yes


def test_every_operator_is_tried_above() -> None:
    assert {name for wanted, _, _ in OPERATOR_CASES for name in wanted} == set(OPERATORS)


@pytest.mark.parametrize("name", ["contains", "contains_any", "contains_all", "starts_with", "ends_with"])
def test_text_operators_take_no_value_for_empty_text(name: str) -> None:
    operand = ["x"] if name in ("contains_any", "contains_all") else "x"
    assert matching({name: operand}, *NO_VALUES) == []


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"contains_any": "a"}, "contains_any needs a list"),
        ({"contains_any": []}, "contains_any needs a list"),
        ({"contains_all": None}, "contains_all needs a list"),
        ({"any_of": {"a": 1}}, "any_of needs a list"),
        ({"same_items": []}, "same_items needs a list"),
        ({"contains": ""}, "contains: an empty text fits everything"),
        ({"contains_all": ["a", ""]}, "contains_all: an empty text fits everything"),
        ({"not": {"regex": ""}}, "regex: an empty text fits everything"),
        ({"regex": "("}, "regex '(': missing ), unterminated subpattern at position 0"),
        ({"near": 5}, "near needs {value: …, within: …}"),
        ({"near": {"value": 5}}, "near needs {value: …, within: …}"),
        ({"near": {"value": 5, "within": 1, "unit": "m"}}, "near needs {value: …, within: …}"),
        ({"near": {"value": "x", "within": 1}}, "near: 'x' is neither a number nor a date"),
        ({"near": {"value": True, "within": 1}}, "near: True is neither a number nor a date"),
        ({"near": {"value": 5, "within": "soon"}}, "near: 'soon' is not a duration like 10s, 5m or 1h30m"),
        ({"min": "soon"}, "min needs a number or a date, not 'soon'"),
        ({"max": None}, "max needs a number or a date, not None"),
        ({"max": True}, "max needs a number or a date, not True"),
        ({"empty": 1}, "empty needs true or false"),
        ({"empty": None}, "empty needs true or false"),
        ({"any_of": ["a", {"regex": "["}]}, "regex '[': unterminated character set at position 0"),
        ({"not": {"min": "x"}}, "min needs a number or a date, not 'x'"),
    ],
)
def test_bad_operands(wanted: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        compile_matcher(wanted)
    assert str(caught.value) == says


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"contians": "a"}, "there is no matcher 'contians' (did you mean 'contains'?)"),
        ({"not": {"contians": "a"}}, "there is no matcher 'contians' (did you mean 'contains'?)"),
        ({"contians": Ref("list")}, "there is no matcher 'contians' (did you mean 'contains'?)"),
        ({"gte": 1}, "there is no matcher 'gte' (did you mean 'min'?)"),
        ({"one_of": [1]}, "there is no matcher 'one_of' (did you mean 'any_of'?)"),
        ({"matches": "a"}, "there is no matcher 'matches' (did you mean 'regex'?)"),
    ],
)
def test_a_mistyped_operator(wanted: Any, says: str) -> None:
    with pytest.raises(InputError) as caught:
        compile_matcher(wanted)
    assert str(caught.value) == says


def test_where_no_value_is_a_mapping_a_mapping_is_a_matcher() -> None:
    mistyped = {"nera": {"value": 5, "within": 1}}
    assert matching(mistyped, mistyped, 5) == [mistyped]
    for wanted in (mistyped, {"any_of": [1, {"not": mistyped}]}):
        with pytest.raises(InputError, match="no matcher 'nera'"):
            compile_matcher(wanted, mappings=False)
    compile_matcher({"any_of": [1, {"near": {"value": 5, "within": 1}}]}, mappings=False)


def test_a_foreign_key_beside_an_operator() -> None:
    with pytest.raises(InputError, match=r"there is no matcher 'colour' \(known: any_of, contains, "):
        compile_matcher({"contains": "a", "colour": "red"})


@pytest.mark.parametrize(
    ("wanted", "yes", "no"),
    [
        (Ref("list"), [["abc", 5]], ["abc"]),
        (Ref("list", "[0]"), ["abc"], ["ABC", None]),
        ([Ref("list", "[0]"), "x"], [["abc", "x"]], [["x", "abc"]]),
        ({"note": {"title": Ref("list", "[0]")}}, [{"note": {"title": "abc"}}], [{"note": {"title": ""}}]),
        ({"contains": Ref("list", "[0]")}, ["xABCx"], ["ab"]),
        ({"not": Ref("list", "[1]")}, [4], [5]),
        ({"min": Ref("list", "[1]")}, [5, 6], [4]),
        ({"contains_any": [Ref("list", "[0]"), "q"]}, ["abcd", "Q"], ["ab"]),
        (Ref("operator"), [{"contains": "a"}], ["a"]),
    ],
)
def test_results_stand_for_values_at_any_depth(wanted: Any, yes: list[Any], no: list[Any]) -> None:
    assert matching(wanted, *yes, *no) == yes


@pytest.mark.parametrize(
    "wanted",
    [
        Ref("nobody"),
        Ref("list", "[2]"),
        {"not": Ref("nobody")},
        {"any_of": ["a", Ref("nobody")]},
        {"min": Ref("list", "[0]")},
        {"contains_any": Ref("list", "[0]")},
    ],
)
def test_without_a_result_that_fits_nothing_matches(wanted: Any) -> None:
    assert matching(wanted, *NO_VALUES, "a", "abc", 5) == []


@pytest.mark.parametrize(
    ("check", "sees"),
    [
        ("called: notes.create_note, args: {folder: {any_of: [Work, Home]}}", None),
        ("called: notes.create_note, args: {pinned: {not: true}, title: {empty: true}}", None),
        ("called: notes.create_note, args: {content: {contains_all: [9:40, leaves]}}", None),
        ("called: notes.create_note, args: {content: {from: news}}", "called with {'folder': 'Work', 'title': '', "),
        ("called: notes.create_note, args: {folder: {from: looks, path: '[2]'}}", None),
        ("called: notes.create_note, args: {folder: {not: {from: unreached}}}", "called with {'folder': 'Work', "),
        ("called: notes.create_note, args: {folder: {from: looks, path: '[7]'}}", "called with {'folder': 'Work', "),
    ],
)
def test_in_checks(check: str, sees: str | None) -> None:
    found = seen(check)
    assert found is sees if sees is None else str(found).startswith(sees)
