"""One lazily scanned frame over the results of any number of jobs, finished or not.

`load_results` gives the frame, `read_results` also the jobs it is made of and what is odd about them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pare_runner.analysis.beside import beside_notes
from pare_runner.analysis.checks import check_counts
from pare_runner.analysis.discover import Given, Job, discover, each_path
from pare_runner.analysis.loading import Loaded, cell, load
from pare_runner.analysis.note import ResultsWarning, note
from pare_runner.analysis.notes import job_notes, listed, row_notes, scenario_features
from pare_runner.analysis.reading import collected_all
from pare_runner.analysis.repeated import once
from pare_runner.analysis.schema import (
    FRAME_SCHEMA,
    JOB,
    JOB_COLUMNS,
    ROW_COLUMNS,
    SCENARIO_COLUMNS,
    TEXTS,
)
from pare_runner.analysis.scripted import failed_scripts, script_notes
from pare_runner.analysis.verdicts import derived_notes, derived_scenarios, odd_notes, odd_verdicts
from pare_runner.errors import InputError, Problem

LIMIT = 2**63
"""Beyond what a column of integers can hold."""


@dataclass(frozen=True, slots=True)
class Results:
    """The frame of `load_results`, its jobs in the order of their rows, and what was odd about their files.

    `repeated` counts rows that were left out because their run is there already; `unread` are files whose runs are
    missing because they cannot be read, and `lacking` how many these were to have, None if that is not known.
    """

    frame: pl.LazyFrame
    jobs: tuple[Job, ...]
    loading: tuple[Problem, ...]
    repeated: int = 0
    unread: tuple[str, ...] = ()
    lacking: int | None = 0

    def notes(self) -> tuple[Problem, ...]:
        """What is odd about the results, files first; a few columns are read for it, InputError if they cannot be."""
        kinds = (odd_verdicts, derived_scenarios, failed_scripts)
        odd, derived, failed = collected_all([kind(self.frame) for kind in kinds], "the results")
        verdicts = (
            *odd_notes(odd),
            *derived_notes(derived["base_scenario_id"].to_list()),
            *script_notes(failed),
        )
        return (*self.loading, *row_notes(self.frame), *verdicts)


def load_results(path: Given, *more: Given) -> pl.LazyFrame:
    """One row for each scenario run, once, in the jobs, sweeps, folders of both, or files of rows at these paths.

    The documented columns of PARE come first, then ours (`analysis.schema`, docs/results.md), then those that only the
    files have. Finished jobs are scanned when the frame is collected; running and interrupted ones are read now. Rows
    stand by job, scenario id and run number. `export_path` counts from where the paths do.

    InputError if a path does not exist or holds no results; a `ResultsWarning` for what is incomplete or damaged.
    """
    results = read_results(each_path(path, *more))
    for problem in results.loading:
        warnings.warn(str(problem), ResultsWarning, stacklevel=2)
    return results.frame


def read_results(paths: Given) -> Results:
    """The results at `paths`, as `load_results` takes them, with what is odd about them; nothing is warned of."""
    found = discover(paths)
    notes = list(found.notes)
    loaded = [load(job, notes) for job in found.jobs]
    lost = [job for job, item in zip(found.jobs, loaded, strict=True) if item is None]
    planned = [job.planned for job in lost if job.planned is not None]
    readable = [item for item in loaded if item is not None]
    if not readable:
        reasons = "\n".join(f"{item.where}: {item.message}" for item in notes)
        raise InputError(f"none of the results can be read\n{reasons}")
    notes += _column_notes(readable)
    notes += beside_notes(readable)
    notes += job_notes([item.job for item in readable], [item.rows for item in readable])
    single = once(_united(readable), [item.marks for item in readable])
    notes += single.notes
    return Results(
        single.frame,
        tuple(item.job for item in readable),
        tuple(notes),
        single.dropped,
        tuple(job.file.as_posix() for job in lost if job.file),
        sum(planned) if len(planned) == len(lost) else None,
    )


def _column_notes(loaded: Sequence[Loaded]) -> list[Problem]:
    """Columns that files lack, or have beyond those of this version, as results of other versions do."""
    filled = [item for item in loaded if item.rows]
    lacking = {name: [item for item in filled if name not in item.schema] for name in ROW_COLUMNS}
    missing = [name for name, items in lacking.items() if items]
    notes = []
    if missing:
        where = list(dict.fromkeys(item.job.name for name in missing for item in lacking[name]))
        message = f"{len(where)} of {len(filled)} have no column {listed(missing)}: null there ({listed(where)})"
        notes.append(note("missing_columns", message))
    extra = _extra_columns(filled)
    if any(name not in item.schema for name in extra for item in filled):
        notes.append(note("extra_columns", f"only some of them have the columns {listed(list(extra))}: null elsewhere"))
    return notes


def _extra_columns(loaded: Iterable[Loaded]) -> dict[str, pl.DataType]:
    """Columns of files that no schema of ours has, in order; of two types of one column the text of it is taken."""
    extra: dict[str, pl.DataType] = {}
    for item in loaded:
        for name, kind in item.schema.items():
            if name not in FRAME_SCHEMA:
                extra[name] = kind if extra.get(name, kind) == kind else pl.String()
    return extra


def _united(loaded: Sequence[Loaded]) -> pl.LazyFrame:
    extra = _extra_columns(loaded)
    whole = pl.concat([_complete(item, extra) for item in loaded], how="vertical")
    features = [_feature(name, [item.job for item in loaded]) for name in SCENARIO_COLUMNS]
    return whole.with_columns(*check_counts(), *features).select(*FRAME_SCHEMA, *extra)


def _complete(item: Loaded, extra: dict[str, pl.DataType]) -> pl.LazyFrame:
    """The frame of one job with every column in its type, those of its manifest included."""
    columns = {**ROW_COLUMNS, **SCENARIO_COLUMNS, **extra}
    cells = [cell(name, kind, item.schema.get(name)) for name, kind in columns.items()]
    frame = item.frame.select(*cells, *(value.alias(name) for name, value in _job_cells(item).items()))
    return frame if item.job.folder is None else frame.with_columns(_export_path(item))


def _job_cells(item: Loaded) -> dict[str, pl.Expr]:
    """The columns of `JOB_COLUMNS`: what the manifest says, without one what the file has."""
    job = item.job
    config, tools, events = job.config, job.config.get("tool_augmentation_config"), job.config.get("env_events_config")
    values: dict[str, Any] = dict.fromkeys(JOB_COLUMNS)
    values |= {
        JOB: job.name,
        "experiment_name": config.get("experiment_name"),
        "suite": _of(config.get("suite"), "name"),
        "overrides": None if job.overrides is None else list(job.overrides),
        "package_version": job.package_version,
        "behaviour_version": job.behaviour_version,
        "code_revision": job.code_revision,
    }
    if config:
        augmentations = ("apply_tool_name_augmentation", "apply_tool_description_augmentation")
        seed = _of(events, "env_events_seed")
        values |= {name: bool(_of(tools, name)) for name in augmentations}
        values |= {
            "failure_pattern": _of(tools, "pattern"),
            "outage_seconds": _of(tools, "outage_seconds"),
            "env_events_seed": config.get("seed") if events and seed is None else seed,
            "arrivals": _of(events, "arrivals"),
        }
    cells = {name: pl.lit(_fitting(values[name], kind), dtype=kind) for name, kind in JOB_COLUMNS.items()}
    if not job.manifest:  # a frame that was written before has the columns itself
        brought = {name: kind for name, kind in JOB_COLUMNS.items() if name in item.schema}
        cells |= {name: cell(name, kind, item.schema[name]) for name, kind in brought.items()}
        if JOB in brought and job.folder is not None:  # the frame of a sweep knows the folders of its jobs
            cells[JOB] = pl.lit(f"{job.name}/") + cells[JOB]
    return cells


def _feature(name: str, jobs: Sequence[Job]) -> pl.Expr:
    """Tags or apps of the scenario of a row: of all jobs one answer, so that rows are grouped alike.

    In the frame of each job this would be looked up once a job, which took 14 times as long for 600 of them.
    """
    known = scenario_features(name, jobs)
    if not known:
        return pl.col(name)
    ids, values = list(known), list(known.values())
    found = pl.col("base_scenario_id").replace_strict(ids, values, default=pl.col(name), return_dtype=TEXTS)
    return found.alias(name)


def _export_path(item: Loaded) -> pl.Expr:
    """The trace of a run, from where the job's own path counts."""
    path = pl.col("export_path")
    absolute = path.str.starts_with("/")
    return pl.when(absolute).then(path).otherwise(pl.lit(f"{item.job.name}/") + path).alias("export_path")


def _fitting(value: Any, kind: pl.DataType) -> Any:
    """`value` if it is of the type a column has: a manifest that was edited costs a cell, not the frame."""
    wanted: dict[pl.DataType, type | tuple[type, ...]] = {
        pl.String(): str,
        pl.Int64(): int,
        pl.Float64(): (int, float),
        pl.Boolean(): bool,
        TEXTS: list,
    }
    if not isinstance(value, wanted[kind]):
        return None
    return None if isinstance(value, int) and not -LIMIT <= value < LIMIT else value


def _of(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
