"""One frame of many jobs: its columns, where its values come from, and what it says about odd ones."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import orjson
import polars as pl
import pytest

import pare_runner
from pare_runner.analysis.discover import discover
from pare_runner.analysis.frame import load_results, read_results
from pare_runner.analysis.note import ResultsWarning
from pare_runner.analysis.schema import FRAME_SCHEMA, PARE_COLUMNS, ROW_COLUMNS
from pare_runner.errors import InputError
from tests.analysis.conftest import edit, unfinish


def codes(*paths: Path) -> list[str]:
    return [note.code for note in read_results(paths).notes()]


def change_frame(job: Path, *columns: pl.Expr, drop: str | None = None) -> None:
    path = job / "results.parquet"
    frame = pl.read_parquet(path).with_columns(*columns)
    (frame if drop is None else frame.drop(drop)).write_parquet(path)


def test_every_column_of_every_run(outputs: Path) -> None:
    frame = load_results(outputs)

    assert isinstance(frame, pl.LazyFrame)
    assert dict(frame.collect_schema()) == dict(FRAME_SCHEMA)
    assert frame.collect_schema().names() == list(FRAME_SCHEMA)
    rows = frame.collect()
    assert rows.schema == FRAME_SCHEMA
    assert len(rows) == 10
    assert codes(outputs) == []


def test_the_values_are_those_of_the_jobs(outputs: Path) -> None:
    rows = load_results(outputs / "alone").collect()
    written = pl.read_parquet(outputs / "alone" / "results.parquet")

    same = [name for name in ROW_COLUMNS if name != "export_path"]
    assert rows.select(same).equals(written.select(same))
    assert all(Path(path).is_file() for path in rows["export_path"])


def test_what_the_manifest_adds(outputs: Path) -> None:
    row = load_results(outputs / "sweep").collect().row(0, named=True)

    job = discover([outputs / "sweep"]).jobs[0]
    assert row["job"] == job.name
    assert row["overrides"] == list(job.overrides or ())
    assert (row["experiment_name"], row["suite"]) == ("trial", "full")
    assert (row["failure_pattern"], row["arrivals"], row["env_events_seed"]) == ("iid", "fixed_count", 0)
    assert row["apply_tool_name_augmentation"] is False
    assert row["behaviour_version"] == job.behaviour_version
    assert row["package_version"] == job.package_version
    assert {"cab", "work"} <= set(row["tags"])
    assert "StatefulCabApp" in row["apps"]


def test_without_noise_its_settings_are_null(outputs: Path) -> None:
    row = load_results(outputs / "alone").collect().row(0, named=True)

    assert (row["failure_pattern"], row["arrivals"], row["env_events_seed"], row["outage_seconds"]) == (None,) * 4
    assert row["apply_tool_name_augmentation"] is False


def test_checks_are_counted(outputs: Path) -> None:
    rows = load_results(outputs).select("checks", "checks_passed", "checks_total").collect()

    for text, passed, total in rows.iter_rows():
        verdicts = orjson.loads(text)
        assert (passed, total) == (sum(verdicts.values()), len(verdicts))


def test_only_what_is_asked_for_is_read(outputs: Path) -> None:
    plan = load_results(outputs / "alone").select("status").explain()

    assert f"PROJECT 1/{len(ROW_COLUMNS)} COLUMNS" in plan


def test_a_running_job(alone: Path) -> None:
    first, second = unfinish(alone)
    (alone / "results.jsonl").write_bytes(first + second[:40])

    with pytest.warns(ResultsWarning, match="the job is not complete, 1 of 2 runs are there"):
        rows = load_results(alone).collect()

    whole = orjson.loads(first)
    assert rows["run_id"].to_list() == [whole["run_id"]]
    assert rows["checks"].to_list() == [orjson.dumps(whole["checks"]).decode()]
    assert rows["job_duration"].to_list() == [None]
    assert rows.schema == FRAME_SCHEMA
    assert codes(alone) == ["incomplete"]


def test_the_last_line_of_a_run_counts(alone: Path) -> None:
    first, second = unfinish(alone)
    again = orjson.dumps({**orjson.loads(first), "status": "exception", "attempt": 2}) + b"\n"
    (alone / "results.jsonl").write_bytes(first + second + again)

    frame = load_results(alone).collect()

    assert frame.sort("attempt")["status"].to_list()[-1] == "exception"
    assert len(frame) == 2


@pytest.mark.parametrize(
    "line",
    [b"{", b"[]", b'"x"', b"\xff\xfe", b"{}", b'{"base_scenario_id":"a","run_number":"1","status":"failed"}', b""],
)
def test_damaged_lines_are_counted(alone: Path, line: bytes) -> None:
    first, second = unfinish(alone)
    (alone / "results.jsonl").write_bytes(first + line + b"\n" + second)

    results = read_results([alone])

    assert len(results.frame.collect()) == 2
    (note,) = results.notes()
    assert str(note) == f"{alone}/results.jsonl: warning: 1 damaged line passed over"


def test_a_value_of_the_wrong_type_damages_its_line_only(alone: Path) -> None:
    first, second = unfinish(alone)
    wrong = orjson.dumps({**orjson.loads(second), "number_of_turns": "many"}) + b"\n"
    huge = orjson.dumps({**orjson.loads(second), "run_number": 3, "seed": 2**64 - 1}) + b"\n"
    (alone / "results.jsonl").write_bytes(first + wrong + huge)

    results = read_results([alone])

    assert len(results.frame.collect()) == 1
    assert [note.code for note in results.loading] == ["damaged_lines", "incomplete"]
    assert "2 damaged lines" in results.loading[0].message


def test_a_damaged_frame_beside_a_journal(alone: Path) -> None:
    (alone / "results.parquet").write_bytes(b"PAR1 nonsense PAR1")

    results = read_results([alone])

    assert len(results.frame.collect()) == 2
    (note,) = results.loading
    assert (note.code, note.hint) == ("damaged_file", "results.jsonl is read instead")


def test_what_cannot_be_read_is_left_out(own: Path) -> None:
    (own / "alone" / "results.parquet").write_bytes(b"")
    (own / "alone" / "results.jsonl").unlink()

    assert len(read_results([own]).frame.collect()) == 8
    assert codes(own) == ["damaged_file"]
    with pytest.raises(InputError, match=r"none of the results can be read\n.*/alone/results.parquet: "):
        load_results(own / "alone")


def test_a_frame_that_is_no_results(tmp_path: Path) -> None:
    pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "x.parquet")

    with pytest.raises(InputError, match="it is no frame of results"):
        load_results(tmp_path / "x.parquet")


def test_jobs_that_were_not_begun(own: Path) -> None:
    for job in discover([own / "sweep"]).jobs:
        assert job.folder is not None
        for name in ("results.jsonl", "results.parquet"):
            (job.folder / name).unlink()
    (own / "sweep" / "results.parquet").unlink()

    results = read_results([own / "sweep"])

    assert results.frame.collect().is_empty()
    assert "2 of 2 jobs are not complete, 0 of 8 runs are there" in str(results.notes()[0])


def test_the_frame_of_a_sweep_without_its_jobs(own: Path) -> None:
    for job in discover([own / "sweep"]).jobs:
        assert job.folder is not None
        shutil.rmtree(job.folder)

    with pytest.warns(ResultsWarning, match=r"there is no manifest\.json"):
        frame = load_results(own / "sweep").collect()

    assert frame["job"].n_unique() == 2
    assert all(name.startswith(f"{own}/sweep/") for name in (*frame["job"], *frame["export_path"]))
    assert frame["experiment_name"].null_count() == len(frame) == 8


def test_other_versions_have_other_columns(own: Path) -> None:
    change_frame(own / "alone", pl.lit("x").alias("mood"), pl.col("run_number").cast(pl.Int32), drop="unseen_events")

    frame = load_results_quietly(own)

    assert frame.columns == [*FRAME_SCHEMA, "mood"]
    assert frame["mood"].null_count() == 8
    assert frame["unseen_events"].null_count() == 2
    assert frame.schema["run_number"] == pl.Int64
    assert codes(own) == ["missing_columns", "extra_columns"]


def test_one_column_of_two_types_is_text(own: Path) -> None:
    change_frame(own / "alone", pl.lit(1).alias("mood"))
    swept = discover([own / "sweep"]).jobs[0].folder
    assert swept is not None
    change_frame(swept, pl.lit("good").alias("mood"))

    assert set(load_results_quietly(own)["mood"].drop_nulls()) == {"1", "good"}


def load_results_quietly(path: Path) -> pl.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResultsWarning)
        return load_results(path).collect()


def test_mixed_protocols(own: Path) -> None:
    change_frame(own / "alone", pl.lit("pare_2026").alias("protocol"))

    (note,) = read_results([own]).notes()

    assert note.message == "several protocols are mixed: pare_2026 v1, standard v1"


def test_one_id_for_several_scenarios(own: Path) -> None:
    change_frame(own / "alone", pl.lit("other").alias("world_hash"), pl.lit("other").alias("scoring_hash"))

    world, scoring = read_results([own]).notes()

    assert (world.code, scoring.code) == ("other_scenarios", "other_checks")
    assert "2 scenario ids stand for several contents" in world.message
    assert world.message.endswith(": cab_late_for_review, dinner_headcount_change")
    assert "were judged by several versions of their checks: cab_late" in scoring.message


def test_one_scenario_has_its_checks(own: Path) -> None:
    other = pl.when(pl.col("base_scenario_id") == "cab_late_for_review").then(pl.lit("other"))
    change_frame(own / "alone", other.otherwise(pl.col("scoring_hash")).alias("scoring_hash"))

    (note,) = read_results([own]).notes()

    assert note.message == "1 scenario id was judged by several versions of its checks: cab_late_for_review"


def test_exceptions(own: Path) -> None:
    change_frame(own / "alone", pl.lit("exception").alias("status"))

    (note,) = read_results([own]).notes()

    assert note.message == "2 of 10 runs ended in an exception, and have no verdict"


def test_several_versions_and_the_same_runs_twice(own: Path) -> None:
    shutil.copytree(own / "alone", own / "again")
    edit(own / "again" / "manifest.json", lambda content: content.update(behaviour_version=99, packages={}))
    edit(own / "alone" / "manifest.json", lambda content: content.update(packages={"pare-runner": "9.9"}))

    assert codes(own) == ["mixed_versions", "mixed_behaviour", "repeated_runs"]


def test_tags_that_changed(own: Path) -> None:
    def change(content: dict[str, object]) -> None:
        content["scenarios"]["dinner_headcount_change"]["tags"] = ["old"]  # type: ignore[index]

    edit(own / "alone" / "manifest.json", change)

    (note,) = read_results([own]).notes()
    rows = load_results_quietly(own).filter(base_scenario_id="dinner_headcount_change")

    assert note.message == "the tags of 1 scenario have changed, the last are shown: dinner_headcount_change"
    assert rows["tags"].n_unique() == 1
    assert rows["tags"][0].to_list() == ["calendar", "messaging"]


def test_rows_of_pare(tmp_path: Path) -> None:
    row = {
        "base_scenario_id": "s", "run_number": None, "success_numeric": 1, "success_bool": True, "status": "success",
        "export_path": "traces/s.json", "observe_model": "gpt-5", "tool_failure_probability": 0.1, "mood": {"a": 1},
    }  # fmt: skip
    (tmp_path / "x_result.json").write_bytes(orjson.dumps([row, "no row", {"status": "failed"}]))

    with pytest.warns(ResultsWarning, match="2 damaged lines passed over"):
        frame = load_results(tmp_path).collect()

    (found,) = frame.to_dicts()
    assert frame.schema["success_numeric"] == PARE_COLUMNS["success_numeric"]
    assert (found["run_number"], found["success_numeric"], found["mood"]) == (None, 1.0, '{"a":1}')
    assert (found["export_path"], found["job"]) == ("traces/s.json", f"{tmp_path}/x_result.json")
    assert (found["config_hash"], found["experiment_name"], found["checks_total"]) == (None, None, None)


def test_rows_of_pare_beside_ours(own: Path) -> None:
    (own / "pare_result.json").write_bytes(orjson.dumps([{"base_scenario_id": "s", "status": "failed"}]))

    assert len(load_results_quietly(own)) == 11


@pytest.mark.parametrize("text", ["{}", "[", "", "3"])
def test_no_rows_of_pare(tmp_path: Path, text: str) -> None:
    (tmp_path / "x_result.json").write_text(text)

    with pytest.raises(InputError, match=r"none of the results can be read\n.*/x_result.json: is no"):
        load_results(tmp_path)


def test_a_file_of_which_no_row_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "x_result.json").write_text('[1, {"status": "failed", "base_scenario_id": 3}]')

    with pytest.raises(InputError, match=r"x_result.json: holds no row of results"):
        load_results(tmp_path)


def test_a_column_of_another_type_costs_its_file(outputs: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.parquet"
    load_results(outputs / "alone").collect().with_columns(run_number=pl.lit("first")).write_parquet(bad)

    results = read_results([outputs / "sweep", bad])

    (note,) = results.notes()
    assert (note.code, note.where, results.unread) == ("damaged_file", str(bad), (str(bad),))
    assert results.frame.select(pl.len()).collect().item() == 8


def test_several_paths_and_the_public_name(outputs: Path) -> None:
    frame = pare_runner.load_results(outputs / "alone", str(outputs / "sweep"))

    assert frame.select(pl.len()).collect().item() == 10


def test_a_manifest_with_values_of_other_types(alone: Path) -> None:
    edit(alone / "manifest.json", lambda content: content.update(config={"experiment_name": 3, "seed": "x"}))
    edit(alone / "manifest.json", lambda content: content.update(behaviour_version=2**63))

    rows = load_results(alone).collect()

    assert rows["experiment_name"].to_list() == [None, None]
    assert rows["behaviour_version"].to_list() == [None, None]


def test_one_scenario_is_spoken_of_as_one(own: Path) -> None:
    first = pl.col("base_scenario_id") == "cab_late_for_review"
    change_frame(own / "alone", pl.when(first).then(pl.lit("other")).otherwise("world_hash").alias("world_hash"))

    (note,) = read_results([own]).notes()

    assert note.message == "1 scenario id stands for several contents of a scenario: cab_late_for_review"


def test_rows_of_no_scenario_are_passed_over(outputs: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    frame = load_results(outputs / "sweep").collect()
    named = pl.when(pl.col("run_number") == 1).then("base_scenario_id").alias("base_scenario_id")
    frame.with_columns(named).write_parquet(path)

    results = read_results([path])

    assert [str(note) for note in results.notes()] == [
        f"{path}: warning: 4 rows without a base_scenario_id passed over"
    ]
    assert results.frame.collect()["run_number"].to_list() == [1, 1, 1, 1]

    frame.with_columns(pl.lit(None, dtype=pl.String()).alias("base_scenario_id")).write_parquet(path)
    with pytest.raises(InputError, match="holds no row of results: none names its base_scenario_id"):
        read_results([path])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "is no CSV"),
        (b"base_scenario_id,status,run_number\ns,failed,x\n", "has values of the wrong type"),
        (b"base_scenario_id,status,success_bool\ns,failed,maybe\n", "has values of the wrong type"),
        (b"base_scenario_id,mood\ns,failed\n", "has no column status: it is no frame of results"),
    ],
)
def test_no_rows_in_csv(tmp_path: Path, text: bytes, says: str) -> None:
    (tmp_path / "a.csv").write_bytes(text)

    with pytest.raises(InputError, match=f"a.csv: {says}"):
        read_results([tmp_path / "a.csv"])
