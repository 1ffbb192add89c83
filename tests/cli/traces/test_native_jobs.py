"""Jobs with native traces: verified, killed, gone on with, judged anew, cached; the files are the same."""

from __future__ import annotations

import importlib
import itertools
import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pare_runner.batch.invocation import run_job
from pare_runner.batch.job import Job
from pare_runner.cli.hydra_entry import main
from pare_runner.parquet import read_frame
from pare_runner.traces.native import parts, store
from pare_runner.traces.native.packing import pack, unpack
from pare_runner.traces.native.parts import read_part
from pare_runner.traces.native.reader import NativeReader
from pare_runner.traces.native.rows import Row
from tests.batch.cache.jobs import edit, run, verified
from tests.cli.conftest import SHIPPED, Pare
from tests.cli.sweeps import KILL, MOMENTS, SCENARIOS, disturbed, finished
from tests.faults.jobs import job_config
from tests.faults.picnic import observing, playing, write_picnics
from tests.llm.fault_server import FaultServer, server_error
from tests.traces.worlds import World

CHOSEN = "scenarios=[" + ",".join(str(SHIPPED / f"{name}.yaml") for name in SCENARIOS[:2]) + "]"
RUNS = 4
WORDS = (CHOSEN, "suite.runs=2", "model=random", "export=native", "cache=bypass")
JOINED = {f"{table}/part-00000.parquet" for table in ("runs", "turns", "calls", "events", "messages")}


def tables(job: Path) -> dict[str, bytes]:
    folder = job / "traces/native"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job to which nothing happened."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("native"))
        assert main([*WORDS, "output_dir=job"]) == 0
        return Path("job").absolute()


@pytest.fixture
def job(original: Path, tmp_path: Path) -> Path:
    """One to change something in."""
    return Path(shutil.copytree(original, tmp_path / "job"))


def test_what_a_job_leaves(pare: Pare, job: Path) -> None:
    assert set(tables(job)) == JOINED
    results = pl.read_parquet(job / "results.parquet")
    assert set(results["export_path"]) == {"traces/native"}
    reader = NativeReader(job / "traces/native")
    assert reader.run_ids == sorted(results["run_id"])
    for row in results.iter_rows(named=True):
        trace = reader.run(row["run_id"])
        assert (trace.verdict.status, trace.run_number) == (row["status"], row["run_number"])
    said = pare("verify", "job")
    assert (said.status, said.err) == (0, "")
    assert f"verified {RUNS} runs" in said.out


def one_row_less(path: Path) -> None:
    pl.read_parquet(path).head(-1).write_parquet(path)


def one_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("part", sorted(JOINED))
@pytest.mark.parametrize("change", [one_row_less, one_byte])
def test_a_changed_table_is_found(pare: Pare, job: Path, part: str, change: Callable[[Path], None]) -> None:
    change(job / "traces/native" / part)
    said = pare("verify", "job")
    assert said.status == 1
    assert f"traces/native/{part} is not what its runs come to" in said.err


def test_a_table_that_is_gone_and_files_that_are_too_many(pare: Pare, job: Path) -> None:
    part = job / "traces/native/calls/part-00000.parquet"
    shutil.move(part, job / "away")
    said = pare("verify", "job")
    assert (said.status, "calls" in said.err, "is gone" in said.err) == (1, True, True)
    shutil.move(job / "away", part)
    for name in ("part-00001.parquet", "part-somebody_run_1_12345678.parquet"):
        shutil.copy(part, part.with_name(name))
        said = pare("verify", "job")
        assert said.status == 1
        assert f"calls/{name} belongs to no run" in said.err
        part.with_name(name).unlink()


@pytest.fixture(scope="module")
def broken_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Moment → the folder of a job as a kill at its third such moment would have left it."""
    top = tmp_path_factory.mktemp("killed")

    def keeping(name: str, real: Callable[..., Any], late: bool) -> Callable[..., Any]:
        count = itertools.count(1)

        def act(*args: Any, **options: Any) -> Any:
            third = next(count) == 3
            if third and not late:
                shutil.copytree("job", name)
            result = real(*args, **options)
            if third and late:
                shutil.copytree("job", name)
            return result

        return act

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(top)
        for name, (module, owner, method, late) in MOMENTS.items():
            place = getattr(importlib.import_module(module), owner)
            patch.setattr(place, method, keeping(name, getattr(place, method), late))
        assert main([*WORDS, "output_dir=job"]) == 0
    return top


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_job_that_was_killed_ends_with_the_same_tables(
    pare: Pare, tmp_path: Path, original: Path, broken_off: Path, moment: str
) -> None:
    shutil.copytree(broken_off / moment, tmp_path / "job")
    assert not (tmp_path / "job/results.parquet").exists()
    assert not JOINED & set(tables(tmp_path / "job"))
    assert pare("verify", "job").status in (0, 2)  # 2: nothing has finished
    assert pare("resume", "job").status == 0
    assert tables(tmp_path / "job") == tables(original)
    assert pare("verify", "job").status == 0


STEPS = (1, 4, 7, 13, 25)
STOPPING = f"""import pathlib, itertools, shutil; count = itertools.count(1)
        def step(real):
            def act(*args, **options):
                number = next(count)
                if number in {STEPS}: shutil.copytree("job", f"step{{number}}")
                if number == {STEPS[-1]}: {KILL}
                return real(*args, **options)
            return act
        os.replace, pathlib.Path.unlink = step(os.replace), step(pathlib.Path.unlink)"""
"""Keeps what a kill would leave at each of the steps, and is killed at the last one."""


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folders of a job as it stood at some steps of joining its traces."""
    top = tmp_path_factory.mktemp("joining")
    joining = ("pare_runner.batch.job", "Job", "_join_traces", False)
    assert disturbed(joining, 1, *WORDS, "output_dir=job", cwd=top, how=STOPPING).returncode == -signal.SIGKILL
    return top


