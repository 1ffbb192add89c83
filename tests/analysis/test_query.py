"""Rows and columns chosen by what somebody typed."""

from __future__ import annotations

import polars as pl
import pytest

from pare_runner.analysis.query import columns, sort, where
from pare_runner.analysis.reading import collected
from pare_runner.errors import InputError

FRAME = pl.LazyFrame(
    {
        "status": ["failed", "success", "failed"],
        "turns": [3, None, 5],
        "tags": [["a"], ["b"], []],
        "check:a, b": [True, False, None],
    }
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("status = 'failed'", [0, 2]),
        ("status = 'failed' AND turns > 3", [2]),
        ("turns IS NULL", [1]),
        ("array_contains(tags, 'a')", [0]),
        ('"check:a, b"', [0]),
        ("turns > avg(turns)", [2]),
        ("status LIKE 'succ%' OR turns IN (5)", [1, 2]),
    ],
)
def test_conditions(text: str, rows: list[int]) -> None:
    found = where(FRAME.with_row_index("row"), text).collect()

    assert found["row"].to_list() == rows


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("stats = 'failed'", r"there is no column 'stats' \(did you mean 'status'\?\)"),
        ('status = "failed"', r"there is no column 'failed' \(text stands in single quotes\)"),
        ('"check:x"', "there is no column 'check:x'"),
        ("turns", r"it is no condition \(such as status = 'failed'\)"),
        ("turns = 'many'", "cannot compare string with numeric type"),
        ("status = 'failed", "Unterminated string literal"),
        ("status = 'a'; DROP TABLE x", "cannot be used"),
        ("SELECT 1", "cannot be used"),
        ("nofunction(status)", "unsupported function 'nofunction'"),
        ("", "cannot be used"),
    ],
)
def test_conditions_that_are_none(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        where(FRAME, text)


def test_checks_need_their_columns() -> None:
    with pytest.raises(InputError, match="those of checks are there with --checks"):
        where(FRAME.drop("check:a, b"), '"check:a"')


def test_order() -> None:
    assert sort(FRAME, "status,-turns").collect()["turns"].to_list() == [5, 3, None]
    assert sort(FRAME, "turns").collect()["turns"].to_list() == [3, 5, None]
    assert sort(FRAME, "-check:a, b").collect()["turns"].to_list() == [3, None, 5]
    with pytest.raises(InputError, match="there is no column 'turn' "):
        sort(FRAME, "turn")


def test_columns() -> None:
    assert columns(FRAME, ["turns, status", "turns"]) == ["turns", "status"]
    assert columns(FRAME, ["check:a, b"]) == ["check:a, b"]
    assert columns(FRAME, []) == []
    with pytest.raises(InputError, match="names no column"):
        columns(FRAME, [","])


@pytest.mark.parametrize("text", ["CAST(status AS INT) > 1", "tags = 'a'"])
def test_values_that_do_not_fit_are_told(text: str) -> None:
    with pytest.raises(InputError, match="the rows cannot be read: "):
        collected(where(FRAME, text), "the rows")
