"""Columns made of the verdicts of checks."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl
import pytest

from pare_runner.analysis.checks import check_columns, check_counts, with_checks
from pare_runner.analysis.frame import load_results

STRANGE = ['a":true', "b\\", "c,d:{}", "\\\\", 'e\\":false', "true", ""]


def test_a_column_for_each_check(outputs: Path) -> None:
    frame = load_results(outputs)

    whole = with_checks(frame).collect()

    added = [name for name in whole.columns if name.startswith("check:")]
    assert added == check_columns(frame)
    assert "check:proposed" in added
    assert whole.drop(added).equals(frame.collect())
    for row in whole.iter_rows(named=True):
        verdicts = orjson.loads(row["checks"])
        assert {name: row[name] for name in added} == {name: verdicts.get(name[len("check:") :]) for name in added}


@pytest.mark.parametrize("name", STRANGE)
def test_names_do_not_confuse_the_counts(name: str) -> None:
    texts = [orjson.dumps({name: True, "x": False, f"{name} (2)": True}).decode(), "{}", None]
    frame = pl.DataFrame({"checks": texts})

    counted = frame.select(check_counts())

    assert counted["checks_passed"].to_list() == [2, 0, None]
    assert counted["checks_total"].to_list() == [3, 0, None]
    assert with_checks(frame).collect()[f"check:{name}"].to_list() == [True, None, None]


def test_a_frame_that_has_the_columns_keeps_them(outputs: Path) -> None:
    once = with_checks(load_results(outputs)).collect()

    assert with_checks(once).collect().equals(once)


def test_text_that_is_no_verdict_has_no_columns() -> None:
    frame = pl.DataFrame({"checks": ["{", "[]", '{"a":1}']}, schema={"checks": pl.String()})

    assert check_columns(frame) == []
    assert with_checks(frame).collect().equals(frame)
