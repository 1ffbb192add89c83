"""Parts, the files of the native tables: their names, and rows as bytes and back.

While a job runs, each run has a part of its own in every table, `part-<run id>.parquet`. When all runs are there, the
parts of each table are joined to numbered ones, `part-00000.parquet` (`packing`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from pare_runner.errors import InputError
from pare_runner.parquet import parquet_bytes, read_frame
from pare_runner.traces.contract import PART
from pare_runner.traces.native.rows import Row
from pare_runner.traces.native.schema import FORMAT, TABLES, TEXT, TEXTS, polars_schema
from pare_runner.traces.native.texts import restored, stored

SUFFIX = ".parquet"
HINT = "they are written with export=native"
HIDDEN = ".joined"
"""Ends the name of a joined part that is not in place yet; it begins with a dot then, so that no reader sees it."""
_PACKED = re.compile(r"part-[0-9]{5,}\.parquet")
_ANY_PACKED = re.compile(rf"\.*{_PACKED.pattern}(?:\{HIDDEN}|\.part)*")


def part_of(table: str, run_id: str) -> str:
    """The part of a run, below the folder of the format."""
    return f"{table}/{PART}{run_id}{SUFFIX}"


def packed_part(table: str, number: int) -> str:
    """A part of many runs."""
    return f"{table}/{PART}{number:05}{SUFFIX}"


def run_ids(folder: Path) -> list[str]:
    """The runs whose traces are in `folder`, in order of their ids; InputError without any, or for a damaged part."""
    found: set[str] = set()
    for path in (folder / "runs").glob(f"{PART}*{SUFFIX}"):
        if is_packed(path.name):
            names = read_frame(path, ["run_id"])["run_id"].cast(pl.String()).drop_nulls().to_list()
            foreign = next((name for name in names if Path(name).name != name), None)
            if foreign is not None:  # it would name files in other folders
                raise InputError(f"{path}: {foreign!r} is no run id")
            found.update(names)
        else:
            found.add(path.name.removeprefix(PART).removesuffix(SUFFIX))
    if not found:
        raise InputError(f"{folder} holds no native traces", hint=HINT)
    return sorted(found)


def packed_parts(folder: Path, table: str) -> list[Path]:
    """The parts of many runs of a table, in order."""
    return sorted(path for path in (folder / table).glob(f"{PART}*{SUFFIX}") if is_packed(path.name))


def is_packed(name: str, *, placed: bool = True) -> bool:
    """Whether a part of this name holds many runs; `placed=False` counts those that are not in place, too."""
    return (_PACKED if placed else _ANY_PACKED).fullmatch(name) is not None


def encoded(table: str, rows: Sequence[Row], *, statistics: bool = False) -> bytes:
    """The part that holds `rows`."""
    columns = []
    for name, (dtype, _) in TABLES[table].items():
        values = [row[name] for row in rows]
        if dtype is TEXT:
            values = [None if text is None else stored(text) for text in values]
        elif dtype is TEXTS:
            values = [[stored(text) for text in texts] for texts in values]
        columns.append(pl.Series(name, values, dtype))
    return parquet_bytes(pl.DataFrame(columns), statistics=statistics)


def read_part(path: Path, table: str) -> list[Row]:
    """The rows of a part; InputError if it is none, or one of another format."""
    return rows_in(part_frame(path, table), path)


def part_frame(path: Path, table: str) -> pl.DataFrame:
    """A part as it is stored; InputError as for `read_part`."""
    if not path.exists():
        raise InputError(f"{path} is missing: the traces are not whole")
    frame = read_frame(path)
    if table == "runs" and "format" in frame.columns:
        _check_format(frame["format"].to_list(), path)
    for name, dtype in polars_schema(table).items():
        if frame.schema.get(name) != dtype:
            found = frame.schema.get(name)
            what = "is missing" if found is None else f"is {found}, not {dtype}"
            raise InputError(f"{path}: column {name!r} of the table {table} {what}")
    return frame.select(*TABLES[table])


def rows_in(frame: pl.DataFrame, path: Path) -> list[Row]:
    """The rows of a part, or of some of it, as they were before they were stored."""
    return [_restored(row, path) for row in frame.to_dicts()]


def _check_format(formats: list[Any], path: Path) -> None:
    other = next((number for number in formats if number != FORMAT), None)
    if other is not None:
        raise InputError(f"{path}: native traces of format {other}; this version reads format {FORMAT}")


def _restored(row: Row, path: Path) -> Row:
    for name, value in row.items():
        try:
            if type(value) is str:
                row[name] = restored(value)
            elif type(value) is list:
                row[name] = [restored(text) for text in value]
        except ValueError as error:
            of = f"run {row['run_id']}" if "run_id" in row else f"message {row['message_id']}"
            raise InputError(f"{path}: column {name!r} of {of} has a text that cannot be read: {error}") from error
    return row
