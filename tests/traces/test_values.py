"""Values in traces: JSON, never a repr."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

import orjson
import pytest

from pare_runner.kernel.references import Ref
from pare_runner.traces.values import argument, json_text, plain, returned, without_nulls


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    x: int
    tags: tuple[str, ...]


@pytest.mark.parametrize(
    ("value", "text", "type_name"),
    [
        ("", "", "str"),
        ("None", "None", "str"),
        (0, "0", "int"),
        (1.0, "1.0", "float"),
        (False, "false", "bool"),
        ([], "[]", "list"),
        ({"a": [None, "é"]}, '{"a":[null,"é"]}', "dict"),
        (None, None, None),
        (Colour.RED, "red", "str"),
        (Point(1, ("a",)), '{"x":1,"tags":["a"]}', "dict"),
        (Ref("e1", "a[0].b"), "{{e1.a[0].b}}", "str"),
        (Ref("e1"), "{{e1}}", "str"),
        (Ref("e1", "[0]"), "{{e1[0]}}", "str"),
        ([{"id": Ref("e1", "id")}], '[{"id":"{{e1.id}}"}]', "list"),
        (2**70, str(2**70), "int"),
    ],
)
def test_arguments(value: Any, text: str | None, type_name: str | None) -> None:
    assert argument("a", value) == {"name": "a", "value": text, "value_type": type_name}


@pytest.mark.parametrize("value", [0, 1.5, True, [], {}, [1, {"a": None}], 2**63])
def test_what_is_no_text_reads_back_as_json(value: Any) -> None:
    assert orjson.loads(argument("a", value)["value"] or "") == value
    assert orjson.loads(returned(value, type(value).__name__) or "") == value


@pytest.mark.parametrize(
    ("value", "type_name", "text"),
    [("", "str", ""), ("x", "str", "x"), ("User", "Sender", '"User"'), (0, "int", "0"), (None, None, None)],
)
def test_only_a_str_is_returned_as_it_is(value: Any, type_name: str | None, text: str | None) -> None:
    assert returned(value, type_name) == text


def test_a_value_without_json_form_is_named_by_its_type() -> None:
    assert plain(object()) == "<object>"
    assert plain([{1}]) == "<list>"


def test_text_that_is_no_unicode_and_numbers_that_are_not_finite_are_still_json() -> None:
    assert orjson.loads(json_text({"big": 2**70, "nan": float("nan")})) == {"big": float(2**70), "nan": None}
    assert json_text("\ud800") == '"\\ud800"'


def test_objects_lose_entries_that_are_null_and_lists_keep_them() -> None:
    value = {"a": None, "b": {"c": None, "d": 0}, "e": ("x", None, {"f": None}), "g": ""}

    assert without_nulls(value) == {"b": {"d": 0}, "e": ["x", None, {}], "g": ""}
