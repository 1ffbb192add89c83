"""`pare results`."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from pare_runner.analysis.checks import with_checks
from pare_runner.analysis.discover import JOURNAL, MANIFEST, PARQUET, PLAN, SUMMARY
from pare_runner.analysis.frame import Results, read_results
from pare_runner.analysis.query import columns, sort, where
from pare_runner.analysis.reading import collected
from pare_runner.atomic import write_atomic, writing
from pare_runner.cli.console import is_terminal, plural, say, warn
from pare_runner.cli.progress.busy import busy
from pare_runner.cli.results_table import HEADS, SHOWN, show
from pare_runner.errors import ConfigError, did_you_mean

UNREAD = 2
FORMATS = ("table", "csv", "json", "parquet")
RESERVED = (PLAN, MANIFEST, SUMMARY, JOURNAL, PARQUET, "sweep.json")
"""Files of jobs and sweeps: those that exist are never written over."""


def results(
    directories: Annotated[
        list[str], typer.Argument(metavar="DIR", help="Jobs, sweeps, folders of them, files of results.")
    ],
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="table (default), csv, json or parquet.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as --format json.")] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write to FILE; its ending is the format.")
    ] = None,
    chosen: Annotated[
        list[str] | None,
        typer.Option("--columns", metavar="A,B", help="These columns by their full names, in this order."),
    ] = None,
    condition: Annotated[
        str | None, typer.Option("--where", metavar="SQL", help="Rows for which this holds: \"status = 'failed'\".")
    ] = None,
    order: Annotated[
        str | None, typer.Option("--sort", metavar="A,-B", help="Sort by these columns; -B from the largest.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", min=1, help=f"The first N rows; a table on a terminal has {SHOWN} otherwise."
        ),
    ] = None,
    checks: Annotated[bool, typer.Option("--checks", help="Add a column for each check: whether it held.")] = False,
) -> None:
    """Show the results of experiments, running ones too: one row for each scenario run.

    A table has the columns that tell rows apart, under short names; the other formats have all of them, under their
    full names. What is odd about the results is said on standard error. Exit status 2 for bad input, and if a file
    could not be read.

    \b
    pare results outputs/my_sweep
    pare results outputs/my_sweep --where "status = 'failed'" --columns base_scenario_id,rationale
    pare results outputs/a outputs/b --out both.parquet
    """
    wanted = _format(form, as_json, out)
    with busy("reading results"):
        found = read_results(directories)
    warn(found.notes())
    _show(found, wanted, out, chosen, condition, order, limit, checks=checks)
    if found.unread:
        raise typer.Exit(UNREAD)


def _show(
    found: Results, wanted: str, out: str | None, chosen: list[str] | None, condition: str | None,
    order: str | None, limit: int | None, *, checks: bool,
) -> None:  # fmt: skip
    frame = with_checks(found.frame) if checks else found.frame
    what = "the results" if condition is None else f"the results with {condition!r}"
    if condition is not None:
        frame = where(frame, condition, HEADS)
    if order is not None:
        frame = sort(frame, order, HEADS)
    names = columns(frame, chosen or (), HEADS)
    if wanted == "table":
        show(frame, names, SHOWN if limit is None and is_terminal() else limit, what)
        return
    rows = frame.select(names) if names else frame
    with busy("reading results"):
        data = collected(rows if limit is None else rows.head(limit), what)
        made = encoded(data, wanted)
    if out is not None:
        with writing(Path(out).parent):
            write_atomic(Path(out), made)
        say(f"{plural(len(data), 'run')} in {out}")
    elif wanted == "parquet":
        sys.stdout.buffer.write(made)
    else:
        print(made.decode(), end="")


def encoded(frame: pl.DataFrame, form: str) -> bytes:
    """The file of `frame` in the format `form`.

    JSON is a list of rows, one a line. In CSV, which has no lists, those are joined by spaces; null is an empty cell.
    """
    buffer = io.BytesIO()
    if form == "parquet":
        frame.write_parquet(buffer)
    elif form == "csv":
        frame.with_columns(pl.col(pl.List(pl.String)).list.join(" ")).write_csv(buffer)
    else:
        rows = frame.write_ndjson().splitlines()
        buffer.write(("[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n").encode())
    return buffer.getvalue()


def _format(form: str | None, as_json: bool, out: str | None) -> str:
    """The format that is asked for, one way or another; ConfigError if it is none, or cannot go where it is to go."""
    ending = None if out is None else Path(out).suffix.removeprefix(".")
    if form is not None and form not in FORMATS:
        raise ConfigError(f"there is no format {form!r}", hint=did_you_mean(form, FORMATS))
    if as_json:
        if form not in (None, "json"):
            raise ConfigError(f"--json is not --format {form}", hint="leave out one of them")
        form = "json"
    if form is None:
        form = "table" if ending is None else ending
        if form not in FORMATS or (out is not None and form == "table"):
            raise ConfigError(
                f"{out} does not say its format", hint="end it in .csv, .json or .parquet, or add --format"
            )
    if ending in FORMATS and form not in ("table", ending):
        raise ConfigError(f"{out} would hold {form}", hint=f"end it in .{form}, or leave out --format")
    if form == "table" and out is not None:
        raise ConfigError("a table is for reading, not for a file", hint="--format csv, json or parquet")
    if form == "parquet" and out is None and is_terminal():
        raise ConfigError("Parquet is no text for a terminal", hint="write it to a file: --out results.parquet")
    if out is not None and Path(out).name in RESERVED and Path(out).exists():
        raise ConfigError(f"{out} is a file of results: it is not written over", hint="choose another name")
    return form
