"""Rows of finished units as frames."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from pare_runner.batch.frame import PARE_RESULT_SCHEMA
from pare_runner.batch.frames_io import (
    JOB_COLUMN,
    SWEEP_SCHEMA,
    UNIT_SCHEMA,
    concat_jobs,
    job_frame,
    unit_frame,
    unit_row,
    write_parquet,
)
from pare_runner.batch.journal import Journal
from pare_runner.batch.results import config_columns
from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import InputError
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.batch.situations import FailingScenario, NotesScenario, oracle_config

CONFIG = oracle_config()
SHIPPED = Path(__file__).parents[2] / "scenarios"
SHARED = config_columns(CONFIG)


def rows() -> list[dict[str, object]]:
    found = []
    for scenario in (NotesScenario(), FailingScenario()):
        for number in (2, 1):
            run_id = f"{scenario.scenario_id}_{number}"
            found.append(unit_row(run_id, run_oracle(scenario, run_number=number), CONFIG, SHARED))
    return found


def test_the_documented_columns_come_first() -> None:
    frame = unit_frame(rows(), job_duration=2.5)

    assert frame.schema == UNIT_SCHEMA
    assert frame.columns[: len(PARE_RESULT_SCHEMA)] == list(PARE_RESULT_SCHEMA)
    assert frame["run_id"].to_list() == ["failing_1", "failing_2", "notes_1", "notes_2"]
    assert frame["checks"].to_list() == ['{"noted":false}'] * 2 + ['{"noted":true}'] * 2
    assert frame["failed_events"].to_list() == ['["reads"]'] * 2 + ["[]"] * 2
    assert frame["job_duration"].unique().to_list() == [2.5]
    assert frame["world_hash"].null_count() == 4


def test_hashes_of_a_scenario_that_has_some() -> None:
    scenario = NotesScenario()
    scenario.world_hash, scenario.scoring_hash = "w", "s"  # type: ignore[attr-defined]

    row = unit_row("notes", run_oracle(scenario), CONFIG, SHARED, 2)

    assert (row["world_hash"], row["scoring_hash"], row["attempt"]) == ("w", "s", None)


@pytest.mark.parametrize("kind", ["derived", "authored"])
def test_where_the_checks_of_a_scenario_come_from(kind: str) -> None:
    text = (SHIPPED / "dinner_headcount_change.yaml").read_text()
    scenario = compile_scenario(f"{text}\nscoring: {kind}\n", "x.yaml")

    row = unit_row("x", run_oracle(scenario), CONFIG, SHARED)

    assert row["scoring"] == kind
    assert [row["scoring"] for row in rows()] == ["authored"] * 4, "checks in Python are written by somebody"


def test_runs_with_agents_say_which_attempt_it_was() -> None:
    config = oracle_config(oracle=False)

    row = unit_row("notes", run_oracle(NotesScenario()), config, config_columns(config), 2)

    assert unit_frame([row])["attempt"].to_list() == [2]


def test_text_that_is_no_unicode_is_escaped() -> None:
    outcome = run_oracle(FailingScenario())
    outcome.result.rationale = "half \ud83d"

    row = unit_row("failing", outcome, CONFIG, SHARED)

    assert unit_frame([row])["rationale"].to_list() == ["half \\ud83d"]


def test_a_job_that_is_not_complete_is_read_from_its_journal(tmp_path: Path) -> None:
    expected = unit_frame(rows())
    with Journal(tmp_path) as journal:
        for row in rows():
            journal.append(row)

    assert job_frame(tmp_path).drop("run_duration").equals(expected.drop("run_duration"))
    write_parquet(tmp_path / "results.parquet", expected.head(1))
    assert job_frame(tmp_path).height == 1


def test_frames_of_jobs_go_below_each_other_whatever_columns_they_have() -> None:
    frame = unit_frame([{**row, "export_path": "traces/hf/a.json"} for row in rows()[:1]])
    older = frame.drop("oracle", "scoring_hash").with_columns(
        pl.lit("x").alias("new"), pl.col("run_number").cast(pl.Int32)
    )

    whole = concat_jobs([("a", frame), ("b", older)])

    assert list(whole.columns) == [*SWEEP_SCHEMA, "new"]
    assert {name: whole.schema[name] for name in SWEEP_SCHEMA} == dict(SWEEP_SCHEMA)
    assert whole[JOB_COLUMN].to_list() == ["a", "b"]
    assert whole["export_path"].to_list() == ["a/traces/hf/a.json", "b/traces/hf/a.json"]
    assert whole["oracle"].to_list() == [True, None]
    assert concat_jobs([]).schema == SWEEP_SCHEMA


def test_rows_that_are_no_results() -> None:
    with pytest.raises(InputError, match="rows that are no results"):
        unit_frame([{**rows()[0], "proposal_count": "many"}])
