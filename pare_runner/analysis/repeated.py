"""Runs that stand in results more than once: copies of a job, or rows that a file has twice.

A run is known by its scenario, run number, seed, and the hashes of its configuration and of the scenario's world. Rows
that name no configuration, as those of PARE, are the same run if all of them is the same, the time it took included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pare_runner.analysis.note import note
from pare_runner.analysis.notes import counted, listed
from pare_runner.analysis.reading import collected
from pare_runner.analysis.schema import JOB, ROW_COLUMNS
from pare_runner.errors import Problem

KEY = ("base_scenario_id", "run_number", "config_hash", "seed", "world_hash", "protocol", "protocol_version")
WHERE_AND_WHEN = (
    *("export_path", "run_duration", "job_duration", "latency_mean", "latency_max"),
    *("run_id", "attempt", "model_retries", "cost_usd"),
)
"""Columns that differ between copies of a run, and between two times that it is made: places, the wall clock, what a
run is called among others of its job, how often it took to get an answer, and what the same tokens cost."""
TOLD_TWICE = ("scoring", "usage_by_role")
"""Columns that others tell, here `scoring_hash` and the counts of tokens, and that files of earlier versions lack."""
CONTENT = tuple(name for name in ROW_COLUMNS if name not in (*KEY, *WHERE_AND_WHEN, *TOLD_TWICE))
COLUMNS = (*KEY, "run_duration")
"""What `marks` needs."""

_HASH, _DURATION = pl.col("config_hash"), pl.col("run_duration")
_INDEX, _MARK, _SAID = "_row", "_mark", "_said"


@dataclass(frozen=True, slots=True)
class Repeated:
    """The frame with each run once, the number of rows that were left out, and notes on both."""

    frame: pl.LazyFrame
    dropped: int
    notes: tuple[Problem, ...]


def marks() -> pl.Expr:
    """A number for each row that rows of one run share; null for rows that nothing tells apart."""
    known = _HASH.is_not_null() | _DURATION.is_not_null()
    return pl.when(known).then(pl.struct(*KEY, pl.when(_HASH.is_null()).then(_DURATION).alias("took")).hash())


def once(frame: pl.LazyFrame, found: Sequence[pl.Series]) -> Repeated:
    """`frame` without rows that repeat one before them; `found` are the `marks` of its rows, in parts.

    Rows of one run that are not alike all stay: a note of the code `differing_runs` says so.
    """
    mark = pl.concat(found) if found else pl.Series([], dtype=pl.UInt64())
    there = mark.drop_nulls()
    if there.n_unique() == len(there):
        return Repeated(frame, 0, ())
    wanted = there.filter(there.is_duplicated()).unique()
    content = pl.struct(CONTENT).hash()
    whole = pl.struct(WHERE_AND_WHEN).hash()
    rows = collected(
        frame.with_row_index(_INDEX)
        .filter(marks().is_in(wanted.implode()))
        .select(
            _INDEX,
            JOB,
            *KEY,
            pl.when(_HASH.is_null()).then(_DURATION).alias(_MARK),
            pl.when(_HASH.is_null()).then(pl.struct(content.alias("a"), whole.alias("b")).hash()).otherwise(content)
            .alias(_SAID),
        ),
        "the results",
    )  # fmt: skip
    same = rows.filter(~pl.struct(*KEY, _MARK, _SAID).is_first_distinct())
    unlike = (
        rows.drop_nulls("config_hash")
        .group_by(KEY, maintain_order=True)
        .agg(pl.col(_SAID).n_unique().alias("kinds"), pl.col(JOB).unique(maintain_order=True))
        .filter(pl.col("kinds") > 1)
    )
    notes = []
    if len(same):
        they = "is there already counts" if len(same) == 1 else "are there already count"
        message = f"{counted(len(same), 'run')} that {they} once"
        notes.append(note("repeated_runs", f"{message}: {listed(same[JOB].unique(maintain_order=True).to_list())}"))
    if len(unlike):
        notes.append(_unlike(unlike))
    kept = frame.with_row_index(_INDEX).filter(~pl.col(_INDEX).is_in(same[_INDEX].implode())).drop(_INDEX)
    return Repeated(kept if len(same) else frame, len(same), tuple(notes))


def _unlike(rows: pl.DataFrame) -> Problem:
    first = rows.row(0, named=True)
    run = "" if first["run_number"] is None else f" run {first['run_number']}"
    message = (
        f"{counted(len(rows), 'run')} of one configuration and seed {'is' if len(rows) == 1 else 'are'} there more "
        f"than once, with unlike results: the first is {first['base_scenario_id']}{run}, in {listed(first[JOB])}"
    )
    return note("differing_runs", message, hint="name the results of one of them; pare diff says what differs")
