"""The rows of one job or file, as its file has them; what cannot be used costs only itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from pare_runner.analysis.discover import JOURNAL, Job
from pare_runner.analysis.note import note
from pare_runner.analysis.notes import counted
from pare_runner.analysis.reading import first_line
from pare_runner.analysis.repeated import COLUMNS, marks
from pare_runner.analysis.rows import Rows, read_csv, read_journal, read_row_objects
from pare_runner.analysis.schema import NEEDED, ROW_COLUMNS
from pare_runner.analysis.verdicts import SUCCESS
from pare_runner.errors import InputError, Problem

READERS = {".jsonl": read_journal, ".json": read_row_objects, ".csv": read_csv}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The rows of a job; `marks` are those of `repeated`, one for each, `successes` counts those that succeeded."""

    job: Job
    frame: pl.LazyFrame
    schema: pl.Schema
    marks: pl.Series
    successes: int = 0

    @property
    def rows(self) -> int:
        return len(self.marks)


def load(job: Job, notes: list[Problem]) -> Loaded | None:
    """The rows of a job as its file has them; None, with a note, if the file cannot be read."""
    if job.file is None:
        return Loaded(job, ROW_COLUMNS.to_frame().lazy(), ROW_COLUMNS, pl.Series([], dtype=pl.UInt64()))
    try:
        if job.file.suffix == ".parquet":
            frame = pl.scan_parquet(job.file, glob=False)
            schema = frame.collect_schema()
            if lacking := [name for name in NEEDED if name not in schema]:
                raise InputError(f"has no column {' and '.join(lacking)}: it is no frame of results")
            return _usable(job, frame, schema, notes)
        rows = READERS[job.file.suffix](job.file)
        if rows.damaged and rows.frame.is_empty():
            raise InputError("holds no row of results: each needs a base_scenario_id, and values of the right types")
        return _from_rows(job, rows, notes)
    except (InputError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        return _instead(job, error, notes)


def _instead(job: Job, error: BaseException, notes: list[Problem]) -> Loaded | None:
    """What is left of a job whose file cannot be read: its journal, if that is another file."""
    file = job.file
    assert file is not None
    if isinstance(error, InputError):
        why = error.problems[0].message
    else:
        why = f"cannot be read: {first_line(error)}"
    journal = None if job.folder is None else job.folder / JOURNAL
    if journal is None or journal == file or not journal.exists():
        notes.append(note("damaged_file", why, where=file.as_posix(), hint="its runs are missing"))
        return None
    notes.append(note("damaged_file", why, where=file.as_posix(), hint=f"{JOURNAL} is read instead"))
    return load(replace(job, file=journal), notes)


def _from_rows(job: Job, rows: Rows, notes: list[Problem]) -> Loaded:
    if rows.damaged:
        lines = "line" if rows.damaged == 1 else "lines"
        message = f"{rows.damaged} damaged {lines} passed over"
        notes.append(note("damaged_lines", message, where="" if job.file is None else job.file.as_posix()))
    return _usable(job, rows.frame.lazy(), rows.frame.schema, notes)


def _usable(job: Job, frame: pl.LazyFrame, schema: pl.Schema, notes: list[Problem]) -> Loaded:
    """The rows that are of a scenario; PolarsError if a column does not fit the type that it has in results, InputError
    if no row is left."""
    cells = [cell(name, ROW_COLUMNS[name], schema.get(name)) for name in (*COLUMNS, SUCCESS)]
    odd = [
        name
        for name, kind in ROW_COLUMNS.items()
        if name in schema and schema[name] != kind and name not in (*COLUMNS, SUCCESS)
    ]
    checked = [cell(name, ROW_COLUMNS[name], schema[name]) for name in odd]
    read = frame.select(*cells, *checked).collect()
    found = read.select(marks().alias("mark")).to_series()
    of_scenario = read["base_scenario_id"].is_not_null()
    successes = int(((read[SUCCESS] == 1.0) & of_scenario).sum())
    if of_scenario.all():
        return Loaded(job, frame, schema, found, successes)
    if not of_scenario.any():
        raise InputError("holds no row of results: none names its base_scenario_id")
    message = f"{counted(int((~of_scenario).sum()), 'row')} without a base_scenario_id passed over"
    notes.append(note("damaged_lines", message, where="" if job.file is None else job.file.as_posix()))
    kept = frame.filter(pl.col("base_scenario_id").is_not_null())
    return Loaded(job, kept, schema, found.filter(of_scenario), successes)


def cell(name: str, kind: pl.DataType, has: pl.DataType | None) -> pl.Expr:
    """The column `name` in the type `kind`, of a file that has it as `has`; null where that is None."""
    if has is None:
        return pl.lit(None, dtype=kind).alias(name)
    return pl.col(name) if has == kind else pl.col(name).cast(kind)
