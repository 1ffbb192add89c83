"""Joining the parts of a finished job, and taking them apart again.

A part of its own costs a run some kilobytes in every table, and the pool repeats what runs share. So when all runs are
there, their parts are joined: the numbered parts of a table hold `GROUP` runs each, in the order of run ids, and each
content of the pool is stored once.

Both directions can be broken off anywhere and done again: a part of its own comes before what is joined, joined parts
are complete before the first of its own is removed, and the other way round. What comes of either depends on the runs
alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from pare_runner.atomic import write_together
from pare_runner.errors import InputError
from pare_runner.parquet import parquet_bytes, unpanicked
from pare_runner.traces.contract import PART, TraceFile
from pare_runner.traces.native.parts import (
    HIDDEN,
    SUFFIX,
    encoded,
    is_packed,
    packed_part,
    packed_parts,
    part_of,
    run_ids,
)
from pare_runner.traces.native.rows import Row, RunRows
from pare_runner.traces.native.schema import RUN_TABLES, TABLES, polars_schema
from pare_runner.traces.native.store import NativeStore

GROUP = 256
"""Runs in a joined part: enough that what a part costs is nothing, few enough to be in memory at once."""


def run_files(rows: RunRows) -> tuple[TraceFile, ...]:
    """The parts of one run, that of `runs` first."""
    run_id = str(rows["runs"][0]["run_id"])
    return tuple(TraceFile(part_of(table, run_id), encoded(table, rows[table])) for table in TABLES)


def pack(folder: Path) -> None:
    """Join all parts in `folder`; InputError for one that cannot be read, OSError, and nothing is lost then."""
    runs, store = run_ids(folder), NativeStore(folder)
    pooled: set[str] = set()
    names: list[str] = []
    for start in range(0, len(runs), GROUP):
        parts = _joined(store, runs[start : start + GROUP], pooled)
        names += [packed_part(table, start // GROUP) for table in parts]
        write_together((_hidden(folder / packed_part(table, start // GROUP)), data) for table, data in parts.items())
    for name in names:
        os.replace(_hidden(folder / name), folder / name)
    kept = {folder / name for name in names}
    for table in TABLES:
        for path in [*(folder / table).glob(f"{PART}*{SUFFIX}"), *(folder / table).glob(f".{PART}*{HIDDEN}")]:
            if path not in kept:
                path.unlink()


def unpack(folder: Path) -> None:
    """Give each run parts of its own again; the same bytes as were joined. Nothing happens if nothing is joined."""
    if not any(packed_parts(folder, table) for table in TABLES):
        return
    store = NativeStore(folder)
    for run_id in store.run_ids:
        files = run_files(store.rows(run_id))
        write_together((folder / file.name, file.data) for file in files if not (folder / file.name).exists())
    for table in TABLES:
        for path in packed_parts(folder, table):
            path.unlink()


def has_own_parts(folder: Path) -> bool:
    """Whether anything in `folder` is not joined."""
    return any(not is_packed(path.name) for table in TABLES for path in (folder / table).glob(f"{PART}*{SUFFIX}"))


def _joined(store: NativeStore, group: Sequence[str], pooled: set[str]) -> dict[str, bytes]:
    """The joined part of each table; `pooled` are the ids of the pool that stand in a part, those here are added."""
    frames = {table: _own_parts(store.folder, table, group) for table in TABLES}
    if any(frame is None for frame in frames.values()):
        return _joined_rows(store, group, pooled)
    parts: dict[str, bytes] = {}
    for table, frame in frames.items():
        assert frame is not None
        if table == "messages":
            ids = pl.Series(sorted(pooled), dtype=pl.String())
            frame = frame.unique("message_id", keep="first", maintain_order=True)
            frame = frame.filter(~pl.col("message_id").is_in(ids.implode()))
            pooled.update(frame["message_id"])
        parts[table] = parquet_bytes(frame)
    return parts


def _own_parts(folder: Path, table: str, group: Sequence[str]) -> pl.DataFrame | None:
    """The parts of the runs of a group below each other, at once; None if one is missing, or not as it must be."""
    try:
        with unpanicked(folder / table):
            frame = pl.read_parquet([folder / part_of(table, run_id) for run_id in group], glob=False)
    except (OSError, pl.exceptions.PolarsError, InputError):
        return None
    return frame if frame.schema == polars_schema(table) else None


def _joined_rows(store: NativeStore, group: Sequence[str], pooled: set[str]) -> dict[str, bytes]:
    """The same, run by run: slower, from wherever the rows stand, and it says which file is damaged."""
    found: dict[str, list[Row]] = {table: [] for table in TABLES}
    for run_id in group:
        rows = store.rows(run_id)
        for table in RUN_TABLES:
            found[table] += rows[table]
        found["messages"] += [row for row in rows["messages"] if row["message_id"] not in pooled]
        pooled.update(row["message_id"] for row in rows["messages"])
    return {table: encoded(table, rows, statistics=True) for table, rows in found.items()}


def _hidden(path: Path) -> Path:
    """Where a joined part is written: readers of the folder do not see it."""
    return path.with_name(f".{path.name}{HIDDEN}")
