"""Columns about checks, made of the JSON text in the column `checks` (check → whether it holds)."""

from __future__ import annotations

import orjson
import polars as pl

PREFIX = "check:"
"""A column of one check is called `check:<its name>`."""

_STRINGS = r'"(?:[^"\\]|\\.)*"'
"""A string in JSON text: without the names, only the verdicts are left."""


def check_counts() -> tuple[pl.Expr, pl.Expr]:
    """`checks_passed` and `checks_total` of each row; null where a row has no `checks`."""
    verdicts = pl.col("checks").str.replace_all(_STRINGS, "")
    passed = verdicts.str.count_matches("true", literal=True)
    total = verdicts.str.count_matches(":", literal=True)
    return passed.cast(pl.Int64).alias("checks_passed"), total.cast(pl.Int64).alias("checks_total")


def check_columns(frame: pl.LazyFrame | pl.DataFrame) -> list[str]:
    """The names of the columns that `with_checks` adds, in order of first appearance."""
    return [PREFIX + name for name in _names(_distinct(frame))]


def with_checks(frame: pl.LazyFrame | pl.DataFrame) -> pl.LazyFrame:
    """`frame` with a Boolean column for each check: whether it held, null in runs that do not have it.

    Checks of the same name share a column, whatever their scenarios. The column `checks` is read at once, all else
    stays lazy.
    """
    found = _distinct(frame)
    names = _names(found)
    table = pl.DataFrame(
        [[text, *map(verdicts.get, names)] for text, verdicts in found.items()],
        schema={"checks": pl.String(), **{PREFIX + name: pl.Boolean() for name in names}},
        orient="row",
    )
    bare = frame.lazy().drop([PREFIX + name for name in names], strict=False)  # a frame may have them already
    return bare.join(table.lazy(), on="checks", how="left", maintain_order="left")


def _distinct(frame: pl.LazyFrame | pl.DataFrame) -> dict[str, dict[str, bool]]:
    """Each text in `checks` with what it says; there are few of them, however many the rows."""
    texts = frame.lazy().select(pl.col("checks").drop_nulls().unique(maintain_order=True)).collect().to_series()
    return {text: _verdicts(text) for text in texts}


def _names(found: dict[str, dict[str, bool]]) -> list[str]:
    return list(dict.fromkeys(name for verdicts in found.values() for name in verdicts))


def _verdicts(text: str) -> dict[str, bool]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return {name: value for name, value in found.items() if type(value) is bool} if isinstance(found, dict) else {}
