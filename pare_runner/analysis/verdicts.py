"""Which runs have a verdict that counts: those whose status is known, and whose success is a number."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pare_runner.analysis.note import note
from pare_runner.analysis.notes import counted, listed
from pare_runner.analysis.schema import JOB, STATUSES
from pare_runner.errors import Problem

SUCCESS = "success_numeric"


def verdict() -> pl.Expr:
    """The success of a run; null where it is no number, and where the status is none of `STATUSES`.

    Only files from elsewhere, or of another version, have such: what a status means that nobody knows is not guessed.
    """
    return pl.when(pl.col("status").is_in(STATUSES)).then(pl.col(SUCCESS).fill_nan(None)).alias(SUCCESS)


def unknown_statuses(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How many runs of each job have which status that is none of `STATUSES`, in the order of the rows."""
    odd = pl.col("status").is_null() | ~pl.col("status").is_in(STATUSES)
    return frame.filter(odd).group_by(JOB, "status", maintain_order=True).len()


def status_notes(found: pl.DataFrame) -> Iterator[Problem]:
    """A note on what `unknown_statuses` found, if it found anything."""
    if found.is_empty():
        return
    runs = int(found["len"].sum())
    names = found["status"].unique(maintain_order=True).to_list()
    said = listed(["none" if name is None else repr(name) for name in names])
    jobs = listed(found[JOB].unique(maintain_order=True).to_list())
    have = "has" if runs == 1 else "have"
    message = f"{counted(runs, 'run')} {have} an unknown status, {said}, and no verdict that counts: {jobs}"
    yield note("unknown_status", message, hint=f"a status is {', '.join(STATUSES[:-1])} or {STATUSES[-1]}")
