"""What the statistics take: the runs of an arm summed by scenario, and one mean for each scenario.

A million rows become a few arrays as long as there are scenarios (`Sample.of_rows`); everything else works on those.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Estimand = Literal["situations", "benchmark"]

ESTIMANDS: dict[Estimand, str] = {"situations": "situations like these", "benchmark": "this benchmark"}
"""Estimand → how reports call it. *Situations like these*: the mean over all scenarios that these are a sample of.
*This benchmark*: the mean over exactly these scenarios, of infinitely many runs of each."""

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

SPARSE = 8
"""Up to so many places for each run, runs are put in order by their place instead of sorted."""


@dataclass(frozen=True, eq=False)
class Numbered:
    """Judged runs: the index of the scenario, the number of the run, and its value; no number twice in a scenario."""

    scenario: Counts
    run: Counts
    value: Floats

    @classmethod
    def of(cls, scenario: Counts, run: Counts, value: Floats) -> Numbered | None:
        """In the order of scenarios and numbers; None if a number occurs twice, so that runs cannot be told apart."""
        order = _order(scenario, run)
        scenario, run = scenario[order], run[order]
        if ((scenario[1:] == scenario[:-1]) & (run[1:] == run[:-1])).any():
            return None
        return cls(scenario, run, value[order])

    def less(self, other: Numbered) -> tuple[Counts, Floats]:
        """Scenario and difference of each run that both have."""
        lowest = min(self.run.min(initial=0), other.run.min(initial=0))
        width = max(self.run.max(initial=0), other.run.max(initial=0)) - lowest + 1
        mine, theirs = (item.scenario * width + item.run - lowest for item in (self, other))
        _, here, there = np.intersect1d(mine, theirs, assume_unique=True, return_indices=True)
        return self.scenario[here], self.value[here] - other.value[there]


@dataclass(frozen=True, eq=False)
class Sample:
    """The runs of one arm; each array has one entry a scenario, so two arms with the same scenarios can be paired.

    `runs` are the judged ones, `sums` and `squares` the sums of their values and of the squares, `exceptions` the runs
    that ended in one and are outside of every rate. `rate` says that all values lie in [0, 1], `binary` that they are
    0 or 1. `numbered` has the judged runs one by one, where they can be told apart by a number.
    """

    runs: Counts
    sums: Floats
    squares: Floats
    exceptions: Counts
    rate: bool
    binary: bool
    numbered: Numbered | None = None

    @classmethod
    def of_rows(
        cls,
        scenario: ArrayLike,
        value: ArrayLike,
        *,
        exception: ArrayLike | None = None,
        scenarios: int | None = None,
        run: ArrayLike | None = None,
    ) -> Sample:
        """One entry a run: the index of its scenario, its value (NaN if it was not judged), and if it is an exception.

        `run` are numbers under which runs of two arms belong together, since they had the same noise; without them (or
        if one occurs twice in a scenario) runs of two arms are taken to be independent.

        The value of an exception is not looked at. `scenarios` is the length of the arrays, by default up to the
        largest index. ValueError for indices below 0 or from `scenarios` on, infinite values, and unequal lengths.
        """
        index = np.asarray(scenario)
        values = np.asarray(value, dtype=np.float64)
        raised = np.zeros(values.shape, dtype=np.bool_) if exception is None else np.asarray(exception, dtype=np.bool_)
        if index.ndim != 1 or index.shape != values.shape or raised.shape != values.shape:
            raise ValueError(
                f"not one entry a run: {index.shape} scenarios, {values.shape} values, {raised.shape} marks"
            )
        if index.size and index.dtype.kind not in "iu":
            raise ValueError(f"the index of a scenario is a whole number, not {index.dtype}")
        index = index.astype(np.int64, copy=False)
        length = int(index.max(initial=-1)) + 1 if scenarios is None else scenarios
        if index.size and (index.min() < 0 or index.max() >= length):
            raise ValueError(f"scenario indices from {index.min()} to {index.max()}, expected 0 to {length - 1}")
        numbers = None if run is None else np.asarray(run)
        if numbers is not None and (numbers.shape != index.shape or (index.size and numbers.dtype.kind not in "iu")):
            raise ValueError(f"not one whole number a run: {numbers.shape} of {numbers.dtype}")
        judged = ~(np.isnan(values) | raised)
        kept, where = values[judged], index[judged]
        if not np.isfinite(kept).all():
            raise ValueError("an infinite value")
        return cls(
            runs=np.bincount(where, minlength=length).astype(np.int64),
            sums=np.bincount(where, weights=kept, minlength=length).astype(np.float64),
            squares=np.bincount(where, weights=kept * kept, minlength=length).astype(np.float64),
            exceptions=np.bincount(index[raised], minlength=length).astype(np.int64),
            rate=bool(((kept >= 0.0) & (kept <= 1.0)).all()),
            binary=bool(((kept == 0.0) | (kept == 1.0)).all()),
            numbered=None if numbers is None else Numbered.of(where, numbers[judged].astype(np.int64), kept),
        )

    @classmethod
    def of_matrix(cls, values: ArrayLike, *, exception: ArrayLike | None = None) -> Sample:
        """The same from a matrix: a row for each scenario, a column for each run, NaN where a run is missing."""
        matrix = np.asarray(values, dtype=np.float64)
        if matrix.ndim != 2:
            raise ValueError(f"a matrix has a row a scenario and a column a run, this has the shape {matrix.shape}")
        scenario = np.repeat(np.arange(matrix.shape[0]), matrix.shape[1])
        marks = None if exception is None else np.asarray(exception, dtype=np.bool_).ravel()
        return cls.of_rows(scenario, matrix.ravel(), exception=marks, scenarios=matrix.shape[0])

    @property
    def single(self) -> bool:
        """True if no scenario has more than one judged run."""
        return bool((self.runs <= 1).all())

    def means(self) -> Means:
        """The mean of every scenario with a judged run."""
        there = self.runs > 0
        return Means(
            values=_quotient(self.sums[there], self.runs[there]),
            runs=self.runs[there][np.newaxis],
            variances=self._variances()[there][np.newaxis],
            bounds=(0.0, 1.0) if self.rate else None,
            left_out=int((~there).sum()),
            thirds=self._thirds()[there][np.newaxis],
        )

    def minus(self, other: Sample) -> Means:
        """This arm's mean less the other's for every scenario that has judged runs in both.

        Runs are paired if every such scenario has a run of the same number in both arms; runs without a partner then
        still count in the means, not in the variances.
        """
        if self.runs.shape != other.runs.shape:
            raise ValueError(f"the arms have {self.runs.size} and {other.runs.size} scenarios; pair them first")
        there = (self.runs > 0) & (other.runs > 0)
        mine, theirs = self.runs[there], other.runs[there]
        # over the common denominator, so that equal differences are equal numbers, and equal means differ by 0
        above = self.sums[there] * theirs - other.sums[there] * mine
        found = self._paired(other, there)
        pairs, variances, thirds = (
            (
                None,
                np.stack([self._variances()[there], other._variances()[there]]),
                np.stack([self._thirds()[there], -other._thirds()[there]]),
            )
            if found is None
            else found
        )
        return Means(
            values=_quotient(above, mine * theirs),
            runs=np.stack([mine, theirs]),
            variances=variances,
            bounds=(-1.0, 1.0) if self.rate and other.rate else None,
            left_out=int((((self.runs > 0) | (other.runs > 0)) & ~there).sum()),
            thirds=thirds,
            pairs=pairs,
        )

    def _paired(self, other: Sample, there: NDArray[np.bool_]) -> tuple[Counts, Floats, Floats] | None:
        """Number, variance and third moment of the differences run by run; None if runs are not paired."""
        if self.numbered is None or other.numbered is None:
            return None
        scenario, value = self.numbered.less(other.numbered)
        counts = np.bincount(scenario, minlength=self.runs.size).astype(np.int64)
        if not there.any() or (counts[there] == 0).any():
            return None
        means = np.bincount(scenario, weights=value, minlength=counts.size) / np.maximum(counts, 1)
        far = value - means[scenario]
        far[np.abs(far) <= 1e-12 * (1.0 + np.abs(value))] = 0.0
        several = counts > 1
        moments: list[Floats] = []
        for power in (2, 3):
            moment = np.full(counts.size, np.nan)
            total = np.bincount(scenario, weights=far**power, minlength=counts.size)
            np.divide(total, counts - 1, out=moment, where=several)
            moments.append(moment[there][np.newaxis])
        return counts[there], moments[0], moments[1]

    def _variances(self) -> Floats:
        """The sample variance of the runs of each scenario (ddof 1), NaN below two runs."""
        runs = self.runs.astype(np.float64)
        several = runs > 1
        squares = np.maximum(self.squares * runs - self.sums**2, 0.0)
        # what rounding leaves of equal values is no variance
        squares[squares <= 1e-14 * self.squares * runs] = 0.0
        variances: Floats = np.full(runs.shape, np.nan)
        np.divide(squares, runs * (runs - 1.0), out=variances, where=several)
        return variances

    def _thirds(self) -> Floats:
        """Third central moments of the runs, s²(1 - 2 mean): that of runs which are 0 or 1, and beyond them the nearest
        to it that sums and squares can tell."""
        return self._variances() * (1.0 - 2.0 * self.sums / np.maximum(self.runs, 1))


@dataclass(frozen=True, eq=False)
class Means:
    """One number for each of S scenarios: a mean, or the difference of the means of two arms.

    `values` has shape (S,), `runs` shape (arms, S). `bounds` are the smallest and largest possible number, None if
    there are none. `left_out` counts the scenarios that have no number because an arm has no judged run of them.

    `pairs`, shape (S,), counts the runs that both arms have under one number, None where runs are not paired.
    `variances` (sample variance, NaN below two) and `thirds` (third central moment with the same divisor, None if it is
    not known) are of what `repeats` counts: the runs of each arm, or the differences of pairs; shape as `repeats`.
    """

    values: Floats
    runs: Counts
    variances: Floats
    bounds: tuple[float, float] | None
    left_out: int
    thirds: Floats | None = None
    pairs: Counts | None = None

    @property
    def scenarios(self) -> int:
        return self.values.size

    @property
    def repeats(self) -> Counts:
        """How many independent repetitions there are of each scenario, shape (parts, S): of each arm, or of pairs."""
        return self.runs if self.pairs is None else self.pairs[np.newaxis]

    @property
    def mean(self) -> float:
        """The mean over scenarios, each with the same weight however many runs it has; NaN without scenarios."""
        return math.fsum(self.values.tolist()) / self.values.size if self.values.size else math.nan

    @property
    def deviation(self) -> float:
        """The sample standard deviation over scenarios (ddof 1); NaN below two."""
        size = self.values.size
        if size < 2:
            return math.nan
        if self.constant:
            return 0.0
        mean = self.mean
        return math.sqrt(math.fsum(((self.values - mean) ** 2).tolist()) / (size - 1))

    @property
    def constant(self) -> bool:
        """True if all scenarios have the same number, but for rounding."""
        if not self.values.size:
            return True
        low, high = float(self.values.min()), float(self.values.max())
        return high - low <= 1e-12 * max(abs(low), abs(high))


def _quotient(above: NDArray[Any], below: Counts) -> Floats:
    return np.asarray(above / below, dtype=np.float64)


def _order(scenario: Counts, run: Counts) -> Counts:
    """The order by scenario and number; where no pair occurs twice and few are missing, without sorting."""
    lowest = run.min(initial=0)
    width = int(run.max(initial=0)) - int(lowest) + 1
    size = (int(scenario.max(initial=0)) + 1) * width
    if size <= SPARSE * run.size:
        row_at = np.full(size, -1, dtype=np.int64)
        row_at[scenario * width + (run - lowest)] = np.arange(run.size)
        found = row_at[row_at >= 0]
        if found.size == run.size:
            return found
    return np.lexsort((run, scenario))