@pytest.mark.parametrize("after", STEPS)
def test_one_that_was_killed_while_it_joined(
    pare: Pare, tmp_path: Path, original: Path, stopped: Path, after: int
) -> None:
    shutil.copytree(stopped / ("job" if after == STEPS[-1] else f"step{after}"), tmp_path / "job")
    assert len(NativeReader(tmp_path / "job/traces/native").run_ids) == RUNS
    assert pare("verify", "job").status == 0
    assert pare("resume", "job").status == 0
    assert tables(tmp_path / "job") == tables(original)
    assert finished(tmp_path / "job") == finished(original)


def test_a_job_that_grows(pare: Pare, experiment: Pare, job: Path, tmp_path: Path) -> None:
    more = tuple(word.replace("suite.runs=2", "suite.runs=3") for word in WORDS)
    assert experiment(*more, "resume=job").status == 0
    assert experiment(*more, "output_dir=fresh").status == 0
    assert set(tables(job)) == JOINED
    assert tables(job) == tables(tmp_path / "fresh")
    assert pare("verify", "job").status == 0


@pytest.mark.parametrize("executor", ["sequential", "process"])
def test_every_executor_leaves_the_same_bytes(
    experiment: Pare, pare: Pare, tmp_path: Path, original: Path, executor: str
) -> None:
    assert experiment(*WORDS, f"executor={executor}", "max_concurrent_scenarios=2", "output_dir=job").status == 0
    assert tables(tmp_path / "job") == tables(original)


def test_runs_from_the_cache_leave_the_same_tables(
    experiment: Pare, pare: Pare, tmp_path: Path, original: Path
) -> None:
    words = [word for word in WORDS if word != "cache=bypass"]
    assert experiment(*words, "output_dir=first").status == 0
    assert experiment(*words, "output_dir=again").status == 0
    assert {row["source"] for row in finished(tmp_path / "again").values()} == {"cache"}
    assert tables(tmp_path / "again") == tables(tmp_path / "first") == tables(original)
    assert pare("verify", "again").status == 0


def test_runs_that_are_judged_anew(pare: Pare, tmp_path: Path) -> None:
    scenarios = write_picnics(tmp_path / "scenarios", ("salad", "bread"))
    with FaultServer(playing()).in_thread() as server:
        config = job_config(server, scenarios, trace_dump_format="native")
        run_job(config, tmp_path / "job", command_line=())
        edit(scenarios, "bread", "contains: bread", "contains: cake")
        assert "1 run changed" in pare("rescore", "job").out
        run_job(config, tmp_path / "fresh", command_line=())
    assert set(tables(tmp_path / "job")) == JOINED
    assert tables(tmp_path / "job") == tables(tmp_path / "fresh")
    assert verified(tmp_path / "job") == 2


def test_exceptions_that_are_made_again(pare: Pare, tmp_path: Path) -> None:
    scenarios = write_picnics(tmp_path / "scenarios", ("salad", "bread"))
    failing, left = observing(server_error()), [2]

    def once(body: dict[str, object], reply: object) -> object:
        left[0] -= 1
        return failing(body, reply) if left[0] >= 0 else reply  # type: ignore[arg-type]

    with FaultServer(playing({"bread": once})).in_thread() as server:  # type: ignore[dict-item]
        config = job_config(server, scenarios, trace_dump_format="native", engine={"max_retries": 1})
        run(config, tmp_path / "job")
        statuses = pl.read_parquet(tmp_path / "job/traces/native/runs/*.parquet")["status"].to_list()
        assert sorted(statuses) == ["exception", "success"]
        assert set(tables(tmp_path / "job")) == JOINED
        assert verified(tmp_path / "job") == 2, "what the exception left counts as it is"
        run(config, tmp_path / "job", resume=True)
    statuses = pl.read_parquet(tmp_path / "job/traces/native/runs/*.parquet")["status"].to_list()
    assert statuses == ["success", "success"]
    assert set(tables(tmp_path / "job")) == JOINED
    assert verified(tmp_path / "job") == 2


