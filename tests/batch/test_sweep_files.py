"""The files above the jobs of a sweep."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl

from pare_runner.batch.frames_io import SWEEP_SCHEMA
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.plan import PlannedJob
from pare_runner.batch.sweep_files import write_sweep
from tests.batch.situations import all_scenarios, oracle_config

SEEDS = (0, 1, 2)


def config(seed: int):  # type: ignore[no-untyped-def]
    return oracle_config(seed=seed, suite={"runs": 2}, log_to_file=False)


def plan() -> list[PlannedJob]:
    return [
        PlannedJob.of(f"seed={seed}", (f"seed={seed}",), config(seed), job_units(config(seed), load=all_scenarios))
        for seed in SEEDS
    ]


def test_results_of_all_jobs_finished_or_not(tmp_path: Path) -> None:
    for seed in (0, 1):
        run_job(config(seed), tmp_path / f"seed={seed}", load=all_scenarios)
    journal = tmp_path / "seed=1/results.jsonl"
    journal.write_bytes(journal.read_bytes()[:-5])
    (tmp_path / "seed=1/results.parquet").unlink()

    content = write_sweep(tmp_path, plan())

    assert orjson.loads((tmp_path / "sweep.json").read_bytes()) == content
    assert (content["planned"], content["runs"], content["complete"]) == (36, 23, False)
    assert (content["success"], content["exception"]) == (4, 8)
    assert [(job["started"], job["summary"]["runs"], job["unusable_lines"]) for job in content["jobs"]] == [
        *((True, 12, 0), (True, 11, 1), (False, 0, 0))
    ]
    frame = pl.read_parquet(tmp_path / "results.parquet")
    assert frame.schema == SWEEP_SCHEMA
    assert frame["job"].value_counts().sort("job").rows() == [("seed=0", 12), ("seed=1", 11)]
    assert all((tmp_path / path).exists() for path in frame["export_path"])
    assert write_sweep(tmp_path, plan()) == content, "it can be written again"
