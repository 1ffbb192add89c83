"""What it costs to answer a question from a million rows of results."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.harness import benchmark, cpu_seconds
from pare_runner.analysis.frame import read_results
from pare_runner.analysis.schema import ROW_COLUMNS

ROWS = 1_000_000
SCENARIOS = 150
CONFIGS = 12
CONFIG_KEY = ("user_model", "proactive_model", "tool_failure_probability", "num_env_events_per_minute")


@benchmark("load and aggregate 1,000,000 rows of results", target="≤ 1", unit="CPU s")
def load_and_aggregate() -> float:
    folder = results()

    def work() -> None:
        rates = (
            read_results([folder])
            .frame.group_by(CONFIG_KEY)
            .agg(pl.col("success_numeric").mean(), pl.col("cost_usd").sum(), pl.col("checks_passed").sum(), pl.len())
            .collect()
        )
        assert (rates.height, rates["len"].sum()) == (CONFIGS, ROWS)

    return cpu_seconds(work)


@benchmark("say what is odd about 1,000,000 rows of results", target="≤ 1", unit="CPU s")
def notes() -> float:
    folder = results()

    def work() -> None:
        codes = [note.code for note in read_results([folder]).notes()]
        assert codes == ["no_manifest", "exceptions"]

    return cpu_seconds(work)


@functools.cache
def results() -> Path:
    """A folder with the frame of 150 scenarios in 12 configurations, written once; removed with the process."""
    kept = tempfile.TemporaryDirectory(prefix="pare-bench-")
    _KEPT.append(kept)
    folder = Path(kept.name)
    frame().write_parquet(folder / "results.parquet")
    return folder


_KEPT: list[tempfile.TemporaryDirectory[str]] = []


def frame() -> pl.DataFrame:
    """Rows with all columns of a job; every run has its own numbers and names, verdicts are drawn."""
    draws = np.random.default_rng(0)
    index = np.arange(ROWS)
    scenario, config, run = index % SCENARIOS, index // SCENARIOS % CONFIGS, index // (SCENARIOS * CONFIGS) + 1
    status = draws.choice(["success", "failed", "exception"], ROWS, p=[0.5, 0.45, 0.05])
    verdicts = [
        f'{{"proposed":{a},"called calendar.edit_event":{b}}}' for a in ("true", "false") for b in ("true", "false")
    ]
    made = pl.DataFrame(
        {
            "base_scenario_id": np.char.add("scenario_", scenario.astype(str)),
            "run_number": run,
            "success_numeric": (status == "success").astype(float),
            "status": status,
            "run_duration": draws.random(ROWS) * 60,
            "user_model": ["gpt-5-mini"] * ROWS,
            "observe_model": np.char.add("model-", (config % 3).astype(str)),
            "proactive_model": np.char.add("observe-execute_model-", (config % 3).astype(str)),
            "tool_failure_probability": np.array([0.0, 0.1, 0.2, 0.4])[config // 3],
            "num_env_events_per_minute": np.zeros(ROWS, dtype=np.int64),
            "protocol": ["standard"] * ROWS,
            "protocol_version": np.ones(ROWS, dtype=np.int64),
            "cost_usd": draws.random(ROWS),
            "latency_mean": draws.random(ROWS),
            "proposal_count": draws.integers(0, 5, ROWS),
            "number_of_turns": draws.integers(1, 20, ROWS),
            "run_id": np.char.add("run_", index.astype(str)),
            "checks": np.array(verdicts)[draws.integers(0, len(verdicts), ROWS)],
            "world_hash": np.char.add("hash_", scenario.astype(str)),
            "scoring_hash": np.char.add("hash_", scenario.astype(str)),
        }
    )
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in ROW_COLUMNS.items() if name not in made.columns]
    return made.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in ROW_COLUMNS.items())