def test_a_table_that_is_damaged_before_it_is_joined(
    experiment: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    join = Job._join_traces

    def damaged(job: Job) -> Any:
        next(Path("job/traces/native/turns").glob("part-*")).write_bytes(b"PAR1")
        return join(job)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Job, "_join_traces", damaged)
    assert experiment(*WORDS, "output_dir=job").status == 0
    assert "the traces are left as they are: cannot read" in (tmp_path / "job/run.log").read_text()
    assert (tmp_path / "job/results.parquet").exists()
    assert len(list((tmp_path / "job/traces/native/runs").iterdir())) == RUNS


def with_cell(path: Path, column: str, value: object) -> None:
    """Something else in the first cell of a column."""
    frame = pl.read_parquet(path)
    first = pl.int_range(pl.len()) == 0
    frame.with_columns(pl.when(first).then(pl.lit(value)).otherwise(pl.col(column)).alias(column)).write_parquet(path)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        *(("runs", "details", "{"), ("runs", "status", "fine"), ("calls", "told", "5")),
        *(("events", "event_type", "PARTY"), ("events", "args", "[1]"), ("events", "return_value", "nothing")),
    ],
)
def test_a_cell_that_cannot_be_used_is_named(pare: Pare, job: Path, table: str, column: str, value: str) -> None:
    with_cell(job / f"traces/native/{table}/part-00000.parquet", column, value)
    first = NativeReader(job / "traces/native").run_ids[0]
    problem = f"run {first} cannot be restored: column '{column}' of the table {table}, row 0"
    for command in ("stats", "decision-points"):
        said = pare("traces", command, "job", "--json")
        assert said.status == 2
        assert [found["message"].partition(": ")[2] for found in said.json["problems"]] == [problem]


def test_a_text_that_cannot_be_read_is_named(pare: Pare, job: Path) -> None:
    with_cell(job / "traces/native/runs/part-00000.parquet", "rationale", "\ufdd0x")
    said = pare("traces", "stats", "job")
    assert said.status == 2
    assert "runs/part-00000.parquet: column 'rationale' of run " in said.err


@pytest.mark.parametrize("table", ["runs", "calls", "messages"])
def test_a_damaged_table_is_told_once_in_the_same_words(pare: Pare, job: Path, table: str) -> None:
    (job / f"traces/native/{table}/part-00000.parquet").write_bytes(b"x")
    said = [
        pare("traces", *words)
        for words in (("stats", "job"), ("decision-points", "job"), ("convert", "job", "--to", "hf"))
    ]
    assert {one.status for one in said} == {2}
    assert {one.err.splitlines()[0] for one in said} == {said[0].err.strip()}
    assert f"cannot read job/traces/native/{table}/part-00000.parquet" in said[0].err


def test_a_damaged_table_does_not_hide_runs_beside_it(pare: Pare, job: Path) -> None:
    write = Path("beside/tidy.json")
    write.parent.mkdir()
    write.write_text(json.dumps(World().data()))
    (job / "traces/native/runs/part-00000.parquet").write_bytes(b"x")
    job.rename("beside/job")
    said = pare("traces", "show", "tidy", "--in", "beside")
    assert (said.status, said.out.startswith("tidy, run 3; ")) == (0, True)
    assert said.err.startswith("cannot read beside/job/traces/native/runs/part-00000.parquet")
    said = pare("traces", "show", "beside/job")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("pare: cannot read beside/job/traces/native/runs/part-00000.parquet")


def test_parts_that_are_joined_while_somebody_reads(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = job / "traces/native"
    unpack(folder)
    expected = [trace.log for trace in NativeReader(folder)]
    reader = NativeReader(folder)

    def read_late(path: Path, table: str) -> list[Row]:
        """Between looking for a file and opening it, all are joined."""
        monkeypatch.undo()
        pack(folder)
        return read_part(path, table)

    monkeypatch.setattr(store, "read_part", read_late)
    assert [trace.log for trace in reader] == expected
    assert set(tables(job)) == JOINED


def test_parts_that_are_taken_apart_while_somebody_reads(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = job / "traces/native"
    expected = [trace.log for trace in NativeReader(folder)]

    def read_late(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
        monkeypatch.undo()
        unpack(folder)
        return read_frame(path, columns)

    monkeypatch.setattr(parts, "read_frame", read_late)
    assert [trace.log for trace in NativeReader(folder)] == expected
    assert not JOINED & set(tables(job))
