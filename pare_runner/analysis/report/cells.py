"""The rows of a frame summed by configuration and scenario: what nearly every part of a report is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pare_runner.analysis.reading import collected
from pare_runner.analysis.report.arms import RESULTS, Arms
from pare_runner.analysis.schema import STATUSES
from pare_runner.analysis.statistics.sample import Counts, Numbered, Sample

TOTALS = {"proposals": "proposal_count", "acceptances": "acceptance_count", "turns": "number_of_turns"}
"""Name of a sum over all runs → column of the rows."""
PER_RUN = {
    "run_turns": "number_of_turns",
    "unseen": "unseen_events",
    "calls": "model_calls",
    "prompt": "prompt_tokens",
    "completion": "completion_tokens",
    "cost": "cost_usd",
}
"""Name of a sum over the runs that an exception did not cut short → column of the rows."""


@dataclass(frozen=True, eq=False)
class Cells:
    """One row for each configuration and scenario that has runs, in `table`, with `arm` and `scenario` as numbers.

    `scenarios` are the ids in order. For each of `TOTALS` and `PER_RUN` there is a sum, and for those `PER_RUN`
    in `<name>_known` the rows it is of.
    """

    scenarios: tuple[str, ...]
    table: pl.DataFrame
    samples: tuple[Sample, ...]

    def of(self, arm: int) -> pl.DataFrame:
        """The cells of a configuration."""
        return self.table.filter(pl.col("arm") == arm)


def summed(frame: pl.LazyFrame, arms: Arms) -> Cells:
    """The cells of `frame`; one pass over the columns that are needed."""
    success, status = pl.col("success_numeric"), pl.col("status")
    judged = success.is_not_null() & (status != "exception")
    value = pl.when(judged).then(success)
    ended = (status != "exception").fill_null(True)
    sums = [pl.col(source).sum().alias(name) for name, source in TOTALS.items()]
    for name, source in PER_RUN.items():
        kept = pl.col(source).filter(ended)
        sums += [kept.sum().alias(name), kept.count().alias(f"{name}_known")]
    grouped = frame.group_by(*arms.keys, "base_scenario_id").agg(
        pl.len().alias("runs"),
        *((status == name).sum().alias(name) for name in STATUSES),
        judged.sum().alias("judged"),
        value.sum().alias("sum"),
        pl.col("run_number").filter(judged).alias("numbers"),
        success.filter(judged).alias("values"),
        (value * value).sum().alias("square"),
        ((value >= 0.0) & (value <= 1.0)).all().alias("rate"),
        ((value == 0.0) | (value == 1.0)).all().alias("binary"),
        *sums,
        pl.col("tags").drop_nulls().first(),
        pl.col("apps").drop_nulls().first(),
    )
    table = collected(grouped, RESULTS)
    scenarios = table["base_scenario_id"].unique().sort()
    places = arms.places
    keys = table.select(arms.keys).rows() if arms.keys else [()] * table.height
    table = table.with_columns(
        pl.Series("arm", [places[key] for key in keys], dtype=pl.Int64),
        pl.Series("scenario", scenarios.search_sorted(table["base_scenario_id"]), dtype=pl.Int64),
    ).sort("arm", "scenario")
    samples = tuple(_sample(table.filter(pl.col("arm") == arm), len(scenarios)) for arm in range(len(arms.values)))
    return Cells(tuple(scenarios), table.drop("numbers", "values"), samples)


def _sample(cells: pl.DataFrame, scenarios: int) -> Sample:
    where = cells["scenario"].to_numpy()

    def spread(name: str, kind: type[np.int64] | type[np.float64]) -> np.ndarray:
        whole = np.zeros(scenarios, dtype=kind)
        whole[where] = cells[name].to_numpy()
        return whole

    return Sample(
        runs=spread("judged", np.int64),
        sums=spread("sum", np.float64),
        squares=spread("square", np.float64),
        exceptions=spread("exception", np.int64),
        rate=bool(cells["rate"].all()),
        binary=bool(cells["binary"].all()),
        numbered=_numbered(cells, where),
    )


def _numbered(cells: pl.DataFrame, where: Counts) -> Numbered | None:
    """The judged runs under their numbers; None if one has none."""
    judged = cells.filter(pl.col("judged") > 0)
    numbers, values = judged["numbers"].explode(), judged["values"].explode()
    if numbers.has_nulls():
        return None
    scenario = np.repeat(where, cells["judged"].to_numpy())
    return Numbered.of(scenario, numbers.to_numpy().astype(np.int64), values.to_numpy().astype(np.float64))
