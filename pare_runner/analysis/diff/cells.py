"""The runs of two results, laid side by side: arrays with one entry for each scenario, cell and run number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pare_runner.analysis.diff.keys import CELL, RUN, SCENARIO, Keys
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.statistics.sample import Sample
from pare_runner.analysis.verdicts import verdict
from pare_runner.errors import InputError

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

SIZE = 50_000_000
"""Places for runs at most; results with more run numbers, scenarios and cells than that are no experiment."""

METRICS = (
    "proposal_count",
    "acceptance_count",
    "number_of_turns",
    "read_only_actions",
    "write_actions",
    "model_calls",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "latency_mean",
    "first_proposal_seconds",
)
"""What is compared besides success."""

BEHAVIOUR = (
    "status",
    "termination_reason",
    "proposal_count",
    "acceptance_count",
    "read_only_actions",
    "write_actions",
    "number_of_turns",
    "first_proposal_seconds",
    "model_calls",
    "completion_tokens",
    "unseen_events",
    "noise_failures",
)
"""Columns that differ if a run went another way, if not every time that one does."""

OUTCOME = ("success_numeric", "status")


@dataclass(frozen=True, eq=False)
class Runs:
    """The runs of one side: `frame` has what was read of each, `place` where it belongs in the arrays of `Cells`.

    `judged` and `exception` are marks of each run, `value` is its success (NaN if there is none).
    """

    frame: pl.DataFrame
    place: Ints
    scenario: Ints
    value: Floats
    judged: Flags
    exception: Flags


@dataclass(frozen=True, eq=False)
class Cells:
    """Both sides in places: place = (cell · scenarios + scenario) · runs + run.

    `present` and `judged` count the runs of each side at each place, `successes` sums their success; the shape of each
    is (cells, scenarios, runs). A place is `matched` if both sides have a run there.
    """

    keys: Keys
    scenarios: tuple[str, ...]
    run_numbers: tuple[int | None, ...]
    a: Runs
    b: Runs
    present: tuple[Ints, Ints]
    judged: tuple[Ints, Ints]
    successes: tuple[Floats, Floats]

    @cached_property
    def matched(self) -> Flags:
        return (self.present[0] > 0) & (self.present[1] > 0)

    @cached_property
    def both_judged(self) -> Flags:
        """Places whose rates can be compared: both sides have a verdict there."""
        return (self.judged[0] > 0) & (self.judged[1] > 0)

    def sample(self, side: int, *, judged: bool = True) -> Sample:
        """The runs of a side at matched places; with `judged` only where both sides have a verdict, and then numbered
        where runs of the same number belong together."""
        runs = (self.a, self.b)[side]
        kept = (self.both_judged if judged else self.matched).ravel()[runs.place]
        return Sample.of_rows(
            runs.scenario[kept],
            runs.value[kept],
            exception=runs.exception[kept],
            scenarios=len(self.scenarios),
            run=self._numbers(runs.place[kept]) if judged and self.keys.runs else None,
        )

    def _numbers(self, places: Ints) -> Ints:
        """A number for the run and the cell of each place, whatever the scenario."""
        scenarios, runs = len(self.scenarios), len(self.run_numbers)
        return places // (scenarios * runs) * runs + places % runs

    @cached_property
    def rows(self) -> tuple[Ints, Ints]:
        """For each side the row of the first run at each place, places in a line; -1 where there is none."""
        return self._rows(self.a), self._rows(self.b)

    def _rows(self, runs: Runs) -> Ints:
        found = np.full(self.present[0].size, -1, dtype=np.int64)
        found[runs.place[::-1]] = np.arange(len(runs.place) - 1, -1, -1)
        return found

    def cell_of(self, place: int) -> tuple[tuple[Any, ...], str, int | None]:
        """Values of the keys, scenario and run number of a place."""
        cell, scenario, run = np.unravel_index(place, self.present[0].shape)
        return self.keys.cells[int(cell)], self.scenarios[int(scenario)], self.run_numbers[int(run)]


def lay_out(a: Side, b: Side, keys: Keys) -> Cells:
    """Read a few columns of both sides and lay them side by side; InputError if there are far too many places."""
    frames = [side.read(_columns(side, table)) for side, table in zip((a, b), keys.tables, strict=True)]
    names = pl.concat([frame[SCENARIO].unique() for frame in frames]).unique().sort().to_list()
    numbers: list[int | None] = [None]
    if keys.runs:
        numbers = pl.concat([frame[RUN].unique() for frame in frames]).unique().sort().to_list()
    shape = (len(keys.cells), len(names), len(numbers))
    if math.prod(shape) > SIZE:
        said = f"{shape[0]} cells of {shape[1]} scenarios with {shape[2]} run numbers"
        raise InputError(f"{said} are too many to compare", hint="match fewer keys: --ignore KEY")
    one, two = (_runs(frame, names, numbers if keys.runs else None, shape) for frame in frames)
    counted = [_counted(runs, shape) for runs in (one, two)]
    present, judged, successes = zip(*counted, strict=True)
    return Cells(keys, tuple(names), tuple(numbers), one, two, present, judged, successes)


def _columns(side: Side, table: pl.DataFrame) -> pl.LazyFrame:
    """What is read of each run of a side, with its cell; runs stand in the order of the side's frame."""
    on = [name for name in table.columns if name != CELL]
    wanted = dict.fromkeys((SCENARIO, RUN, *OUTCOME, *BEHAVIOUR, *METRICS, *on))
    frame = side.frame.select(*wanted).with_columns(verdict())
    if not on:
        return frame.with_columns(pl.lit(0, dtype=pl.Int64).alias(CELL))
    return frame.join(table.lazy(), on=on, how="left", nulls_equal=True, maintain_order="left")


def _runs(frame: pl.DataFrame, names: list[str], numbers: list[int | None] | None, shape: tuple[int, ...]) -> Runs:
    scenario = frame[SCENARIO].cast(pl.Enum(names)).to_physical().cast(pl.Int64).to_numpy()
    place = frame[CELL].to_numpy() * shape[1] + scenario
    if numbers is not None:
        run = frame[RUN].replace_strict(numbers, list(range(len(numbers))), return_dtype=pl.Int64).to_numpy()
        place = place * shape[2] + run
    value = frame["success_numeric"].to_numpy().astype(np.float64)
    exception = (frame["status"] == "exception").fill_null(False).to_numpy()
    return Runs(frame, place, scenario, value, ~np.isnan(value) & ~exception, exception)


def _counted(runs: Runs, shape: tuple[int, ...]) -> tuple[Ints, Ints, Floats]:
    """At each place: runs, judged runs, and the sum of their success."""
    size, judged = math.prod(shape), runs.place[runs.judged]
    present = np.bincount(runs.place, minlength=size).reshape(shape)
    counts = np.bincount(judged, minlength=size).reshape(shape)
    sums = np.bincount(judged, weights=runs.value[runs.judged], minlength=size).reshape(shape)
    return present.astype(np.int64), counts.astype(np.int64), sums.astype(np.float64)
