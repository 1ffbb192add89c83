"""Frames as the bytes of Parquet files, and files that may be damaged."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from pare_runner.errors import InputError


def parquet_bytes(frame: pl.DataFrame, *, statistics: bool = True) -> bytes:
    """The file of a frame: the same bytes for the same values. `statistics` let readers skip rows, and take room."""
    buffer = io.BytesIO()
    frame.rechunk().write_parquet(buffer, statistics=statistics)
    return buffer.getvalue()


def read_frame(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """The frame in a Parquet file, or some of its `columns`; InputError if it cannot be read."""
    with unpanicked(path):
        try:
            return pl.read_parquet(path, columns=columns)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError(f"cannot read {path}: {str(error).splitlines()[0]}") from error


@contextmanager
def unpanicked(path: Path) -> Iterator[None]:
    """Damaged Parquet files may end the decoder in a panic, which is no Exception: here it is an InputError."""
    try:
        yield
    except pl.exceptions.PanicException as error:
        raise InputError(f"cannot read {path}: it is damaged") from error
