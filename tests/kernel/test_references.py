"""References to results: paths, depth, what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.kernel.references import Ref, ReferenceFailed, contains_ref, follow, parse_path, resolve

RESULT = {"items": [{"id": "a"}, {"id": "b", "first name": "Bo"}], "note": "text", "none": None}


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a.b[0].c", ("a", "b", 0, "c")),
        ("[2][-1]", (2, -1)),
        ('a["b c"].d', ("a", "b c", "d")),
        ("0.a", ("0", "a")),
    ],
)
def test_paths(path: str, steps: tuple[str | int, ...]) -> None:
    assert parse_path(path) == steps


@pytest.mark.parametrize("path", ["a..b", "a.", "a[", "a[x]", "a[0]b", "a]", ".", "[]", ".a"])
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError, match=r"is not a path of the form a\.b\[0\]\.c"):
        parse_path(path)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("", RESULT),
        ("note", "text"),
        ("items[0].id", "a"),
        ("items[-1].id", "b"),
        ('items[1]["first name"]', "Bo"),
        ("none", None),
    ],
)
def test_following_a_path(path: str, value: Any) -> None:
    assert follow(RESULT, path) == value


@pytest.mark.parametrize(
    ("path", "step"),
    [("nope", "'nope'"), ("items[2]", "2"), ("items.id", "'id'"), ("note[0]", "0"), ("none.x", "'x'"), ("[0]", "0")],
)
def test_a_missing_step_is_named(path: str, step: str) -> None:
    with pytest.raises(ReferenceFailed) as caught:
        follow(RESULT, path)
    assert str(caught.value) == f"the result has no {step} (path {path!r})"


def test_references_stand_at_any_depth() -> None:
    args = {"a": Ref("e", "note"), "b": [{"c": [Ref("e", "items[0].id"), 1]}], "d": "{from: e}"}
    assert resolve(args, lambda event_id: RESULT) == {"a": "text", "b": [{"c": ["a", 1]}], "d": "{from: e}"}


def test_resolving_leaves_the_arguments_as_they_are() -> None:
    args = {"a": [Ref("e")]}
    resolve(args, lambda event_id: 1)
    assert args == {"a": [Ref("e")]}


@pytest.mark.parametrize(
    ("value", "found"),
    [(Ref("e"), True), ({"a": [{"b": Ref("e")}]}, True), ({"a": ["from", {"from": "e"}]}, False), ("e", False)],
)
def test_whether_a_value_holds_references(value: Any, found: bool) -> None:
    assert contains_ref(value) is found
