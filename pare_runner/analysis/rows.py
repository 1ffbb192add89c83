"""Frames of rows that are text: the journal of a job, files of row objects such as PARE's `*_result.json`, and CSV.

A journal may be read while it is written. Its last line without an end is a run that is about to be written, and is
passed over; a line that is no row of results is counted as damaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from pare_runner.analysis.reading import first_line
from pare_runner.analysis.schema import FRAME_SCHEMA, JSON_COLUMNS, NEEDED, ROW_COLUMNS, TEXTS
from pare_runner.errors import InputError


@dataclass(frozen=True, slots=True)
class Rows:
    """A frame of usable rows, and how many there were beside them that are not."""

    frame: pl.DataFrame
    damaged: int = 0


def read_journal(path: Path) -> Rows:
    """The last line of each (scenario, run) of a journal, in this order; InputError if it cannot be read.

    A journal that does not exist has no rows.
    """
    lines = _bytes(path).split(b"\n")[:-1]
    latest: dict[tuple[str, int], dict[str, Any]] = {}
    damaged = 0
    for line in lines:
        row = _row(line)
        if row is None:
            damaged += 1
        else:
            latest[row["base_scenario_id"], row["run_number"]] = row
    usable = [latest[key] for key in sorted(latest)]
    # Keys that are no column of this version are no column of the frame either: lines also say where they came from.
    rows = _rows(usable, dict(ROW_COLUMNS))
    return Rows(rows.frame, damaged + rows.damaged)


def read_row_objects(path: Path) -> Rows:
    """The rows of a JSON list of objects; keys that no frame of results has are columns of text. InputError if it is
    none.

    `run_number` may be null, as PARE has it for single runs.
    """
    try:
        found = orjson.loads(_bytes(path))
    except orjson.JSONDecodeError as error:
        raise InputError(f"is not JSON: {error}", where=path.as_posix()) from error
    if not isinstance(found, list):
        raise InputError("is no list of rows", where=path.as_posix())
    objects = [row for row in found if isinstance(row, dict)]
    lacking = [name for name in NEEDED if not any(name in row for row in objects)]
    if objects and lacking:
        raise InputError(_lacking(lacking), where=path.as_posix())
    usable = [row for row in objects if isinstance(row.get("base_scenario_id"), str)]
    extra = dict.fromkeys(key for row in usable for key in row if key not in ROW_COLUMNS)
    rows = _rows(usable, {**ROW_COLUMNS, **{name: FRAME_SCHEMA.get(name, pl.String()) for name in extra}})
    return Rows(rows.frame, rows.damaged + len(found) - len(usable))


def read_csv(path: Path) -> Rows:
    """The rows of a CSV file, as `pare results` writes it: lists are joined by spaces, null is an empty cell.

    Columns that no frame of results has are text. InputError if it is none, or lacks columns that say what a row is.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False, glob=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise InputError(f"is no CSV: {first_line(error)}", where=path.as_posix()) from error
    if lacking := [name for name in NEEDED if name not in frame.columns]:
        raise InputError(_lacking(lacking), where=path.as_posix())
    cells = []
    for name in frame.columns:
        kind, cell = FRAME_SCHEMA.get(name, pl.String()), pl.col(name)
        if kind == pl.Boolean():
            cell = cell.replace_strict({"true": True, "false": False}, return_dtype=kind)
        elif kind == TEXTS:
            cell = pl.when(cell == "").then(pl.lit([], dtype=TEXTS)).otherwise(cell.str.split(" "))
        cells.append(cell.cast(kind).alias(name))
    try:
        return Rows(frame.select(cells))
    except pl.exceptions.PolarsError as error:
        raise InputError(f"has values of the wrong type: {first_line(error)}", where=path.as_posix()) from error


def _lacking(names: Sequence[str]) -> str:
    return f"has no column {' and '.join(names)}: it is no frame of results"


def _row(line: bytes) -> dict[str, Any] | None:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(row, dict):
        return None
    scenario, run, status = row.get("base_scenario_id"), row.get("run_number"), row.get("status")
    return row if isinstance(scenario, str) and type(run) is int and isinstance(status, str) else None


def _rows(rows: Sequence[dict[str, Any]], columns: dict[str, pl.DataType]) -> Rows:
    """The frame of `rows` under `columns`; a row with a value of another type is damaged."""
    values = [{name: _value(name, row.get(name), kind) for name, kind in columns.items()} for row in rows]
    fitting = _fitting(values, columns)
    frame = _frame(fitting, columns)
    assert frame is not None, "rows that fit in parts fit together"
    return Rows(frame, len(values) - len(fitting))


def _fitting(rows: list[dict[str, Any]], columns: dict[str, pl.DataType]) -> list[dict[str, Any]]:
    """The rows of which a frame can be made, found by halves: few are damaged, and a frame of one row costs as much
    as one of a hundred."""
    if _frame(rows, columns) is not None:
        return rows
    if len(rows) == 1:
        return []
    middle = len(rows) // 2
    return _fitting(rows[:middle], columns) + _fitting(rows[middle:], columns)


def _frame(rows: list[dict[str, Any]], columns: dict[str, pl.DataType]) -> pl.DataFrame | None:
    try:
        return pl.DataFrame(rows, schema=columns, strict=True)
    except (TypeError, OverflowError, pl.exceptions.PolarsError):
        return None


def _value(name: str, value: Any, kind: pl.DataType) -> Any:
    if value is None or isinstance(value, str):
        return value
    if name in JSON_COLUMNS or (name not in FRAME_SCHEMA and kind == pl.String()):
        return orjson.dumps(value).decode()
    return float(value) if kind == pl.Float64() and type(value) is int else value


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=path.as_posix()) from error
