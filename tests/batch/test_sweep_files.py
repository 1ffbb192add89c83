"""The files above the jobs of a sweep."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl
import pytest

from pare_runner.batch.frames_io import SWEEP_SCHEMA
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.plan import Plan, PlannedJob, read_plan
from pare_runner.batch.sweep_files import write_sweep
from pare_runner.errors import InputError
from tests.batch.situations import all_scenarios, oracle_config

SEEDS = (0, 1, 2)


def config(seed: int):  # type: ignore[no-untyped-def]
    return oracle_config(seed=seed, suite={"runs": 2}, log_to_file=False)


def plan() -> list[PlannedJob]:
    return [
        PlannedJob.of(f"seed={seed}", (f"seed={seed}",), config(seed), job_units(config(seed), load=all_scenarios))
        for seed in SEEDS
    ]


def test_the_plan_names_all_units_before_anything_runs(tmp_path: Path) -> None:
    Plan(tuple(plan()), True, ("pare_runner", "seed=0,1,2"), "/here").write(tmp_path / "sweep")

    content = orjson.loads((tmp_path / "sweep/plan.json").read_bytes())
    assert content["units"] == 36
    assert [job["folder"] for job in content["jobs"]] == ["seed=0", "seed=1", "seed=2"]
    assert content["jobs"][0]["units"] == {scenario.scenario_id: 2 for scenario in all_scenarios()}
    assert len({job["config_hash"] for job in content["jobs"]}) == 3
    read = read_plan(tmp_path / "sweep")
    assert (list(read.jobs), read.sweep, read.command_line) == (plan(), True, ("pare_runner", "seed=0,1,2"))


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


def test_a_plan_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"jobs": [{"folder": "a"}]}')

    with pytest.raises(InputError, match="is not a plan"):
        read_plan(tmp_path)
