"""pass@k and pass^k, unbiased: at least one of k runs succeeds, and all k do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pare_runner.analysis.statistics.intervals import LEVEL, Interval, mean_interval
from pare_runner.analysis.statistics.sample import Floats, Means, Sample


@dataclass(frozen=True)
class Passes:
    """Both rates at one k, for *situations like these*; estimates are None where no scenario has k judged runs.

    `left_out` counts the scenarios with fewer than k judged runs, which have no unbiased estimate.
    """

    k: int
    pass_at_k: Interval
    pass_hat_k: Interval
    scenarios: int
    left_out: int


def passes(sample: Sample, k: int, *, level: float = LEVEL) -> Passes:
    """Means over scenarios of the unbiased estimates from c successes in n judged runs, with intervals.

    pass@k = 1 - C(n - c, k)/C(n, k) (Chen et al., arXiv:2107.03374, 2021, eq. 1);
    pass^k = C(c, k)/C(n, k) (Yao et al., arXiv:2406.12045, 2024).
    Not the documented `pass_at_k` and `pass_k` (module `documented`), which count scenarios over all their runs.
    ValueError for k below 1, and for values that are not 0 or 1.
    """
    if k < 1:
        raise ValueError(f"k is at least 1, not {k}")
    if not sample.binary:
        raise ValueError("pass@k and pass^k are for runs that succeed or fail")
    enough = sample.runs >= k
    runs, wins = sample.runs[enough].astype(np.float64), sample.sums[enough]
    left_out = int((~enough).sum())

    def over_scenarios(values: Floats) -> Interval:
        unknown = np.full((1, values.size), np.nan)
        return mean_interval(Means(values, sample.runs[enough][np.newaxis], unknown, (0.0, 1.0), left_out), level=level)

    at_k, hat_k = over_scenarios(1.0 - _share(runs - wins, runs, k)), over_scenarios(_share(wins, runs, k))
    return Passes(k, at_k, hat_k, runs.size, left_out)


def _share(chosen: Floats, runs: Floats, k: int) -> Floats:
    """C(chosen, k)/C(runs, k) as a product of k factors, which overflows nowhere."""
    share = np.ones_like(runs)
    for step in range(k):
        share *= np.maximum(chosen - step, 0.0) / (runs - step)
    return share
