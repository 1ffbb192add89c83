"""What it costs to compare a million rows of results with another million."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.harness import benchmark, cpu_seconds
from benchmarks.results import ROWS, SCENARIOS, results
from pare_runner.analysis.diff.compare import diff

SHARE = 0.1
"""Of the verdicts that are others on the second side."""


@benchmark("diff of 1,000,000 rows a side, without traces", target="≤ 2", unit="CPU s")
def diff_rows() -> float:
    before, after = results(), changed()

    def work() -> None:
        found = diff(before, after)
        assert (found.matching.pairs, found.matching.scenarios) == (ROWS, SCENARIOS)
        assert len(found.moved) > SCENARIOS / 2
        assert found.text()

    return cpu_seconds(work)


@functools.cache
def changed() -> Path:
    """The rows of `results` with the verdicts of some runs turned, written once; removed with the process."""
    kept = tempfile.TemporaryDirectory(prefix="pare-bench-")
    _KEPT.append(kept)
    frame = pl.read_parquet(results() / "results.parquet")
    turned = pl.Series(np.random.default_rng(1).random(len(frame)) < SHARE) & (frame["status"] == "success")
    others = [
        pl.when(turned).then(pl.lit(0.0)).otherwise(pl.col("success_numeric")).alias("success_numeric"),
        pl.when(turned).then(pl.lit("failed")).otherwise(pl.col("status")).alias("status"),
    ]
    frame.with_columns(others).write_parquet(Path(kept.name) / "results.parquet")
    return Path(kept.name)


_KEPT: list[tempfile.TemporaryDirectory[str]] = []
