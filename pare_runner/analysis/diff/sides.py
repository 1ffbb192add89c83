"""The two results that are compared, and whether they may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from pare_runner.analysis.discover import Given, Job, each_path
from pare_runner.analysis.frame import Results, read_results
from pare_runner.analysis.note import note
from pare_runner.analysis.reading import collected
from pare_runner.analysis.scripted import failed_scripts, script_notes
from pare_runner.analysis.verdicts import odd_notes, odd_verdicts
from pare_runner.errors import InputError, Problem

PROTOCOL = ("protocol", "protocol_version")


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two results. `label` is `A` or `B`, `name` what was given."""

    label: str
    name: str
    results: Results

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.results.jobs

    @property
    def frame(self) -> pl.LazyFrame:
        return self.results.frame

    def read(self, frame: pl.LazyFrame) -> pl.DataFrame:
        """A frame made of this side's, now; InputError that names the side if its files are damaged."""
        return collected(frame, f"the results of {self.label}, {self.name},")

    def notes(self) -> tuple[Problem, ...]:
        """What was odd about the files of this side, verdicts that are unknown or contradicted, and failed scripted
        events; each note names the side."""
        odd, failed = (self.read(kind(self.frame)) for kind in (odd_verdicts, failed_scripts))
        found = (*self.results.loading, *odd_notes(odd), *script_notes(failed))
        return tuple(replace(item, message=f"{self.label}: {item.message}") for item in found)


def read_side(label: str, given: Given) -> Side:
    """The results at `given`; InputError if there are none, or several unlike results of one run."""
    paths = each_path(given)
    results = read_results(paths)
    for problem in results.loading:
        if problem.code == "differing_runs":
            raise InputError(f"{label}: {problem.message}", hint=problem.hint)
    return Side(label, ", ".join(map(str, paths)), results)


def check_protocols(sides: Sequence[Side], *, mix: bool) -> tuple[Problem, ...]:
    """InputError if the sides hold runs of more than one protocol or version of one; with `mix` a warning instead."""
    found = [side.read(side.frame.select(PROTOCOL).unique().sort(PROTOCOL)) for side in sides]
    names = [[_named(*row) for row in frame.iter_rows()] for frame in found]
    if len({name for some in names for name in some}) <= 1:
        return ()
    said = "; ".join(
        f"{side.label} has {', '.join(some) or 'no runs'}" for side, some in zip(sides, names, strict=True)
    )
    message = f"the runs are of several protocols, and their numbers do not mean the same: {said}"
    if not mix:
        raise InputError(message, hint="--mix compares them all the same")
    return (note("mixed_protocols", message),)


def _named(protocol: str | None, version: int | None) -> str:
    if protocol is None:
        return "none (rows that name no protocol)"
    return protocol if version is None else f"{protocol} v{version}"
