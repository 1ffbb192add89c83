"""Opening the traces of the few scenarios that are of interest, pair by pair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pare_runner.analysis.diff.cells import Cells, Flags
from pare_runner.analysis.diff.divergence import SAME, WORDING_ONLY, Divergence, first_difference
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.diff.steps import Record, read_calls, read_native, read_trace
from pare_runner.analysis.schema import JOB

PAIRS = 100
"""Pairs of runs whose traces are opened, in all scenarios together."""

TRACES = 1_000
"""Pairs of runs up to which results that agree in every column are compared by their traces too."""

COLUMNS = (
    JOB,
    "base_scenario_id",
    "run_number",
    "export_path",
    "run_id",
    "attempt",
    "status",
    "rationale",
    "termination_reason",
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the run of one side ended."""

    run_id: str | None
    status: str | None
    termination_reason: str | None
    rationale: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """The runs of both sides at one place, and where they part."""

    cell: tuple[Any, ...]
    run_number: int | None
    ended: tuple[Ended, Ended]
    divergence: Divergence


@dataclass(frozen=True, slots=True)
class Examined:
    """Of the pairs of a scenario that were opened: how many part in each kind of way, and one that is typical.

    `shown` is None, with a `note`, if no pair could be opened on both sides. `records` are those of the shown pair.
    """

    pairs: int
    kinds: Mapping[str, int]
    shown: Pair | None
    records: tuple[Record, Record] | None
    note: str = ""


def examine(
    sides: Sequence[Side], cells: Cells, places: Mapping[str, Sequence[int]], damaged: dict[Path, None]
) -> dict[str, Examined]:
    """For each scenario the pairs at some of its `places`, so many that all scenarios get a share.

    Traces that are there and cannot be read are added to `damaged`.
    """
    share = max(1, PAIRS // max(1, len(places)))
    wanted = {name: _spread(some, share) for name, some in places.items()}
    flat = [place for some in wanted.values() for place in some]
    rows = [_rows(side, cells, number, flat) for number, side in enumerate(sides)]
    found = {}
    for name, some in wanted.items():
        found[name] = _examined([(cells.cell_of(place), rows[0][place], rows[1][place]) for place in some], damaged)
    return found


def differing_records(sides: Sequence[Side], cells: Cells, damaged: dict[Path, None]) -> tuple[Flags, bool]:
    """Places where the traces of both sides tell of other steps, and whether there were traces of all to compare.

    For results that agree in every column. Not done for more than `TRACES` pairs. Traces that are there and cannot be
    read are not compared, and added to `damaged`.
    """
    unequal = np.zeros(cells.matched.size, dtype=np.bool_)
    places = np.flatnonzero(cells.matched.ravel()).tolist()
    if len(places) > TRACES:
        return unequal.reshape(cells.matched.shape), False
    one, two = (_rows(side, cells, number, places) for number, side in enumerate(sides))
    whole = bool(places)
    for place in places:
        files = [_trace(rows[place]) for rows in (one, two)]
        if files[0] is None or files[1] is None:
            whole = False
        elif files[0].read_bytes() != files[1].read_bytes():
            records = [_read(file, damaged) for file in files if file is not None]
            if None in records:
                whole = False
            else:
                unequal[place] = records[0] != records[1]
    return unequal.reshape(cells.matched.shape), whole


def job_folder(side: Side, cells: Cells, number: int, place: int) -> tuple[Path, int]:
    """The folder of the job that a run is of, and its run number there; 1 for a run without a number."""
    row = _rows(side, cells, number, [place])[place]
    return _folder(row), row["run_number"] or 1


def _spread(places: Sequence[int], most: int) -> list[int]:
    """At most `most` of `places`, from all over them."""
    if len(places) <= most:
        return list(places)
    return [places[number * len(places) // most] for number in range(most)]


def _examined(
    pairs: Sequence[tuple[tuple[tuple[Any, ...], str, int | None], Mapping[str, Any], Mapping[str, Any]]],
    damaged: dict[Path, None],
) -> Examined:
    kinds: Counter[str] = Counter()
    first: dict[str, tuple[Pair, tuple[Record, Record]]] = {}
    for (cell, _, run), a, b in pairs:
        records = _records(a, b, damaged)
        if records is None:
            continue
        divergence = first_difference(*records)
        kinds[divergence.kind] += 1
        first.setdefault(divergence.kind, (Pair(cell, run, (_ended(a), _ended(b)), divergence), records))
    if not kinds:
        return Examined(0, {}, None, None, "neither traces nor model calls of both sides are there")
    # the most common way to part; runs that decide alike are shown only if all do
    ranked = sorted(kinds, key=lambda kind: (kind == SAME, kind == WORDING_ONLY, -kinds[kind]))
    pair, shown = first[ranked[0]]
    return Examined(sum(kinds.values()), {kind: kinds[kind] for kind in ranked}, pair, shown)


def _records(a: Mapping[str, Any], b: Mapping[str, Any], damaged: dict[Path, None]) -> tuple[Record, Record] | None:
    """The records of both runs, of sources that compare; None if there are none."""
    one, two = _best(a, damaged), _best(b, damaged)
    if one is None or two is None:
        one, two = _of_calls(a), _of_calls(b)
    return None if one is None or two is None else (one, two)


def _best(row: Mapping[str, Any], damaged: dict[Path, None]) -> Record | None:
    path = _trace(row)
    found = None if path is None else _read(path, damaged)
    if found is not None:
        return found
    return None if row["run_id"] is None else read_native(_folder(row), row["run_id"])


def _read(path: Path, damaged: dict[Path, None]) -> Record | None:
    found = read_trace(path)
    if found is None:
        damaged[path] = None
    return found


def _trace(row: Mapping[str, Any]) -> Path | None:
    """The file that holds the trace of a run; None if it is not there."""
    path = row["export_path"]
    candidates = () if path is None else (Path(path), _folder(row) / path)
    return next((item for item in candidates if item.is_file()), None)


def _of_calls(row: Mapping[str, Any]) -> Record | None:
    return read_calls(_folder(row), row["base_scenario_id"], row["run_number"], row["attempt"])


def _folder(row: Mapping[str, Any]) -> Path:
    return Path(row[JOB])


def _ended(row: Mapping[str, Any]) -> Ended:
    return Ended(row["run_id"], row["status"], row["termination_reason"], row["rationale"])


def _rows(side: Side, cells: Cells, number: int, places: Sequence[int]) -> dict[int, Mapping[str, Any]]:
    """What is needed to open the first run of a side at each of `places`."""
    if not places:
        return {}
    first = cells.rows[number]
    rows = {int(first[place]): place for place in places}
    frame = side.read(side.frame.select(COLUMNS).with_row_index("row").filter(pl.col("row").is_in(list(rows))))
    return {rows[row["row"]]: row for row in frame.iter_rows(named=True)}
