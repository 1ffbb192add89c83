"""When assistants propose, and what success takes."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pare_runner.analysis.reading import collected
from pare_runner.analysis.report.arms import RESULTS, Arms
from pare_runner.analysis.report.model import QUANTILES, Configuration, Spending, Timing


def timing(frame: pl.LazyFrame, arms: Arms, found: Sequence[Configuration]) -> tuple[Timing, ...]:
    """The time of the first proposal in each configuration; empty if no run made one."""
    first = pl.col("first_proposal_seconds")
    columns = [first.count().alias("proposing"), *(first.quantile(q, "linear").alias(str(q)) for q in QUANTILES)]
    if arms.keys:
        table = collected(frame.group_by(*arms.keys).agg(*columns), RESULTS)
        rows = {arms.places[row[: len(arms.keys)]]: row[len(arms.keys) :] for row in table.rows()}
    else:
        rows = {0: collected(frame.select(columns), RESULTS).row(0)}
    items = []
    for place, item in enumerate(found):
        proposing, *quantiles = rows[place]
        mean = item.proposals / item.runs if item.runs else None
        items.append(Timing(item.label, item.runs, proposing, _five(quantiles) if proposing else None, mean))
    return tuple(items) if any(item.proposing for item in items) else ()


def spending(found: Sequence[Configuration]) -> Spending:
    """What a run took: dollars where any were spent, else tokens, else model calls."""
    cost = tuple(item.means.cost for item in found)
    tokens = tuple(item.means.tokens for item in found)
    if any(cost):
        return Spending("usd", "US dollars a run", cost)
    if any(tokens):
        return Spending("tokens", "tokens a run", tokens)
    return Spending("calls", "model calls a run", tuple(item.means.model_calls for item in found))


def _five(values: Sequence[float]) -> tuple[float, float, float, float, float]:
    one, two, three, four, five = values
    return one, two, three, four, five
