"""`pare results`: rows as a table and as files, of finished and of killed experiments."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import pare_runner
from pare_runner.cli import results
from tests.cli.conftest import TWO, Pare
from tests.cli.sweeps import dying


@pytest.fixture
def sweep(pare: Pare, made: Path) -> str:
    """The sweep, below the working directory."""
    return str(shutil.copytree(made / "sweep", "sweep"))


@pytest.fixture
def alone(pare: Pare, made: Path) -> str:
    """The job of two runs, below the working directory."""
    return str(shutil.copytree(made / "alone", "alone"))


def test_a_table_has_what_tells_rows_apart(pare: Pare, sweep: str) -> None:
    said = pare("results", sweep)

    head, first, *_, empty, counts = said.out.splitlines()
    columns = ["SCENARIO", "ASSISTANT", "STATUS", "TURNS", "PROPOSALS", "ACCEPTED", "CALLS", "CHECKS", "WHY"]
    assert head.split() == columns
    assert first.split()[:3] == ["cab_late_for_review", "scripted", "success"]
    assert (empty, counts) == ("", "4 runs in 2 jobs: 2 success, 2 failed")
    assert (said.status, said.err) == (0, "")


def test_jobs_are_named_where_their_settings_are_the_same(pare: Pare, alone: str) -> None:
    shutil.copytree(alone, "again")
    path = Path("again/results.parquet")
    pl.read_parquet(path).with_columns(number_of_turns=9).write_parquet(path)  # not the same runs

    said = pare("results", ".", "--limit", "3")

    assert [line.split()[1] for line in said.out.splitlines()[:4]] == ["JOB", "again", "again", "alone"]
    assert said.out.endswith("4 runs in 2 jobs: 4 failed; 3 shown, see --limit\n")
    assert said.err.startswith("warning: 2 runs of one configuration and seed are there more than once, with unlike")


def test_what_was_written_with_every_column_is_read_again(pare: Pare, sweep: str) -> None:
    for ending in ("json", "csv", "parquet"):
        pare("results", sweep, "--out", f"a.{ending}")
        again = pare("results", f"a.{ending}", "--out", "b.json")
        assert (again.status, again.err) == (0, "")
        assert Path("b.json").read_bytes() == Path("a.json").read_bytes()


def test_files_without_every_column_are_named(pare: Pare, sweep: str) -> None:
    for name in ("a.csv", "a.json", "a.parquet"):
        pare("results", sweep, "--columns", "status", "--out", name)
        said = pare("results", name)
        assert said.status == 2
        assert said.err.startswith(f"pare: none of the results can be read\n{name}: has no column base_scenario_id")


@pytest.mark.parametrize(
    ("head", "column"), [("turns", "number_of_turns"), ("CALLS", "model_calls"), ("why", "rationale")]
)
def test_heads_of_the_table_lead_to_their_columns(pare: Pare, sweep: str, head: str, column: str) -> None:
    for words in (("--sort", f"-{head}"), ("--columns", head), ("--where", f"{head} > 1")):
        said = pare("results", sweep, *words)
        assert said.status == 2
        assert f"there is no column '{head}' (did you mean '{column}'?)" in said.err


def test_what_can_be_read_is_shown_beside_a_file_that_cannot(pare: Pare, sweep: str) -> None:
    Path("bad.parquet").write_bytes(b"rubbish")

    said = pare("results", sweep, "bad.parquet")

    assert said.status == 2
    assert said.out.endswith("4 runs in 2 jobs: 2 success, 2 failed\n")
    assert said.err.startswith("bad.parquet: warning: cannot be read")


def test_rows_and_columns_that_are_asked_for(pare: Pare, sweep: str) -> None:
    chosen = ["--columns", "status,base_scenario_id,tags", "--sort", "-base_scenario_id"]
    said = pare("results", sweep, "--where", "status = 'failed' AND NOT array_contains(tags, 'travel')", *chosen)

    assert said.out.splitlines() == [
        "STATUS  BASE_SCENARIO_ID         TAGS",
        "failed  dinner_headcount_change  calendar messaging",
        "",
        "1 run in 1 job: 1 failed",
    ]


def test_no_row(pare: Pare, alone: str) -> None:
    assert pare("results", alone, "--where", "status = 'success'").out == "0 runs\n"
    assert pare("results", alone, "--where", "status = 'success'", "--json").json == []


def test_checks(pare: Pare, sweep: str) -> None:
    said = pare("results", sweep, "--checks", "--where", "\"check:proposed\" AND array_contains(tags, 'messaging')")
    rows = pare("results", sweep, "--checks", "--json", "--columns", "check:proposed").json

    assert "PROPOSED" in said.out.splitlines()[0]
    assert "holds" in said.out.splitlines()[1]
    assert [row["check:proposed"] for row in rows] == [True, True, False, False]


def test_json_and_csv_have_every_column(pare: Pare, alone: str) -> None:
    frame = pare_runner.load_results(alone).collect()

    rows = pare("results", alone, "--json").json
    cells = list(csv.DictReader(io.StringIO(pare("results", alone, "--format", "csv").out)))

    assert rows == json.loads(frame.write_json())
    assert [list(row) for row in rows] == [frame.columns] * 2
    assert [list(row) for row in cells] == [frame.columns] * 2
    assert cells[1]["tags"] == "calendar messaging"
    assert cells[0]["exception_type"] == ""


@pytest.mark.parametrize("name", ["new/x.parquet", "x.csv", "x.json"])
def test_a_file(pare: Pare, alone: str, name: str) -> None:
    said = pare("results", alone, "--out", name, "--limit", "1")

    assert said.out == f"1 run in {name}\n"
    read = {"parquet": pl.read_parquet, "csv": pl.read_csv, "json": pl.read_json}[name.rpartition(".")[2]]
    assert read(name)["base_scenario_id"].to_list() == ["cab_late_for_review"]
    assert pare("results", alone, "--format", "json", "--out", "x.txt").status == 0


def test_a_written_frame_is_results_again(pare: Pare, sweep: str) -> None:
    assert pare("results", sweep, "--out", "kept.parquet").status == 0

    frame, kept = (pare_runner.load_results(path).collect() for path in (sweep, "kept.parquet"))

    assert kept.equals(frame)


def test_parquet_goes_into_a_pipe(alone: str) -> None:
    call = [sys.executable, "-m", "pare_runner.cli.app", "results", alone, "--format", "parquet"]
    piped = subprocess.run(call, capture_output=True, check=True).stdout

    assert pl.read_parquet(io.BytesIO(piped)).equals(pare_runner.load_results(alone).collect())


def test_parquet_goes_to_no_terminal(pare: Pare, alone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "is_terminal", lambda: True)

    said = pare("results", alone, "--format", "parquet")

    assert (said.status, said.out) == (2, "")
    assert "write it to a file: --out results.parquet" in said.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "cvs"], "there is no format 'cvs' (did you mean 'csv'?)"),
        (["--json", "--format", "csv"], "--json is not --format csv"),
        (["--out", "x.txt"], "x.txt does not say its format (end it in .csv"),
        (["--out", "table"], "table does not say its format"),
        (["--out", "x.csv", "--format", "table"], "a table is for reading"),
        (["--out", "alone/results.parquet"], "alone/results.parquet is a file of results: it is not written over"),
        (["--out", "alone/summary.json", "--json"], "is not written over"),
        (["--out", "alone/run.log/x.csv"], "cannot write alone/run.log"),
        (["--columns", "statsu"], "there is no column 'statsu' (did you mean 'status'?)"),
        (["--sort", "statsu"], "there is no column 'statsu'"),
        (["--where", "statsu = 'failed'"], "there is no column 'statsu' (did you mean 'status'?)"),
        (["--where", 'status = "failed"'], "text stands in single quotes"),
        (["nowhere"], "there is no nowhere"),
    ],
)
def test_what_cannot_be_done(pare: Pare, alone: str, arguments: list[str], says: str) -> None:
    before = {path: path.read_bytes() for path in Path(alone).rglob("*") if path.is_file()}

    said = pare("results", alone, *arguments)

    assert (said.status, said.out) == (2, "")
    assert says in said.err
    assert "Traceback" not in said.err
    assert {path: path.read_bytes() for path in Path(alone).rglob("*") if path.is_file()} == before
    assert not list(Path().glob("x.*"))


def test_a_sweep_that_was_killed(pare: Pare, tmp_path: Path) -> None:
    grid = [TWO, "model=scripted,passive", "output_dir=grid", "-m"]
    assert dying("after a line of the journal", 3, *grid, cwd=tmp_path) == -9

    said = pare("results", "grid", "--json", "--columns", "base_scenario_id,status")

    assert len(said.json) == 3
    assert said.err.startswith("warning: 1 of 2 jobs is not complete, 1 of 2 runs are there: grid/")


@pytest.mark.parametrize("arguments", [[], ["--json"]])
@pytest.mark.parametrize("journal", [True, False])
def test_a_frame_that_is_damaged_inside(pare: Pare, alone: str, arguments: list[str], journal: bool) -> None:
    if not journal:
        Path(alone, "results.jsonl").unlink()
    path = Path(alone) / "results.parquet"
    whole = path.read_bytes()
    end = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")  # where the footer begins, which stays as it is
    path.write_bytes(b"PAR1" + b"\x7f" * (end - 4) + whole[end:])

    said = pare("results", alone, *arguments)

    if journal:
        assert said.status == 0
        assert said.err.endswith("(results.jsonl is read instead)\n")
        assert "dinner_headcount_change" in said.out
    else:
        assert (said.status, said.out) == (2, "")
        assert said.err.startswith(f"pare: none of the results can be read\n{path}: cannot be read: ")
        assert len(said.err.splitlines()) == 2


def test_nothing_there(pare: Pare) -> None:
    said = pare("results", ".")

    assert said.status == 2
    assert said.err.startswith("pare: . holds no results (looked in it and below for plan.json")


def test_a_format_that_its_file_denies_is_refused(pare: Pare, alone: str) -> None:
    said = pare("results", alone, "--out", "z.csv", "--format", "json")
    assert (said.status, Path("z.csv").exists()) == (2, False)
    assert said.err == "pare: z.csv would hold json (end it in .json, or leave out --format)\n"
