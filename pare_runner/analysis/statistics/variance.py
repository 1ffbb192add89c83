"""Variance between scenarios against variance between the runs of one."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pare_runner.analysis.statistics.sample import Means


@dataclass(frozen=True)
class Components:
    """Variances of one run (or of the difference of one run in each arm): `between` scenarios and `within` them.

    None where the data cannot tell: `between` needs two scenarios, both need a scenario with two runs (in each arm).
    `of_means` is the variance of the scenario means as they are, known from two scenarios on. `parts` is how many
    variances `within` is the sum of: 2 for two arms whose runs are independent, 1 for one arm and for paired runs.
    """

    between: float | None
    within: float | None
    of_means: float | None
    scenarios: int
    note: str = ""
    parts: int = 2

    @property
    def share_between(self) -> float | None:
        """The intraclass correlation between/(between + within); None if nothing varies."""
        if self.between is None or self.within is None or self.between + self.within == 0.0:
            return None
        return self.between / (self.between + self.within)


def components(means: Means) -> Components:
    """`within` = pooled variance of runs, Σ(n - 1)s² / Σ(n - 1), summed over arms, or of the differences run by run
    where they are paired; `between` = variance of the scenario means less what runs add to it, Σ over arms of pooled ×
    mean(1/n), but not below 0.

    The unweighted-means estimator of the one-way random model (Searle, Casella and McCulloch, *Variance Components*,
    1992, chapter 3), for equal runs the same as that of the analysis of variance.
    """
    of_means = means.deviation**2 if means.scenarios >= 2 else None
    within, added, parts = 0.0, 0.0, means.repeats.shape[0]
    for runs, variances in zip(means.repeats, means.variances, strict=True):
        several = ~np.isnan(variances)
        if not several.any():
            return Components(None, None, of_means, means.scenarios, "needs at least two runs of a scenario", parts)
        weight = runs[several] - 1.0
        pooled = math.fsum((weight * variances[several]).tolist()) / float(weight.sum())
        within += pooled
        added += pooled * math.fsum((1.0 / runs).tolist()) / means.scenarios
    if of_means is None:
        return Components(None, within, None, means.scenarios, "one scenario says nothing about others", parts)
    note = "runs explain all that differs between scenarios" if of_means < added else ""
    return Components(max(0.0, of_means - added), within, of_means, means.scenarios, note, parts)
