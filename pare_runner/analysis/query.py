"""Choosing rows and columns of a frame by texts that somebody typed; what is wrong with them is an InputError."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

import polars as pl

from pare_runner.analysis.checks import PREFIX
from pare_runner.analysis.reading import first_line
from pare_runner.errors import InputError, did_you_mean

DESCENDING = "-"
"""Before a column to sort by: the largest first."""

Heads = Mapping[str, str]
"""Head of a table, as a reader may call a column → the column, which messages then name."""
NO_HEADS: Heads = MappingProxyType({})


def where(frame: pl.LazyFrame, text: str, heads: Heads = NO_HEADS) -> pl.LazyFrame:
    """The rows for which the SQL expression `text` is true: `status = 'failed' AND number_of_turns > 3`.

    Text stands in single quotes, a column whose name is no word in double quotes.
    """
    try:
        condition = pl.sql_expr(text)
    except pl.exceptions.PolarsError as error:
        raise _wrong(text, first_line(error)) from error
    columns = frame.collect_schema().names()
    for name in condition.meta.root_names():
        if name not in columns:
            quoted = f'"{name}"' in text and not name.startswith(PREFIX)
            hint = "text stands in single quotes" if quoted else _hint(name, columns, heads)
            raise _wrong(text, f"there is no column {name!r}", hint)
    try:
        (kind,) = frame.select(condition).collect_schema().values()
        if kind == pl.Boolean():  # values that cannot be compared are found by trying, without any
            frame.collect_schema().to_frame().lazy().filter(condition).collect()
    except pl.exceptions.PolarsError as error:
        raise _wrong(text, first_line(error)) from error
    if kind != pl.Boolean():
        raise _wrong(text, "it is no condition", "such as status = 'failed'")
    return frame.filter(condition)


def sort(frame: pl.LazyFrame, text: str, heads: Heads = NO_HEADS) -> pl.LazyFrame:
    """`frame` by the columns in `text`, separated by commas, each with a `-` before it for the largest first.

    Rows that are equal in them keep their order; nulls come last.
    """
    known = frame.collect_schema().names()
    keys = [(name.removeprefix(DESCENDING), name.startswith(DESCENDING)) for name in _split(text, known)]
    return frame.sort(
        [_known(name, known, heads) for name, _ in keys],
        descending=[descending for _, descending in keys],
        nulls_last=True,
        maintain_order=True,
    )


def columns(frame: pl.LazyFrame, texts: Iterable[str], heads: Heads = NO_HEADS) -> list[str]:
    """The columns that `texts` name, each text one or several separated by commas; a column named twice counts once."""
    known = frame.collect_schema().names()
    return [*dict.fromkeys(_known(name, known, heads) for text in texts for name in _split(text, known))]


def _split(text: str, known: Sequence[str]) -> list[str]:
    """The names in `text`; one that is a column is not taken apart, whatever commas it has."""
    if text.removeprefix(DESCENDING) in known:
        return [text]
    names = [name for part in text.split(",") if (name := part.strip())]
    if not names:
        raise InputError(f"{text!r} names no column")
    return names


def _known(name: str, known: Sequence[str], heads: Heads) -> str:
    if name not in known:
        raise InputError(f"there is no column {name!r}", hint=_hint(name, known, heads))
    return name


def _hint(name: str, known: Sequence[str], heads: Heads) -> str:
    if name.startswith(PREFIX) and not any(column.startswith(PREFIX) for column in known):
        return "those of checks are there with --checks"
    if meant := heads.get(name.lower()):
        return did_you_mean(meant, [meant])
    return did_you_mean(name, known) or "CSV with --limit 1 shows them all"


def _wrong(text: str, what: str, hint: str = "") -> InputError:
    return InputError(f"{text!r} cannot be used: {what}", hint=hint)
