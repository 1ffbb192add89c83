"""Which runs have a verdict that counts, and which verdicts are by checks that nobody wrote.

A verdict counts if the status is known and the success is a number from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from pare_runner.analysis.note import note
from pare_runner.analysis.notes import counted, listed
from pare_runner.analysis.schema import JOB, STATUSES
from pare_runner.errors import Problem

SUCCESS = "success_numeric"

_POSSIBLE = pl.col(SUCCESS).is_between(0.0, 1.0)
_UNKNOWN_STATUS = pl.col("status").is_null() | ~pl.col("status").is_in(STATUSES)
_UNKNOWN_SUCCESS = pl.col(SUCCESS).is_not_nan() & ~_POSSIBLE
_CONTRADICTION = (_POSSIBLE | pl.col(SUCCESS).is_nan()) & (
    ((pl.col("status") == "success") & (pl.col(SUCCESS) != 1.0))
    | ((pl.col("status") == "failed") & (pl.col(SUCCESS) != 0.0))
)


def verdict() -> pl.Expr:
    """The success of a run; null where it is no number from 0 to 1, and where the status is none of `STATUSES`.

    Only files from elsewhere, or of another version, have such: what a status or a success means that nobody knows is
    not guessed.
    """
    known = pl.col("status").is_in(STATUSES) & _POSSIBLE
    return pl.when(known).then(pl.col(SUCCESS)).alias(SUCCESS)


def odd_verdicts(frame: pl.LazyFrame) -> pl.LazyFrame:
    """How many runs of each job have which status and success that do not count, or contradict one another, in the
    order of the rows."""
    odd = _UNKNOWN_STATUS | _UNKNOWN_SUCCESS | _CONTRADICTION
    return frame.filter(odd.fill_null(False)).group_by(JOB, "status", SUCCESS, maintain_order=True).len()


def odd_notes(found: pl.DataFrame) -> Iterator[Problem]:
    """Notes on what `odd_verdicts` found: unknown statuses, impossible successes, contradictions."""
    statuses, successes, against = (
        found.filter(odd.fill_null(False)) for odd in (_UNKNOWN_STATUS, _UNKNOWN_SUCCESS, _CONTRADICTION)
    )
    if len(statuses):
        names = statuses["status"].unique(maintain_order=True).to_list()
        said = listed(["none" if name is None else repr(name) for name in names])
        message = f"{_runs(statuses)} an unknown status, {said}, and no verdict that counts: {_jobs(statuses)}"
        yield note("unknown_status", message, hint=f"a status is {', '.join(STATUSES[:-1])} or {STATUSES[-1]}")
    if len(successes):
        said = listed([f"{value:g}" for value in successes[SUCCESS].unique(maintain_order=True)])
        message = f"{_runs(successes)} an impossible {SUCCESS}, {said}, and no verdict that counts: {_jobs(successes)}"
        yield note("unknown_success", message, hint="1 is a success, 0 a failure")
    if len(against):
        runs = int(against["len"].sum())
        which = f"{counted(runs, 'run')} {'contradicts itself' if runs == 1 else 'contradict themselves'}"
        message = f"{which}, {SUCCESS} is not what the status says: {_jobs(against)}"
        yield note("contradictory", message, hint=f"rates are of {SUCCESS}: 1 is a success, 0 a failure")


def _runs(found: pl.DataFrame) -> str:
    runs = int(found["len"].sum())
    return f"{counted(runs, 'run')} {'has' if runs == 1 else 'have'}"


def _jobs(found: pl.DataFrame) -> str:
    return listed(found[JOB].drop_nulls().unique(maintain_order=True).to_list())


def derived_scenarios(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The scenarios whose runs were judged by checks that an import derived, in order."""
    return frame.filter(pl.col("scoring") == "derived").select("base_scenario_id").unique().sort("base_scenario_id")


def derived_notes(scenarios: Sequence[str]) -> Iterator[Problem]:
    """A note on `derived_scenarios`, if there are any."""
    if scenarios:
        which = f"{counted(len(scenarios), 'scenario')} {'is' if len(scenarios) == 1 else 'are'}"
        message = f"{which} judged by checks that an import derived, and nobody wrote: {listed(scenarios)}"
        yield note("derived_checks", message, hint="scoring: derived")
