"""Each configuration by itself: rates, what its agents did, and what that took."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from pare_runner.analysis.report.arms import Arms
from pare_runner.analysis.report.cells import Cells
from pare_runner.analysis.report.model import Configuration, Means
from pare_runner.analysis.schema import STATUSES
from pare_runner.analysis.statistics.exceptions import exceptions
from pare_runner.analysis.statistics.intervals import bootstrap_interval, interval
from pare_runner.analysis.statistics.passes import Passes, passes
from pare_runner.analysis.statistics.sample import Estimand, Sample
from pare_runner.analysis.statistics.variance import components

EACH = 5
"""Up to so many runs of a scenario, pass@k and pass^k are given for each k."""
NEARLY_ALL = 0.9
"""The share of its scenarios that must have k runs for pass@k to stand for a configuration."""

_ROUNDING = 1e-9


def configurations(arms: Arms, cells: Cells, *, estimand: Estimand, level: float) -> tuple[Configuration, ...]:
    """All configurations, in the order of `arms`."""
    most = max((int(sample.runs.max(initial=0)) for sample in cells.samples), default=0)
    usual = min((runs for runs in map(_usual_runs, cells.samples) if runs > 1), default=1)
    return tuple(
        _configuration(place, arms, cells, _ks(most, usual), estimand=estimand, level=level)
        for place in range(len(arms.values))
    )


def headline_k(found: Sequence[Configuration]) -> int:
    """The largest k that nearly all scenarios of every configuration have, of those that have several runs."""
    largest = []
    for item in found:
        judged = max((passed.scenarios for passed in item.passes), default=0)
        if any(passed.k > 1 and passed.scenarios for passed in item.passes):
            largest.append(max(passed.k for passed in item.passes if passed.scenarios >= NEARLY_ALL * judged))
    return min((k for k in largest if k > 1), default=1)


def _usual_runs(sample: Sample) -> int:
    """As many judged runs as nearly all scenarios with any have at least."""
    judged = np.sort(sample.runs[sample.runs > 0])
    return int(judged[math.floor((1.0 - NEARLY_ALL) * judged.size + _ROUNDING)]) if judged.size else 0


def _ks(most: int, usual: int) -> tuple[int, ...]:
    """The k of pass@k: each one, or 1, 2, 5, 10, … up to the number of runs, and the `usual` number of them."""
    if most <= EACH:
        return tuple(range(1, most + 1))
    steps = [step * 10**power for power in range(6) for step in (1, 2, 5)]
    return tuple(sorted({*(step for step in steps if step < most), usual, most}))


def _configuration(
    place: int, arms: Arms, cells: Cells, ks: tuple[int, ...], *, estimand: Estimand, level: float
) -> Configuration:
    table, sample = cells.of(place), cells.samples[place]
    total = {name: table[name].sum() for name in ("runs", *STATUSES, "proposals", "acceptances", "turns")}
    means = sample.means()
    return Configuration(
        id=f"c{place + 1}",
        label=arms.labels[place],
        series=arms.series[place],
        values={name: value for name, value in arms.values[place].items() if value is not None},
        scenarios=table.height,
        runs=int(total["runs"]),
        statuses={status: int(total[status]) for status in STATUSES},
        rate=interval(sample, estimand=estimand, level=level),
        bootstrap=bootstrap_interval(means, level=level) if estimand == "situations" else None,
        passes=_passes(sample, ks, level),
        exceptions=exceptions(sample) if sample.rate else None,
        variance=components(means),
        proposals=int(total["proposals"]),
        acceptances=int(total["acceptances"]),
        turns=int(total["turns"]),
        means=_means(table),
    )


def _passes(sample: Sample, ks: tuple[int, ...], level: float) -> tuple[Passes, ...]:
    return tuple(passes(sample, k, level=level) for k in ks) if sample.binary else ()


def _means(table: pl.DataFrame) -> Means:
    sums = {name: table[name].sum() for name in table.columns if table[name].dtype.is_numeric()}

    def mean(name: str) -> float | None:
        known = int(sums[f"{name}_known"])
        return float(sums[name]) / known if known else None

    prompt, completion = mean("prompt"), mean("completion")
    return Means(
        turns=mean("run_turns"),
        unseen_events=mean("unseen"),
        model_calls=mean("calls"),
        tokens=None if prompt is None or completion is None else prompt + completion,
        cost=mean("cost"),
        cost_unknown=int(sums["runs"]) - int(sums["exception"]) - int(sums["cost_known"]),
    )
