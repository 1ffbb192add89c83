"""Collecting lazy frames whose files may be damaged: what polars raises becomes one message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from pare_runner.errors import InputError


def collected(frame: pl.LazyFrame, what: str) -> pl.DataFrame:
    """The frame, now; InputError about `what` if its files are damaged or a condition does not fit the values."""
    with _readable(what):
        return frame.collect()


def collected_all(frames: Sequence[pl.LazyFrame], what: str) -> list[pl.DataFrame]:
    """Several frames at once, which read what they share once; InputError like `collected`."""
    with _readable(what):
        return pl.collect_all(frames)


def first_line(error: BaseException) -> str:
    """What is wrong, without the plan that polars shows below it."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise InputError(f"{what} cannot be read: {first_line(error)}") from error
