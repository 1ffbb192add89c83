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


@dataclass(frozen=True, eq=False)
class Sample:
    """The runs of one arm; each array has one entry a scenario, so two arms with the same scenarios can be paired.

    `runs` are the judged ones, `sums` and `squares` the sums of their values and of the squares, `exceptions` the runs
    that ended in one and are outside of every rate. `rate` says that all values lie in [0, 1], `binary` that they are
    0 or 1.
    """

    runs: Counts
    sums: Floats
    squares: Floats
    exceptions: Counts
    rate: bool
    binary: bool

    @classmethod
    def of_rows(
        cls,
        scenario: ArrayLike,
        value: ArrayLike,
        *,
        exception: ArrayLike | None = None,
        scenarios: int | None = None,
    ) -> Sample:
        """One entry a run: the index of its scenario, its value (NaN if it was not judged), and if it is an exception.

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
        )

    def minus(self, other: Sample) -> Means:
        """This arm's mean less the other's for every scenario that has judged runs in both."""
        if self.runs.shape != other.runs.shape:
            raise ValueError(f"the arms have {self.runs.size} and {other.runs.size} scenarios; pair them first")
        there = (self.runs > 0) & (other.runs > 0)
        mine, theirs = self.runs[there], other.runs[there]
        # over the common denominator, so that equal differences are equal numbers, and equal means differ by 0
        above = self.sums[there] * theirs - other.sums[there] * mine
        return Means(
            values=_quotient(above, mine * theirs),
            runs=np.stack([mine, theirs]),
            variances=np.stack([self._variances()[there], other._variances()[there]]),
            bounds=(-1.0, 1.0) if self.rate and other.rate else None,
            left_out=int((((self.runs > 0) | (other.runs > 0)) & ~there).sum()),
        )

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


@dataclass(frozen=True, eq=False)
class Means:
    """One number for each of S scenarios: a mean, or the difference of the means of two arms.

    `values` has shape (S,); `runs` and `variances` (sample variance of the runs, NaN below two) have shape (arms, S).
    `bounds` are the smallest and largest possible number, None if there are none. `left_out` counts the scenarios that
    have no number because an arm has no judged run of them.
    """

    values: Floats
    runs: Counts
    variances: Floats
    bounds: tuple[float, float] | None
    left_out: int

    @property
    def scenarios(self) -> int:
        return self.values.size

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
