"""Success by app and by tag, and scenario by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl

from pare_runner.analysis.report.cells import Cells
from pare_runner.analysis.report.model import Heat, HeatRow, Part
from pare_runner.analysis.statistics.intervals import interval
from pare_runner.analysis.statistics.sample import Counts, Estimand, Sample

MOST_CELLS = 10_000
"""Cells of a heat map; beyond that the scenarios in which configurations differ most are shown."""


def parts(cells: Cells, kind: Literal["apps", "tags"], *, estimand: Estimand, level: float) -> tuple[Part, ...]:
    """The rate of each configuration over the scenarios with each app or tag; the largest parts first."""
    known = cells.table.select("scenario", kind).drop_nulls().unique("scenario", maintain_order=True)
    members = known.explode(kind).drop_nulls().unique().sort("scenario").group_by(kind, maintain_order=True)
    found = [(str(name), group["scenario"].to_numpy()) for (name,), group in members]
    found.sort(key=lambda item: (-item[1].size, item[0]))
    return tuple(
        Part(
            name,
            where.size,
            tuple(interval(_only(sample, where), estimand=estimand, level=level) for sample in cells.samples),
        )
        for name, where in found
    )


def _only(sample: Sample, where: Counts) -> Sample:
    return replace(
        sample,
        runs=sample.runs[where],
        sums=sample.sums[where],
        squares=sample.squares[where],
        exceptions=sample.exceptions[where],
        numbered=None,
    )


def heat(cells: Cells) -> Heat:
    """The success rate of each scenario in each configuration, the hardest scenarios first."""
    if not cells.samples:
        return Heat(())
    runs = np.stack([sample.runs for sample in cells.samples])
    sums = np.stack([sample.sums for sample in cells.samples])
    rates = np.divide(sums, runs, out=np.full(sums.shape, np.nan), where=runs > 0)
    judged = np.isfinite(rates)
    mean = np.where(judged, rates, 0.0).sum(axis=0) / np.maximum(judged.sum(axis=0), 1)
    spread = np.where(judged, rates, -np.inf).max(axis=0) - np.where(judged, rates, np.inf).min(axis=0)
    table = pl.DataFrame({"place": np.arange(len(mean)), "mean": mean, "spread": spread})
    most = max(1, MOST_CELLS // len(cells.samples))
    chosen = table.sort("spread", "place", descending=[True, False]).head(most).sort("mean", "place")["place"]
    rows = tuple(_heat_row(cells.scenarios[place], rates[:, place], runs[:, place]) for place in chosen)
    return Heat(rows, len(cells.scenarios) - len(rows))


def _heat_row(scenario: str, rates: np.ndarray, runs: Counts) -> HeatRow:
    values: Sequence[float] = rates.tolist()
    return HeatRow(scenario, tuple(None if value != value else value for value in values), tuple(runs.tolist()))
