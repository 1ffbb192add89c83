"""Runs that stand in results more than once."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import polars as pl
import pytest

from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.frame import load_results, read_results
from pare_runner.analysis.report.document import report
from pare_runner.errors import InputError


def test_copies_of_jobs_count_once(own: Path) -> None:
    once = load_results(own).collect()
    shutil.copytree(own, own / "copy")

    results = read_results([own])

    (note,) = results.notes()
    assert (note.code, results.repeated) == ("repeated_runs", 10)
    assert note.message.startswith("10 runs that are there already count once: ")
    assert (
        results.frame.collect()
        .drop("job", "export_path")
        .sort("run_id", "run_number")
        .equals(once.drop("job", "export_path").sort("run_id", "run_number"))
    )
    assert report(own).report.metadata.runs == 10
    assert report(own).report.metadata.planned == 10
    assert diff(own / "sweep", own).matching.runs == (8, 10)


def test_a_frame_that_has_its_rows_twice(outputs: Path, tmp_path: Path) -> None:
    path = tmp_path / "twice.parquet"
    frame = load_results(outputs / "sweep").collect()
    pl.concat([frame, frame]).write_parquet(path)

    results = read_results([path])

    assert results.repeated == 8
    assert results.frame.collect().equals(frame.select(results.frame.collect_schema().names()))


def test_times_and_places_tell_no_runs_apart(own: Path) -> None:
    shutil.copytree(own / "alone", own / "again")
    path = own / "again" / "results.parquet"
    pl.read_parquet(path).with_columns(run_duration=99.0, latency_mean=1.0).write_parquet(path)

    assert read_results([own]).repeated == 2


def test_what_a_run_is_called_and_cost_tells_no_runs_apart(own: Path) -> None:
    """The same run stands in a job of one run of each scenario, and in one of several, where its name has a number."""
    shutil.copytree(own / "alone", own / "again")
    path = own / "again" / "results.parquet"
    named = pl.read_parquet(path).with_columns(run_id=pl.lit("x_run_1_") + pl.col("run_id"), attempt=2, cost_usd=9.0)
    named.with_columns(model_retries=3, export_path=pl.lit("traces/x.json")).write_parquet(path)

    results = read_results([own])

    assert (results.repeated, [note.code for note in results.notes()]) == (2, ["repeated_runs"])
    assert report(own).report.metadata.runs == 10


def test_files_of_earlier_versions_are_copies_all_the_same(own: Path) -> None:
    shutil.copytree(own / "alone", own / "again")
    path = own / "again" / "results.parquet"
    pl.read_parquet(path).drop("scoring", "usage_by_role", strict=False).write_parquet(path)

    assert read_results([own]).repeated == 2


def test_unlike_results_of_one_run_are_shown_and_not_counted(own: Path) -> None:
    shutil.copytree(own / "alone", own / "again")
    path = own / "again" / "results.parquet"
    pl.read_parquet(path).with_columns(status=pl.lit("success"), success_numeric=1.0).write_parquet(path)

    results = read_results([own])

    assert [note.code for note in results.notes()] == ["unlike_summary", "differing_runs"]
    assert results.repeated == 0
    assert len(results.frame.collect()) == 12
    expected = r"2 runs of one configuration and seed are there more than once.*cab_late_for_review run 1, in .*again"
    with pytest.raises(InputError, match=expected):
        report(own)
    with pytest.raises(InputError, match=f"B: {expected}"):
        diff(own / "sweep", own)


def test_other_worlds_and_seeds_are_other_runs(own: Path) -> None:
    for name, column in (("seeded", "seed"), ("edited", "world_hash")):
        shutil.copytree(own / "alone", own / name)
        path = own / name / "results.parquet"
        frame = pl.read_parquet(path)
        frame.with_columns(pl.lit("x" if column == "world_hash" else 7).alias(column)).write_parquet(path)

    assert read_results([own]).repeated == 0
    assert len(read_results([own]).frame.collect()) == 14


def test_rows_that_name_no_configuration_must_be_the_same_to_the_last_digit(tmp_path: Path) -> None:
    row = {"base_scenario_id": "s", "run_number": None, "status": "failed", "run_duration": 1.25}
    rows = [row, row, {**row, "run_duration": 1.5}, {**row, "export_path": "elsewhere.json"}]
    (tmp_path / "a_result.json").write_bytes(orjson.dumps(rows))

    assert read_results([tmp_path]).repeated == 1

    unmeasured = {**row, "run_duration": None}
    (tmp_path / "a_result.json").write_bytes(orjson.dumps([unmeasured, unmeasured]))
    assert read_results([tmp_path]).repeated == 0
