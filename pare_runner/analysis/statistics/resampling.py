"""Resampling of scenarios: means of bootstrap samples, and quantiles of a distribution on few points."""

from __future__ import annotations

import numpy as np

from pare_runner.analysis.statistics.sample import Floats

RESAMPLES = 10_000
"""Hesterberg (2015), section 3.6: 10,000 hold the Monte Carlo error of a 95 % interval well below its own accuracy."""

_CELLS = 4_000_000


def bootstrap_means(values: Floats, *, resamples: int = RESAMPLES, seed: int = 0) -> Floats:
    """`resamples` means of as many values as there are, drawn with replacement; sorted by nothing, shape (resamples,).

    Equal values are drawn as one category: their numbers in a sample are multinomial, so the work is resamples ×
    different values and not × scenarios. The generator is PCG64 of `seed`; sums are taken in a fixed order.
    """
    points, counts = np.unique(values, return_counts=True)
    generator = np.random.Generator(np.random.PCG64(seed))
    shares = counts / values.size
    means = np.empty(resamples)
    step = max(1, _CELLS // points.size)
    for start in range(0, resamples, step):
        drawn = generator.multinomial(values.size, shares, size=min(step, resamples - start))
        total = np.zeros(drawn.shape[0])
        for column, point in enumerate(points.tolist()):
            total += drawn[:, column] * point
        means[start : start + step] = total / values.size
    return means


def mid_quantiles(draws: Floats, probabilities: tuple[float, ...]) -> tuple[float, ...]:
    """Quantiles of the mid-distribution function P(X < x) + P(X = x)/2, with straight lines between its points.

    Source: Ma, Genton and Parzen, *Annals of the Institute of Statistical Mathematics* 63 (2011), 227-243. The mean of
    a few runs lies on a coarse grid, where a usual quantile is too far out by half a step on average: with 20 scenarios
    and one run an interval between usual quantiles covered 96.6 % instead of 95 %.
    """
    spread = float(np.abs(draws).max(initial=0.0))
    digits = 12 - int(np.ceil(np.log10(spread))) if spread > 0.0 else 12
    points, counts = np.unique(np.round(draws, min(digits, 300)), return_counts=True)
    middle = (np.cumsum(counts) - counts / 2) / draws.size
    return tuple(float(x) for x in np.interp(probabilities, middle, points))
