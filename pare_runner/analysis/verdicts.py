"""Which runs have a verdict that counts, and which verdicts are by checks that nobody wrote.

A verdict counts if the status is known and the success is a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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


def contradictions(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How many runs of each job have a success that is not that of their status, in the order of the rows."""
    value = pl.col(SUCCESS).fill_nan(None)
    odd = ((pl.col("status") == "success") & (value != 1.0)) | ((pl.col("status") == "failed") & (value != 0.0))
    return frame.filter(odd).group_by(JOB, maintain_order=True).len()


def contradiction_notes(found: pl.DataFrame) -> Iterator[Problem]:
    """A note on what `contradictions` found, if it found anything."""
    if found.is_empty():
        return
    runs = int(found["len"].sum())
    which = f"{counted(runs, 'run')} {'contradicts itself' if runs == 1 else 'contradict themselves'}"
    message = f"{which}, {SUCCESS} is not what the status says: {listed(found[JOB].to_list())}"
    yield note("contradictory", message, hint=f"rates are of {SUCCESS}: 1 is a success, 0 a failure")


def derived_scenarios(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The scenarios whose runs were judged by checks that an import derived, in order."""
    return frame.filter(pl.col("scoring") == "derived").select("base_scenario_id").unique().sort("base_scenario_id")


def derived_notes(scenarios: Sequence[str]) -> Iterator[Problem]:
    """A note on `derived_scenarios`, if there are any."""
    if scenarios:
        which = f"{counted(len(scenarios), 'scenario')} {'is' if len(scenarios) == 1 else 'are'}"
        message = f"{which} judged by checks that an import derived, and nobody wrote: {listed(scenarios)}"
        yield note("derived_checks", message, hint="scoring: derived")
