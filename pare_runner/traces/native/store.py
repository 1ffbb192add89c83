"""The rows of runs in a folder of native traces, wherever they stand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from pare_runner.errors import InputError
from pare_runner.traces.native.parts import packed_parts, part_frame, part_of, read_part, rows_in, run_ids
from pare_runner.traces.native.rows import Row, RunRows, named
from pare_runner.traces.native.schema import RUN_TABLES


@dataclass(slots=True)
class NativeStore:
    """Reads runs one by one. What a run has a part of its own for is taken from there, all else from the joined parts.

    Joined parts are in the order of run ids. Of each table one is in memory, and of the pool what was needed so far, so
    it is best to ask for runs in this order.
    """

    folder: Path
    _parts: dict[str, _Joined] = field(default_factory=dict)
    _pool: _Pool | None = None

    @property
    def run_ids(self) -> list[str]:
        """Ids of all runs, in order; InputError if there are none."""
        return run_ids(self.folder)

    def rows(self, run_id: str) -> RunRows:
        """All rows of a run; InputError, with the file, for what is missing or cannot be read."""
        tables = {table: self._table(table, run_id) for table in RUN_TABLES}
        if [row["run_id"] for row in tables["runs"]] != [run_id]:
            raise InputError(f"{self.folder / 'runs'} does not have the run {run_id} once")
        return {**tables, "messages": self._messages(tables["runs"][0], tables["calls"], run_id)}

    def _table(self, table: str, run_id: str) -> list[Row]:
        own = self.folder / part_of(table, run_id)
        if own.exists():
            return read_part(own, table)
        if not packed_parts(self.folder, table):
            raise InputError(f"{own} is missing: the traces are not whole")
        if table not in self._parts:
            self._parts[table] = _Joined(self.folder, table)
        return self._parts[table].rows(run_id)

    def _messages(self, run: Row, calls: list[Row], run_id: str) -> list[Row]:
        own = self.folder / part_of("messages", run_id)
        if own.exists():
            pool = {row["message_id"]: row for row in read_part(own, "messages")}
            missing = next((name for name in named(run, calls) if name not in pool), None)
            if missing is not None:
                raise InputError(f"{own}: message {missing} is missing")
            return [pool[name] for name in named(run, calls)]
        if self._pool is None:
            self._pool = _Pool(self.folder)
        return self._pool.rows(named(run, calls))


class _Joined:
    """The joined parts of one table, of which one is in memory."""

    def __init__(self, folder: Path, table: str) -> None:
        self._table = table
        self._paths = packed_parts(folder, table)
        self._last: list[str] = []  # the last run id of each part that was read
        self._at = -1
        self._frame = pl.DataFrame()
        self._places: dict[str, tuple[int, int]] = {}  # where the rows of a run begin, and how many there are

    def rows(self, run_id: str) -> list[Row]:
        """The rows of a run, none if the table has none of it."""
        number = self._part_with(run_id)
        if number is None:
            return []
        if number != self._at:
            self._load(number)
        if run_id not in self._places:
            return []
        return rows_in(self._frame.slice(*self._places[run_id]), self._paths[number])

    def _part_with(self, run_id: str) -> int | None:
        for number, last in enumerate(self._last):
            if run_id <= last:
                return number
        while len(self._last) < len(self._paths):
            self._load(len(self._last))
            self._last.append(max(self._places, default=""))
            if run_id <= self._last[-1]:
                return self._at
        return None

    def _load(self, number: int) -> None:
        path = self._paths[number]
        self._frame = part_frame(path, self._table)
        self._at, self._places, start = number, {}, 0
        for found in self._frame["run_id"].rle():
            if found["value"] in self._places:
                raise InputError(f"{path}: the rows of run {found['value']} do not stand together")
            self._places[found["value"]] = (start, found["len"])
            start += found["len"]


@dataclass(slots=True)
class _Pool:
    """The joined pool, of which the first parts are in memory: those that were needed."""

    folder: Path
    _parts: list[tuple[Path, pl.DataFrame]] = field(default_factory=list)
    _places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def rows(self, message_ids: list[str]) -> list[Row]:
        """What is named by these ids; InputError if no part has one of them."""
        wanted: defaultdict[int, list[int]] = defaultdict(list)
        for name in message_ids:
            part, row = self._place(name)
            wanted[part].append(row)
        found = {
            row["message_id"]: row
            for part, places in wanted.items()
            for row in rows_in(self._parts[part][1][places], self._parts[part][0])
        }
        return [found[name] for name in message_ids]

    def _place(self, message_id: str) -> tuple[int, int]:
        """The number of a part, and of a row in it."""
        while message_id not in self._places:
            paths, number = packed_parts(self.folder, "messages"), len(self._parts)
            if number >= len(paths):
                where = self.folder / "messages"
                raise InputError(f"{where}: message {message_id} is missing: the traces are not whole")
            frame = part_frame(paths[number], "messages")
            self._parts.append((paths[number], frame))
            self._places.update({name: (number, row) for row, name in enumerate(frame["message_id"])})
        return self._places[message_id]
